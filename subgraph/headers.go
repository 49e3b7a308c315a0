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
)

// Headers says which headers services get, and which of theirs clients get.
type Headers struct {
	// All holds for every subgraph.
	All HeaderRules `yaml:"all"`
	// Subgraphs holds for the subgraphs named, after All. For one with connectors it holds for those.
	Subgraphs map[string]HeaderRules `yaml:"subgraphs"`
	// Connector is about the requests of connectors, which All says nothing of.
	Connector ConnectorHeaders `yaml:"connector"`
	// CacheControl says how long clients may keep answers.
	CacheControl CacheControl `yaml:"cache_control"`
}

// ConnectorHeaders says which headers the sources of connectors get, beside those of the schema.
type ConnectorHeaders struct {
	// All holds for every source.
	All HeaderRules `yaml:"all"`
	// Sources holds for those named <subgraph>.<source>, after All.
	Sources map[string]HeaderRules `yaml:"sources"`
}

// HeaderRules are applied in their order.
type HeaderRules struct {
	Request []HeaderRule `yaml:"request"`
	// Response is about what of answers goes back to the client.
	Response []ResponseRule `yaml:"response"`
}

// HeaderRule is one of its members.
type HeaderRule struct {
	// Propagate takes headers over from the client's request.
	Propagate *Propagate `yaml:"propagate"`
	// Insert sets a header.
	Insert *Insert `yaml:"insert"`
	// Remove takes away what the rules before it set.
	Remove *Remove `yaml:"remove"`
}

// Propagate takes one header over, by name, or all that match.
type Propagate struct {
	Named string `yaml:"named"`
	// Matching is a regular expression (RE2) for names in lower case; it may match a part, as with Apollo Router.
	Matching string `yaml:"matching"`
	// Rename is the name that the service sees; only with Named.
	Rename string `yaml:"rename"`
	// Default is sent where the client sent none; only with Named.
	Default string `yaml:"default"`
}

// Remove takes away a header by name, or all that match.
type Remove struct {
	Named    string `yaml:"named"`
	Matching string `yaml:"matching"`
}

// reserved are the headers that belong to a connection, a message or its content: those of one hop are never
// those of the next.
var reserved = []string{
	"Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Host",
	"Http2-Settings", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade",
}

func (h Headers) validate() error {
	errs := make([]error, 0, 1+len(h.Subgraphs))
	errs = append(errs, h.All.validate("headers.all"))
	for _, name := range slices.Sorted(maps.Keys(h.Subgraphs)) {
		errs = append(errs, h.Subgraphs[name].validate("headers.subgraphs."+name))
	}
	errs = append(errs, h.Connector.All.validate("headers.connector.all"))
	for _, name := range slices.Sorted(maps.Keys(h.Connector.Sources)) {
		errs = append(errs, h.Connector.Sources[name].validate("headers.connector.sources."+name))
	}
	errs = append(errs, h.CacheControl.validate())
	return flatten(errs)
}

func (h HeaderRules) validate(key string) error {
	var errs []error
	for i, r := range h.Request {
		if _, err := r.compile(); err != nil {
			errs = append(errs, fmt.Errorf("%s.request[%d]: %w", key, i, err))
		}
	}
	return flatten(append(errs, h.validateResponse(key)))
}

// compile is the rules for one subgraph.
func (h Headers) compile(subgraph string) ([]rule, error) {
	return compileRequest(h.All.Request, h.Subgraphs[subgraph].Request)
}

func compileRequest(lists ...[]HeaderRule) ([]rule, error) {
	var out []rule
	for _, r := range slices.Concat(lists...) {
		c, err := r.compile()
		if err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
		out = append(out, c)
	}
	return out, nil
}

func (r HeaderRule) compile() (rule, error) {
	given := 0
	for _, is := range []bool{r.Propagate != nil, r.Insert != nil, r.Remove != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return nil, fmt.Errorf("is %d rules; give each its own dash: propagate, insert or remove", given)
	case r.Propagate != nil:
		return r.Propagate.compile()
	case r.Insert != nil:
		return r.Insert.compile()
	default:
		return r.Remove.compile()
	}
}

func (p *Propagate) compile() (rule, error) {
	if (p.Named == "") == (p.Matching == "") {
		return nil, fmt.Errorf("propagate: give one of named and matching")
	}
	if p.Matching != "" {
		if p.Rename != "" || p.Default != "" {
			return nil, fmt.Errorf("propagate: rename and default go with named, not with matching")
		}
		re, err := regexp.Compile(p.Matching)
		if err != nil {
			return nil, fmt.Errorf("propagate.matching: %w", err)
		}
		return propagateMatching{re}, nil
	}
	to := p.Named
	if p.Rename != "" {
		to = p.Rename
	}
	if err := checkHeader("propagate.named", p.Named, p.Default); err != nil {
		return nil, err
	}
	if err := checkHeader("propagate.rename", to, ""); err != nil {
		return nil, err
	}
	return propagateNamed{from: textproto.CanonicalMIMEHeaderKey(p.Named), to: textproto.CanonicalMIMEHeaderKey(to), absent: values(p.Default)}, nil
}

func (r *Remove) compile() (rule, error) {
	if (r.Named == "") == (r.Matching == "") {
		return nil, fmt.Errorf("remove: give one of named and matching")
	}
	if r.Matching != "" {
		re, err := regexp.Compile(r.Matching)
		if err != nil {
			return nil, fmt.Errorf("remove.matching: %w", err)
		}
		return removeMatching{re}, nil
	}
	if err := checkHeader("remove.named", r.Named, ""); err != nil {
		return nil, err
	}
	return removeNamed(textproto.CanonicalMIMEHeaderKey(r.Named)), nil
}

func checkHeader(key, name, value string) error {
	switch {
	case !validName(name):
		return fmt.Errorf("%s: %q cannot be the name of a header", key, name)
	case slices.Contains(reserved, textproto.CanonicalMIMEHeaderKey(name)):
		return fmt.Errorf("%s: %s belongs to the connection or the content, and cannot be set by a rule", key, name)
	case !validValue(value):
		return fmt.Errorf("%s: the value of %s has a character that a header cannot have", key, name)
	}
	return nil
}

func validName(name string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return name != ""
}

func validValue(value string) bool {
	for _, c := range []byte(value) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func values(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

// apply is the header of one request: a copy of base, changed by the rules.
func apply(ctx context.Context, rules []rule, base http.Header) http.Header {
	out := make(http.Header, len(base)+len(rules))
	maps.Copy(out, base)
	in := FromContext(ctx)
	a := application{out: out, from: in.Header, reserved: isReserved, in: in, asked: askedIn(ctx)}
	for _, r := range rules {
		r.apply(&a)
	}
	return out
}

func isReserved(name string) bool { return slices.Contains(reserved, name) }
