package mocks

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Headers of requests and of answers. Cookies of the names HeaderChoice and HeaderSession do the same, the first with
// its value encoded as in a URL; the headers go before them.
const (
	HeaderChoice  = "Ficus-Mock"
	HeaderSession = "Ficus-Mock-Session"
	HeaderGrant   = "Ficus-Mock-Grant"
	HeaderMocked  = "Ficus-Mocked"
)

// Codes of requests whose choice cannot be made, or whose session cannot be, in extensions.code.
const (
	CodeChoice  = "MOCK_CHOICE_INVALID"
	CodeSession = "MOCK_SESSION_INVALID"
)

// Gate lets requests choose what the mock source does for them, keeps what they change, and says in answers how much
// was made up. What was is never kept by caches.
type Gate struct {
	Config Config
	// Current is the graph that is served, and the script of its mock source.
	Current func() (*supergraph.Supergraph, *Script)
	// Mocked are the subgraphs that are made up: only of those a grant lets somebody choose.
	Mocked *Names
	// Sessions keeps what mutations change; nil keeps nothing.
	Sessions *Sessions
	// NewSession names the session of a client that has none.
	NewSession func() string
	Now        func() time.Time
}

// Wrap is the handler behind the gate. A request whose choice cannot be made is answered with 400, one whose grant does
// not hold with 403.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, refused := g.request(r)
		if refused != nil {
			refused.write(w)
			return
		}
		g.resets(request)
		next.ServeHTTP(&marking{ResponseWriter: w, request: request}, r.WithContext(NewContext(r.Context(), request)))
	})
}

// request is what the client asks of the mock source, as far as it may.
func (g *Gate) request(r *http.Request) (*Request, *refusal) {
	out := &Request{Report: g.Config.Report}
	grant, refused := g.grant(r)
	if refused != nil {
		return nil, refused
	}
	if g.Config.PerRequest || grant != nil {
		if refused := g.asks(out, r, grant); refused != nil {
			return nil, refused
		}
	}
	if g.Config.Scenario != "" && (out.Choice == nil || out.Choice.Scenario == "") {
		if out.Choice == nil {
			out.Choice = &Choice{}
		}
		out.Choice.Scenario = g.Config.Scenario
	}
	return out, nil
}

// asks takes over the client's choice and session.
func (g *Gate) asks(out *Request, r *http.Request, grant *Grant) *refusal {
	var refused *refusal
	if out.Choice, refused = g.chosen(r); refused != nil {
		return refused
	}
	if out.Session, refused = sessionOf(r); refused != nil {
		return refused
	}
	out.Sessions = g.Sessions
	if grant != nil {
		if refused := cmp.Or(grant.allows(out.Choice), g.real(out.Choice)); refused != nil {
			return refused
		}
		out.Subject, out.Report = grant.Subject, true
	} else {
		out.NewSession = g.NewSession
	}
	return nil
}

// resets forgets what the session changed, where the client asks for that.
func (g *Gate) resets(request *Request) {
	if request.Choice != nil && request.Choice.Reset && g.Sessions != nil {
		g.Sessions.Reset(request.key())
	}
}

// real says which field of a choice is not made up. With a grant, what services answer stays as it is.
func (g *Gate) real(c *Choice) *refusal {
	if c == nil {
		return nil
	}
	graph, _ := g.Current()
	for _, f := range c.fields {
		t := graph.Type(f.typ)
		types := []*supergraph.Type{t}
		for _, m := range t.Members {
			types = append(types, graph.Type(m))
		}
		if !slices.ContainsFunc(types, func(t *supergraph.Type) bool { return g.makesUp(graph, t, f.field) }) {
			return bad(CodeChoice, HeaderChoice, wrong(f.at, "%s is not made up here, and a grant is for nothing else", f.coordinates))
		}
	}
	return nil
}

