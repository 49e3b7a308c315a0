package monolith

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/ficusgraph/ficus/nearest"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// reader reads a contract's directives. What is wrong with one does not keep it from reading the others.
type reader struct {
	*faults
	contract *contract
	sources  []*Source
}

// soften makes a warning of what the schema cannot mean in schemas of the versions before v0.3, which were composed
// without it being looked at: they are served as they are, and the value is missing. It is about the last fault.
func (r *reader) soften() {
	if r.contract.spec.version < mapping.V03 {
		r.warn()
	}
}

// Codes of faults, as Apollo's composition names them.
const (
	codeVersion       = "UNKNOWN_CONNECTORS_VERSION"
	codeGraphQL       = "GRAPHQL_ERROR"
	codeNoSource      = "NO_SOURCES_DEFINED"
	codeSourceName    = "SOURCE_NAME_MISMATCH"
	codeURL           = "INVALID_URL"
	codeURLScheme     = "INVALID_URL_SCHEME"
	codeURLProperty   = "INVALID_URL_PROPERTY"
	codeHeader        = "INVALID_HEADER"
	codeBody          = "INVALID_BODY"
	codeSelection     = "INVALID_SELECTION"
	codeIsSuccess     = "INVALID_IS_SUCCESS"
	codeErrorsMessage = "INVALID_ERRORS_MESSAGE"
	codeUnresolved    = "CONNECTORS_UNRESOLVED_FIELD"
)

var sourceName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// readSources reads the @source directives.
func (r *reader) readSources() {
	for _, w := range r.contract.sources {
		name := text(w.args, "name")
		w.coordinate = "@" + r.contract.spec.source + "(name: " + strconv.Quote(name) + ")"
		switch {
		case name == "":
			r.add("EMPTY_SOURCE_NAME", w.coordinate, w.at, "a source needs a name")
		case !sourceName.MatchString(name):
			r.add("INVALID_SOURCE_NAME", w.coordinate, w.at, "a source's name starts with a letter and goes on with at most 63 letters, digits, _ and -")
		case r.source(name) != nil:
			r.add("DUPLICATE_SOURCE_NAME", w.coordinate, w.at, "there is another source of that name; names are unique within a schema")
			continue
		}
		r.arguments(w, w.args, sourceInput, "@"+r.contract.spec.source)
		s := &Source{Subgraph: r.contract.subgraph, Name: name, written: w}
		s.request = r.requestOf(w, sourceRequest)
		s.isSuccess = r.mapping(w, codeIsSuccess, sourceAnswer, "isSuccess")
		s.failure = r.failureOf(w, sourceAnswer)
		s.base = r.baseURL(w)
		r.expectSource(s)
		r.sources = append(r.sources, s)
	}
}

func (r *reader) source(name string) *Source {
	for _, s := range r.sources {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// requestOf reads what sources and connectors have in common about requests.
func (r *reader) requestOf(w written, p place) request {
	return request{
		path:    r.mapping(w, codeURLProperty, p, "http", "path"),
		query:   r.mapping(w, codeURLProperty, p, "http", "queryParams"),
		headers: r.headers(w, p),
	}
}

func (r *reader) failureOf(w written, p place) failure {
	return failure{
		message:    r.mapping(w, codeErrorsMessage, p, "errors", "message"),
		extensions: r.mapping(w, codeErrorsMessage, p, "errors", "extensions"),
	}
}

func (r *reader) baseURL(w written) *template {
	v := w.arg("http", "baseURL")
	if v == nil || v.Raw == "" {
		r.add(codeURL, w.coordinate, w.at, "a source needs http: { baseURL: .. }")
		return nil
	}
	t := r.template(w, v, codeURL, sourceBase, true)
	if t != nil && len(t.parts) > 0 && t.parts[0].expr == nil {
		r.scheme(w, v, t)
	}
	return t
}

// scheme checks that an absolute URL is for HTTP.
func (r *reader) scheme(w written, v *ast.Value, t *template) {
	if first := t.parts[0].text; !strings.HasPrefix(first, "http://") && !strings.HasPrefix(first, "https://") {
		r.add(codeURLScheme, w.coordinate, v.Position, "%q must start with http:// or https://", t.source)
		if w.arg("http", "baseURL") == v && !strings.Contains(first, "://") {
			r.soften() // a place to put the address, which configuration may give
		}
	}
}

// template reads a string with expressions.
func (r *reader) template(w written, v *ast.Value, code string, p place, url bool) *template {
	t, err := parseTemplate(v.Raw, r.contract.spec.version, url)
	if err != nil {
		at := v.Position
		var e *templateError
		if errors.As(err, &e) {
			at = within(v, e.at)
		}
		r.add(code, w.coordinate, at, "%v", err)
		return nil
	}
	for _, part := range t.parts {
		if part.expr != nil {
			r.uses(w, v, part.at, part.expr, code, p)
		}
	}
	return t
}

// mapping reads a mapping at a path of the arguments; nil if there is none.
func (r *reader) mapping(w written, code string, p place, path ...string) *mapping.Selection {
	v := w.arg(path...)
	if v == nil || v.Kind == ast.NullValue {
		return nil
	}
	s, err := mapping.Parse(v.Raw, r.contract.spec.version)
	if err != nil {
		var syntax *mapping.SyntaxError
		if errors.As(err, &syntax) {
			r.add(code, w.coordinate, within(v, syntax.At), "%s: %s", strings.Join(path, "."), syntax.Message)
		}
		return nil
	}
	r.uses(w, v, 0, s, code, p)
	return s
}

// reserved are headers that belong to the connection, setOnly those that are not taken over from clients.
var (
	reserved = map[string]bool{
		"connection": true, "proxy-authenticate": true, "proxy-authorization": true, "te": true, "trailer": true, "transfer-encoding": true,
		"upgrade": true, "content-length": true, "content-encoding": true, "accept-encoding": true, "keep-alive": true,
	}
	setOnly    = map[string]bool{"content-type": true, "accept": true, "host": true}
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
)

func (r *reader) headers(w written, p place) []header {
	var out []header
	seen := map[string]bool{}
	for _, v := range member(w.arg("http"), "headers") {
		value := v.Children.ForName("value")
		h := header{name: text(v, "name"), from: text(v, "from"), written: value}
		lower := strings.ToLower(h.name)
		switch {
		case !headerName.MatchString(h.name):
			r.add(codeHeader, w.coordinate, v.Position, "%q is not a header's name", h.name)
		case reserved[lower]:
			r.add(codeHeader, w.coordinate, v.Position, "the header %s belongs to the connection and cannot be set", h.name)
		case (h.from == "") == (value == nil):
			r.add(codeHeader, w.coordinate, v.Position, "the header %s needs either from or value", h.name)
		case h.from != "" && setOnly[lower]:
			r.add(codeHeader, w.coordinate, v.Position, "the header %s cannot be taken from the client's request; give it a value", h.name)
		case seen[lower]:
			r.add("HTTP_HEADER_NAME_COLLISION", w.coordinate, v.Position, "the header %s is given twice", h.name)
		}
		if seen[lower] = true; value != nil {
			if h.value = r.template(w, value, codeHeader, p, false); h.value == nil {
				continue
			}
		}
		out = append(out, h)
	}
	return out
}

// similar is the candidate most like the name, as a question, or "".
func similar(name string, candidates []string) string {
	best := nearest.To(name, candidates)
	if best == "" {
		return ""
	}
	return "; did you mean " + strconv.Quote(best) + "?"
}
