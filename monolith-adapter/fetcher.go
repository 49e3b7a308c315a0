package monolith

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/auth/mint"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Ports are what connectors need of their surroundings. Each may be nil.
type Ports struct {
	// Headers are those of the client's request.
	Headers func(context.Context) http.Header
	// Context is the JSON object that $context reads.
	Context func(context.Context) []byte
	// Env looks up an environment variable.
	Env func(name string) (string, bool)
	// Caller is who makes the request.
	Caller func(context.Context) Caller
	// Minted is a token that the gateway makes for who asks, "" for nobody.
	Minted func(context.Context, *mint.Kind) (string, error)
	// Called is told of each call when it has ended. It is called from many goroutines and must be quick.
	Called func(context.Context, *Call)
}

// Call is one use of a connector, for logs and metrics.
type Call struct {
	Connector   *Connector
	Method, URL string
	// Status of the answer; 0 if there was none. Bytes of its body.
	Status, Bytes int
	Took          time.Duration
	// Shared: the answer to the same request of another call in the operation was used, and there is no Passage.
	Shared bool
	// Passage is how the request got to the source.
	shaping.Passage
	// Problems of the mapping. Err is why the call failed, with its cause.
	Problems []mapping.Problem
	Err      error

	// What was sent, what came back and what was made of it, for those who look closely.
	sent     *outgoing
	received *received
	value    mapping.Value
}

// Fetcher answers the fetches for the subgraphs that connectors became.
type Fetcher struct {
	links   map[string]*link
	clients []*client
	ports   Ports
}

var _ executor.Fetcher = (*Fetcher)(nil)

// link is a connector with all that does not change from call to call.
type link struct {
	*Connector
	client *client
	base   string
	// source is its name in configuration, budget how many requests one operation may send there.
	source string
	budget budget
	// lenient: what is of another shape than expected is null without an error.
	lenient bool
	// fixed are the variables that stay the same: $config and $env.
	fixed mapping.Variables
	// uses are the variables that the connector and its source read.
	uses map[string]bool
	// connectors are all of the graph.
	connectors *Connectors
	// repeatable: an answer to a batch is as good for others who want the same entities.
	repeatable bool
	// headerRules are the configuration's rules for the header of requests, nil for none.
	headerRules *subgraph.RequestRules
	// redaction is what of errors clients may not see, nil for nothing.
	redaction *executor.Redaction
	// back is what of answers goes back to the client beside the data, nil for nothing.
	back *subgraph.ResponseRules
	// toMany is the link for the connector's @batched, or nil.
	toMany *link
}

// New makes a Fetcher for the connectors. The error says which source cannot be reached as configured.
func New(connectors *Connectors, cfg Config, ports Ports) (*Fetcher, error) {
	f := &Fetcher{links: map[string]*link{}, ports: ports}
	shared := map[string]*link{}
	limits := map[string]*shaping.Limit{}
	for name, limit := range cfg.SharedLimits {
		limits[name] = shaping.NewLimit(limit.MaxConcurrency)
	}
	var errs []error
	for _, c := range connectors.List {
		name := c.Of
		if c.Source != nil {
			name = c.Source.String()
		}
		common := shared[name]
		if common == nil {
			var err error
			if common, err = f.reach(c, cfg, name, limits); err != nil {
				errs = append(errs, fmt.Errorf("connectors.sources.%s: %w", name, err))
			}
			shared[name] = common
		}
		l, err := common.to(c, connectors, cfg, ports)
		if err == nil && c.batched != nil {
			l.toMany, err = common.to(c.batched.Connector, connectors, cfg, ports)
		}
		if err != nil {
			errs = append(errs, err)
		}
		f.links[c.Subgraph] = l
	}
	if errs = append(errs, connectors.unknown(cfg)...); len(errs) > 0 {
		f.Close()
		return nil, errors.Join(errs...)
	}
	return f, nil
}

// to is the link to a connector of the same source.
func (l *link) to(c *Connector, connectors *Connectors, cfg Config, ports Ports) (*link, error) {
	out := *l
	out.Connector, out.connectors, out.uses = c, connectors, c.variablesUsed()
	out.repeatable = c.Kind == Batch && c.reading() && !c.answerReads("batch")
	var err error
	if out.headerRules, err = cfg.Outbound.Headers.OfConnector(c.Of, l.source); err != nil {
		return &out, fmt.Errorf("%s: %w", c.Coordinate, err)
	}
	out.redaction = cfg.Outbound.Errors.OfConnectors(c.Of)
	if out.back, err = cfg.Outbound.ResponseRules(c.Of, l.source); err != nil {
		return &out, fmt.Errorf("%s: %w", c.Coordinate, err)
	}
	if err := out.readEnv(cfg, ports); err != nil {
		return &out, fmt.Errorf("%s: %w", c.Coordinate, err)
	}
	return &out, nil
}