// makesUp reports whether the mock source answers the field.
func (g *Gate) makesUp(graph *supergraph.Supergraph, t *supergraph.Type, field string) bool {
	if t == nil || t.Field(field) == nil {
		return false
	}
	for id, in := range t.Field(field).In {
		if in != nil && !in.External && g.Mocked.Has(graph.Subgraphs[id].Name) {
			return true
		}
	}
	return false
}

// grant is what lets a request choose where not all may; nil where none is needed, or nothing is asked for.
func (g *Gate) grant(r *http.Request) (*Grant, *refusal) {
	if g.Config.PerRequest || g.Config.Grants.Secret == "" {
		return nil, nil
	}
	switch tokens := r.Header.Values(HeaderGrant); {
	case len(tokens) == 1:
		return g.Config.Grants.read(tokens[0], g.Now())
	case len(tokens) > 1:
		return nil, forbidden(CodeGrantInvalid, "there are two such headers")
	}
	for _, name := range []string{HeaderChoice, HeaderSession} {
		if len(r.Header.Values(name)) > 0 {
			return nil, forbidden(CodeGrantMissing, "a request with the header "+name+" needs a grant here; ficus mock grant makes one")
		}
	}
	return nil, nil
}

// said is what a header, or else the cookie of its name, says, and where that was.
func said(r *http.Request, header string) (text, from string, err error) {
	values := r.Header.Values(header)
	if len(values) > 1 {
		return "", header, errors.New("there are two such headers")
	}
	if len(values) == 1 {
		return values[0], header, nil
	}
	if cookie, err := r.Cookie(header); err == nil {
		return cookie.Value, "cookie " + header, nil
	}
	return "", header, nil
}

func (g *Gate) chosen(r *http.Request) (*Choice, *refusal) {
	text, from, err := said(r, HeaderChoice)
	if err == nil && from != HeaderChoice {
		if text, err = url.PathUnescape(text); err != nil {
			err = errors.New("its value is not encoded as in a URL")
		}
	}
	var c *Choice
	if err == nil {
		c, err = ParseChoice(text)
	}
	if err == nil && c != nil {
		graph, script := g.Current()
		err = script.Check(graph, c)
	}
	if err != nil {
		return nil, bad(CodeChoice, from, err)
	}
	return c, nil
}

// sessionOf is the name of the client's session.
func sessionOf(r *http.Request) (string, *refusal) {
	id, from, err := said(r, HeaderSession)
	if err == nil {
		err = CheckSession(id)
	}
	if err != nil {
		return "", bad(CodeSession, from, err)
	}
	return id, nil
}

// marking says of an answer what was made up: how much, in a header, and that no cache is to keep it. A client whose
// session was begun gets its name as a cookie.
type marking struct {
	http.ResponseWriter
	request *Request
	begun   bool
}

// WriteHeader implements http.ResponseWriter.
func (m *marking) WriteHeader(status int) {
	if !m.begun {
		m.begun = true
		m.mark(m.Header())
	}
	m.ResponseWriter.WriteHeader(status)
}

func (m *marking) mark(h http.Header) {
	if m.request.Mocked() {
		h.Set("Cache-Control", "no-store")
	}
	if n := m.request.Count(); n > 0 && m.request.Report {
		h.Set(HeaderMocked, strconv.Itoa(n))
	}
	if id := m.request.Began(); id != "" {
		cookie := http.Cookie{Name: HeaderSession, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode} //nolint:gosec // not Secure: for development, without TLS, and it is worth nothing
		h.Add("Set-Cookie", cookie.String())
	}
}

// Write implements http.ResponseWriter.
func (m *marking) Write(p []byte) (int, error) {
	if !m.begun {
		m.WriteHeader(http.StatusOK)
	}
	return m.ResponseWriter.Write(p)
}

// Flush implements http.Flusher, for answers that come in parts.
func (m *marking) Flush() { _ = http.NewResponseController(m.ResponseWriter).Flush() }

// Unwrap is for http.ResponseController.
func (m *marking) Unwrap() http.ResponseWriter { return m.ResponseWriter }
