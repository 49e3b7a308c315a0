package subgraph

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph/wire"
)

// ResponseRule is one rule about what of a source's answers goes back to the client.
type ResponseRule struct {
	// Propagate takes headers over from the answer of the source.
	Propagate *PropagateBack `yaml:"propagate"`
	// Insert sets a header of the client's answer where the source was asked.
	Insert *InsertBack `yaml:"insert"`
	// Remove takes away what the rules before it set.
	Remove *Remove `yaml:"remove"`
}

// PropagateBack takes one header over, by name, or all that match. Set-Cookie and Cache-Control match no expression:
// the first is to be named, the second is headers.cache_control's.
type PropagateBack struct {
	Named    string `yaml:"named"`
	Matching string `yaml:"matching"`
	// Rename is the name that the client sees; only with Named.
	Rename string `yaml:"rename"`
	// Default is sent where the source sent none; only with Named.
	Default string `yaml:"default"`
	// Algorithm says which answer counts where several sources send the header. By default it is first_write, and append
	// for Set-Cookie, which no other is for.
	Algorithm Algorithm `yaml:"algorithm" jsonschema:"enum=first_write,enum=last_write,enum=append"`
}

// InsertBack sets a header of the client's answer.
type InsertBack struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

// Algorithm says which of several answers counts. Answers are in the order of the plan's fetches, whichever came first.
type Algorithm string

// The algorithms, by Cosmo's names.
const (
	FirstWrite Algorithm = "first_write"
	LastWrite  Algorithm = "last_write"
	Append     Algorithm = "append"
)

// own are headers of answers that this gateway writes itself, or that no other than the one who serves a page may.
var own = []string{
	"Age", "Allow", "Alt-Svc", "Content-Disposition", "Content-Language", "Content-Location", "Content-Range",
	"Content-Security-Policy", "Content-Security-Policy-Report-Only", "Clear-Site-Data", "Cross-Origin-Embedder-Policy",
	"Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Date", "Location", "Proxy-Authentication-Info", "Public-Key-Pins", "Refresh",
	"Server", "Service-Worker-Allowed", "Strict-Transport-Security", "Vary", "Www-Authenticate", "X-Content-Type-Options",
	"X-Frame-Options", "X-Request-Id",
}

// cannotGoBack reports whether a header of an answer is not the client's to see.
func cannotGoBack(name string) bool {
	return isReserved(name) || slices.Contains(own, name) || strings.HasPrefix(name, "Access-Control-") || name == cacheControl
}

const (
	setCookie    = "Set-Cookie"
	cacheControl = "Cache-Control"
)

// backRule is a rule about answers, with what its fields are written by.
type backRule struct {
	rule
	algorithm Algorithm
}

func (r ResponseRule) compile() (backRule, error) {
	given := 0
	for _, is := range []bool{r.Propagate != nil, r.Insert != nil, r.Remove != nil} {
		if is {
			given++
		}
	}
	var out backRule
	var err error
	switch {
	case given != 1:
		err = fmt.Errorf("is %d rules; give each its own dash: propagate, insert or remove", given)
	case r.Propagate != nil:
		return r.Propagate.compile()
	case r.Insert != nil:
		out.rule, err = insertValue{textproto.CanonicalMIMEHeaderKey(r.Insert.Name), []string{r.Insert.Value}}, checkBack("insert.name", r.Insert.Name, r.Insert.Value)
	default:
		out.rule, err = r.Remove.compile()
	}
	return out, err
}

func (p *PropagateBack) compile() (backRule, error) {
	out := backRule{algorithm: p.Algorithm}
	if err := oneOf("propagate.algorithm", p.Algorithm, FirstWrite, LastWrite, Append); err != nil {
		return out, err
	}
	if (p.Named == "") == (p.Matching == "") {
		return out, fmt.Errorf("propagate: give one of named and matching")
	}
	if p.Matching != "" {
		if p.Rename != "" || p.Default != "" {
			return out, fmt.Errorf("propagate: rename and default go with named, not with matching")
		}
		re, err := regexp.Compile(p.Matching)
		if err != nil {
			return out, fmt.Errorf("propagate.matching: %w", err)
		}
		out.rule = propagateMatching{re}
		return out, nil
	}
	to := p.Named
	if p.Rename != "" {
		to = p.Rename
	}
	from := textproto.CanonicalMIMEHeaderKey(p.Named)
	to = textproto.CanonicalMIMEHeaderKey(to)
	if err := checkBack("propagate.named", to, p.Default); err != nil {
		return out, err
	}
	switch {
	case !validName(p.Named):
		return out, fmt.Errorf("propagate.named: %q cannot be the name of a header", p.Named)
	case (from == setCookie) != (to == setCookie):
		return out, fmt.Errorf("propagate: Set-Cookie is no other header under another name")
	case to == setCookie && p.Algorithm != "" && p.Algorithm != Append:
		return out, fmt.Errorf("propagate: each Set-Cookie stands for itself; leave algorithm out, or write append")
	}
	out.rule = propagateNamed{from: from, to: to, absent: values(p.Default)}
	return out, nil
}

