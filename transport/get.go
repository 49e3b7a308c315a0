package transport

import (
	"net/http"
	"net/url"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// get answers queries that come in the URL.
// https://graphql.github.io/graphql-over-http/draft/#sec-GET
type get struct{ s *Server }

var _ graphql.Transport = get{}

// Supports implements graphql.Transport.
func (g get) Supports(r *http.Request) bool { return r.Method == http.MethodGet }

// Do implements graphql.Transport.
func (g get) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	c := newCall(time.Now())
	defer g.s.finish(w, r, c)
	media, ok := c.negotiate(r)
	if !ok {
		return
	}
	params, refused := urlParams(r.URL.RawQuery)
	if refused == nil {
		refused = g.s.parts.know(&params, r.Header)
	}
	if refused != nil {
		c.refused = refused
		return
	}
	c.request.ReadOnly = true
	g.s.execute(w, r, c, media, params)
}

// urlParams reads the parameters of a GET. Objects are JSON text; an empty one counts as left out.
func urlParams(raw string) (params, *refusal) {
	q, err := url.ParseQuery(raw)
	if err != nil {
		return params{}, badRequest("the URL's query cannot be decoded; encode its parameters as a form is encoded")
	}
	for _, name := range parameterNames {
		if len(q[name]) > 1 {
			return params{}, badRequest("the parameter %s is given more than once", name)
		}
	}
	p := params{query: q.Get("query"), operationName: q.Get("operationName"), documentID: q.Get("documentId")}
	var refused *refusal
	if p.variables, refused = urlObject("variables", q.Get("variables")); refused != nil {
		return params{}, refused
	}
	if p.extensions, refused = urlObject("extensions", q.Get("extensions")); refused != nil {
		return params{}, refused
	}
	return p, nil
}

func urlObject(name, text string) ([]byte, *refusal) {
	if text == "" {
		return nil, nil
	}
	s := scanner{data: []byte(text)}
	return s.only(name)
}