// unknown reports the sources that are configured and not there. In a graph without connectors none is needed.
func (c *Connectors) unknown(cfg Config) []error {
	if c.part {
		return nil
	}
	var names []string
	for _, s := range c.Sources {
		names = append(names, s.String())
	}
	for _, con := range c.List {
		names = append(names, con.Of)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var errs []error
	said := make([]subgraph.Named, 0, len(cfg.Sources))
	for _, name := range slices.Sorted(maps.Keys(cfg.Sources)) {
		said = append(said, subgraph.Named{Key: "connectors.sources." + name, Source: name})
	}
	for _, n := range append(said, cfg.Outbound.Sources()...) {
		if len(names) > 0 && !slices.Contains(names, n.Source) {
			errs = append(errs, fmt.Errorf("%s: there is no such source; there are: %s%s", n.Key, strings.Join(names, ", "), similar(n.Source, names)))
		}
	}
	return errs
}

// Close closes the connections that are not in use.
func (f *Fetcher) Close() {
	for _, c := range f.clients {
		c.close()
	}
}

// reach makes what the connectors of one source share.
func (f *Fetcher) reach(c *Connector, cfg Config, name string, limits map[string]*shaping.Limit) (*link, error) {
	own := cfg.Sources[name]
	l := &link{source: name, budget: cfg.budget(name), lenient: cfg.MappingMismatch == "ignore", fixed: mapping.Variables{"config": mapping.ObjectValue(nil, nil)}}
	var err error
	if l.client, err = newClient(name, cfg, limits[own.SharedLimit]); err != nil {
		return l, err
	}
	f.clients = append(f.clients, l.client)
	if own.Config != nil {
		if l.fixed["config"], err = valueOf(own.Config); err != nil {
			return l, fmt.Errorf("$config: %w", err)
		}
	}
	switch {
	case c.Source == nil && own.Auth != nil:
		return l, errors.New("auth: is for the host of a base URL, and these connectors have none; give them a @source")
	case c.Source == nil:
		return l, nil
	}
	l.base = own.OverrideURL
	if l.base == "" {
		base := link{Connector: c, uses: map[string]bool{}, fixed: l.fixed}
		for _, ref := range c.Source.base.references() {
			base.uses[ref.Variable+"."+strings.Join(ref.Path, ".")] = true
		}
		if err := base.readEnv(cfg, f.ports); err != nil {
			return l, err
		}
		text, err := c.Source.base.write(nil, &evaluation{vars: base.fixed}, verbatim, verbatim)
		if err != nil {
			return l, fmt.Errorf("baseURL: %w", err)
		}
		l.base = string(text)
	}
	u, err := url.Parse(l.base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		shown := l.base
		if i := strings.LastIndexByte(shown, '@'); i >= 0 {
			shown = "..." + shown[i:] // a password may stand before it
		}
		return l, fmt.Errorf("the base URL %q must have http:// or https:// and a host; set override_url, or what the schema's baseURL reads", shown)
	}
	if u.User != nil || own.Auth != nil {
		if l.client.badge, err = newBadge(own.Auth, u, l.client, cfg, f.ports, l.fixed["config"]); err != nil {
			return l, err
		}
		u.User = nil // nobody needs to see it in a log
		l.base = u.String()
	}
	return l, nil
}

// readEnv makes $env of the variables that are read, if they may be.
func (l *link) readEnv(cfg Config, ports Ports) error {
	found := map[string]any{}
	for _, use := range slices.Sorted(maps.Keys(l.uses)) {
		name, ok := strings.CutPrefix(use, "env.")
		switch {
		case !ok || name == "":
			continue
		case !cfg.allowed(name):
			return fmt.Errorf("$env.%s is not allowed to be read; add it to connectors.allow_env", name)
		case ports.Env == nil:
			continue
		}
		if v, ok := ports.Env(name); ok {
			found[name] = v
		}
	}
	env, err := valueOf(found)
	if err != nil {
		return fmt.Errorf("$env: %w", err)
	}
	l.fixed = maps.Clone(l.fixed)
	l.fixed["env"] = env
	return nil
}

// valueOf is what was configured, as mappings read it.
func valueOf(v any) (mapping.Value, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return mapping.Value{}, err
	}
	return mapping.ParseJSON(data)
}

// headersValue is headers as mappings read them: names in lower case, each with the list of its values.
func headersValue(h http.Header) mapping.Value {
	var keys []string
	var vals []mapping.Value
	for _, name := range slices.Sorted(maps.Keys(h)) {
		list := make([]mapping.Value, len(h[name]))
		for i, v := range h[name] {
			list[i] = mapping.StringValue(v)
		}
		keys, vals = append(keys, strings.ToLower(name)), append(vals, mapping.ListValue(list))
	}
	return mapping.ObjectValue(keys, vals)
}

// Fetch implements executor.Fetcher.
func (f *Fetcher) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	l := f.links[r.Fetch.Subgraph]
	if l == nil {
		return nil, fmt.Errorf("subgraph %s is no connector", r.Fetch.Subgraph)
	}
	variables := mapping.ObjectValue(nil, nil)
	if len(r.Variables) > 0 {
		var err error
		if variables, err = mapping.ParseJSON(r.Variables); err != nil {
			return nil, fmt.Errorf("variables of a fetch: %w", err)
		}
	}
	run := f.run(ctx, l, r.Operation, variables)
	run.fetch = r.Fetch
	if l.back != nil {
		subgraph.Told(ctx, r.Fetch)
	}
	if r.Fetch.IsEntity() {
		return &executor.Response{Body: run.entities(r.Fetch.Selections), Redaction: l.redaction}, nil
	}
	return &executor.Response{Body: run.root(r.Fetch.Selections), Redaction: l.redaction}, nil
}