// checkBack says by an error that a rule cannot write a header of the client's answer.
func checkBack(key, name, value string) error {
	canonical := textproto.CanonicalMIMEHeaderKey(name)
	switch {
	case canonical == cacheControl:
		return fmt.Errorf("%s: Cache-Control is what headers.cache_control makes of all answers", key)
	case slices.Contains(own, canonical), strings.HasPrefix(canonical, "Access-Control-"):
		return fmt.Errorf("%s: %s is written by this gateway, and by no source", key, name)
	}
	return checkHeader(key, name, value)
}

func (h HeaderRules) validateResponse(key string) error {
	var errs []error
	for i, r := range h.Response {
		if _, err := r.compile(); err != nil {
			errs = append(errs, fmt.Errorf("%s.response[%d]: %w", key, i, err))
		}
	}
	return flatten(errs)
}

// ResponseRules are what of a source's answers goes back to the client, beside the data: headers, how long it may be kept,
// and a status.
type ResponseRules struct {
	rules []backRule
	// cache says that Cache-Control is merged; without one of its own an answer counts as unsaid.
	cache    bool
	unsaid   caching
	statuses []int
}

// responseRules are those of a subgraph, nil if nothing goes back.
func responseRules(h Headers, s Statuses, subgraph string, more ...[]ResponseRule) (*ResponseRules, error) {
	out := &ResponseRules{cache: h.CacheControl.Enabled, unsaid: h.CacheControl.of(subgraph), statuses: s.of(subgraph)}
	lists := append([][]ResponseRule{h.All.Response, h.Subgraphs[subgraph].Response}, more...)
	for _, r := range slices.Concat(lists...) {
		compiled, err := r.compile()
		if err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
		out.rules = append(out.rules, compiled)
	}
	if !out.cache && len(out.rules) == 0 && len(out.statuses) == 0 {
		return nil, nil //nolint:nilnil // nothing goes back
	}
	return out, nil
}

// ResponseRules are those for the answers to connectors of a subgraph, from a source; nil if nothing goes back.
func (c Connectors) ResponseRules(subgraph, source string) (*ResponseRules, error) {
	return responseRules(c.Headers, c.Statuses, subgraph, c.Headers.Connector.All.Response, c.Headers.Connector.Sources[source].Response)
}

// Back reports whether anything of what sources say beside the data goes back to clients.
func (c Config) Back() bool {
	lists := []HeaderRules{c.Headers.All, c.Headers.Connector.All}
	lists = slices.AppendSeq(lists, maps.Values(c.Headers.Subgraphs))
	lists = slices.AppendSeq(lists, maps.Values(c.Headers.Connector.Sources))
	return c.Headers.CacheControl.Enabled || len(c.SubgraphStatus.All)+len(c.SubgraphStatus.Subgraphs) > 0 ||
		slices.ContainsFunc(lists, func(l HeaderRules) bool { return len(l.Response) > 0 })
}

// Hear notes what of an answer goes back to the client, if anybody listens for the request. Among the answers to one fetch
// the call tells them apart.
func (r *ResponseRules) Hear(ctx context.Context, f *queryplan.Fetch, call string, status int, header executor.Header) {
	heard := heardIn(ctx)
	if r == nil || heard == nil {
		return
	}
	from := asMap(header)
	a := heardAnswer{fetch: f.ID, call: call, root: len(f.Path) == 0}
	if len(r.rules) > 0 {
		a.fields = r.fields(from)
	}
	if r.cache {
		a.caching, a.vary = r.unsaid, from["Vary"]
		if said := from[cacheControl]; len(said) > 0 {
			a.caching = readCaching(said, from.Get("Age"))
		}
	}
	a.status = r.status(status)
	heard.add(a)
}

// status is one that goes back, or 0.
func (r *ResponseRules) status(of int) int {
	if slices.Contains(r.statuses, of) {
		return of
	}
	return 0
}

// asMap is a header as a map; that of package wire is read again.
func asMap(h executor.Header) http.Header {
	switch h := h.(type) {
	case http.Header:
		return h
	case *wire.Answer:
		return fields(h)
	}
	return nil
}

// fields are what the rules make of the header of one answer.
func (r *ResponseRules) fields(from http.Header) []heardField {
	a := application{out: http.Header{}, from: from, reserved: func(name string) bool { return name == setCookie || cannotGoBack(name) }}
	algorithms := map[string]Algorithm{}
	for _, rule := range r.rules {
		before := maps.Clone(a.out)
		rule.apply(&a)
		for name := range a.out {
			if _, was := before[name]; !was || !slices.Equal(before[name], a.out[name]) {
				algorithms[name] = rule.algorithm
			}
		}
	}
	out := make([]heardField, 0, len(a.out))
	for _, name := range slices.Sorted(maps.Keys(a.out)) {
		sound := slices.DeleteFunc(slices.Clone(a.out[name]), func(v string) bool { return !validValue(v) })
		if len(sound) > 0 {
			out = append(out, heardField{name, sound, algorithms[name]})
		}
	}
	return out
}
