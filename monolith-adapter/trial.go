package monolith

import (
	"context"
	"maps"
	"net/http"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// Trial is one call of a connector by itself, made to look at it: no plan, no batching, the whole selection.
type Trial struct {
	Connector *Connector
	// Variables are what the connector's mappings read.
	Variables TrialVariables
	// Config says how the sources are reached, Env looks up what $env may read.
	Config Config
	Env    func(name string) (string, bool)
	// Reply is answered in place of the application; nil asks the application.
	Reply *ReceivedResponse
}

// Run makes the call. The error says why there could not even be one: a source that cannot be reached as
// configured. What the call itself runs into is in what is seen of it.
func (t Trial) Run(ctx context.Context) (*Seen, error) {
	c := t.Connector.With(t.Variables)
	alone := &Connectors{List: []*Connector{c}, part: true}
	if c.Source != nil {
		alone.Sources = []*Source{c.Source}
	}
	var call *Call
	f, err := New(alone, t.config(), Ports{
		Headers: func(context.Context) http.Header { return t.Variables.Headers },
		Context: func(context.Context) []byte { return t.Variables.Context.Append(nil) },
		Env:     t.Env,
		Called:  func(_ context.Context, made *Call) { call = made },
	})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := f.run(ctx, f.links[c.Subgraph], nil, mapping.Value{})
	if t.Reply != nil {
		r.canned = &answer{status: t.Reply.Status, header: t.Reply.Headers, body: t.Reply.Body}
	}
	// What it gives, or why it failed, is in the call.
	guarded(0, func(int) { _, _ = r.call(c.selection, r.tried(t.Variables)) }, func(_ int, f *failed) { err = f })
	if err != nil {
		return nil, err
	}
	return call.Look(), nil
}

// tried are the variables that a field or its entities have of their own.
func (r *run) tried(given TrialVariables) mapping.Variables {
	own := mapping.Variables{}
	for name, v := range map[string]mapping.Value{"this": given.This, "batch": given.Batch} {
		if !v.IsMissing() {
			own[name] = v
		}
	}
	if r.field == "" && given.Args.IsMissing() {
		return own
	}
	var keys []string
	var vals []mapping.Value
	for _, def := range r.args {
		if def.DefaultValue != nil && given.Args.Get(def.Name).IsMissing() {
			keys, vals = append(keys, def.Name), append(vals, r.input(def.DefaultValue, def.Type))
		}
	}
	for i := range given.Args.Len() {
		keys, vals = append(keys, given.Args.Key(i)), append(vals, given.Args.At(i))
	}
	own["args"] = mapping.ObjectValue(keys, vals)
	return own
}

// config is what is configured for the connector's source alone, with the trial's own $config.
func (t Trial) config() Config {
	cfg := t.Config
	name := t.Connector.SourceName()
	own := cfg.Sources[name]
	if given := t.Variables.Config; !given.IsMissing() {
		own.Config = make(map[string]any, given.Len())
		for i := range given.Len() {
			own.Config[given.Key(i)] = rawJSON(given.At(i).Append(nil))
		}
	}
	cfg.Sources = maps.Clone(cfg.Sources)
	if cfg.Sources == nil {
		cfg.Sources = map[string]SourceConfig{}
	}
	cfg.Sources[name] = own
	return cfg
}

// rawJSON is a value that is JSON already.
type rawJSON []byte

// MarshalJSON implements json.Marshaler.
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

// SourceName is the connector's source as configuration names it.
func (c *Connector) SourceName() string {
	if c.Source == nil {
		return c.Of
	}
	return c.Source.String()
}

// Declared are the connectors of one subgraph's schema, read without the graph that it is a part of: enough to
// list and to try them. The error is an Errors.
func Declared(subgraph, file, sdl string) (*Connectors, error) {
	c, err := schemaContract(subgraph, file, sdl)
	if err != nil {
		return nil, err
	}
	out := &Connectors{byName: map[string]*Connector{}}
	if !c.connected() {
		return out, nil
	}
	r := read(c)
	if errs, _ := r.list.warnings(); len(errs) > 0 {
		return nil, errs
	}
	out.Sources, out.List = r.sources, r.connectors
	for _, con := range r.connectors {
		out.byName[con.Subgraph] = con
	}
	return out, nil
}
