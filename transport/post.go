package transport

import (
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// post answers requests that come as a JSON body.
// https://graphql.github.io/graphql-over-http/draft/#sec-POST
type post struct{ s *Server }

var _ graphql.Transport = post{}

// Supports implements graphql.Transport.
func (p post) Supports(r *http.Request) bool { return r.Method == http.MethodPost }

// Do implements graphql.Transport. It does not need gqlgen's executor.
func (p post) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	c := newCall(time.Now())
	defer p.s.finish(w, r, c)
	media, ok := c.negotiate(r)
	if !ok {
		return
	}
	if c.refused = checkContent(r.Header); c.refused != nil {
		return
	}
	read := readBody
	if isGzip(r.Header) {
		read = p.s.unpackers.read
	}
	if c.body, c.refused = read(c.body[:0], r, p.s.bounds.body); c.refused != nil {
		return
	}
	p.s.measure(r, p.s.bounds.body, len(c.body))
	if p.s.cfg.Batching.Enabled && isBatch(c.body) {
		if c.form != formNone {
			c.refused = notAcceptable()
			return
		}
		p.s.batch(w, r, c, media)
		return
	}
	params, refused := scanParams(c.body)
	if refused == nil {
		refused = p.s.parts.know(&params, r.Header)
	}
	if refused != nil {
		c.refused = refused
		return
	}
	p.s.execute(w, r, c, media, params)
}

// checkContent refuses a body that is not JSON in UTF-8.
func checkContent(h http.Header) *refusal {
	const how = "send a JSON object with content-type: application/json"
	if e := h.Get("Content-Encoding"); e != "" && e != "identity" && !isGzip(h) {
		return refusef(http.StatusUnsupportedMediaType, CodeUnsupportedMedia, "the content-encoding of the request is not supported; send the body as it is, or in gzip")
	}
	v := h.Get("Content-Type")
	if v == "application/json" {
		return nil
	}
	if v == "" {
		return refusef(http.StatusUnsupportedMediaType, CodeUnsupportedMedia, "the request has no content-type; %s", how)
	}
	kind, params, err := mime.ParseMediaType(v)
	if err != nil || kind != "application/json" {
		return refusef(http.StatusUnsupportedMediaType, CodeUnsupportedMedia, "the request's content-type is not supported; %s", how)
	}
	if c := params["charset"]; c != "" && !isUTF8(c) {
		return refusef(http.StatusUnsupportedMediaType, CodeUnsupportedMedia, "the request's charset is not supported; send UTF-8")
	}
	return nil
}

// isGzip reports whether a request's body is compressed.
func isGzip(h http.Header) bool {
	e := h["Content-Encoding"]
	return len(e) == 1 && (strings.EqualFold(e[0], "gzip") || strings.EqualFold(e[0], "x-gzip"))
}

// negotiate is the media type of the answer; a client that takes nothing but a stream gets one. It refuses the call where there is none.
func (c *call) negotiate(r *http.Request) (media, bool) {
	m, ok := negotiate(r.Header["Accept"])
	if ok {
		return m, true
	}
	if c.form = streaming(r.Header["Accept"]); c.form == formNone {
		c.refused = notAcceptable()
	}
	return mediaGraphQL, c.form != formNone
}

func notAcceptable() *refusal {
	return refusef(http.StatusNotAcceptable, CodeNotAcceptable,
		"the accept header names nothing that can be answered; accept application/graphql-response+json or application/json")
}

// otherMethods refuses what is neither GET nor POST.
type otherMethods struct{ s *Server }

var _ graphql.Transport = otherMethods{}

// Supports implements graphql.Transport.
func (o otherMethods) Supports(*http.Request) bool { return true }

// Do implements graphql.Transport.
func (o otherMethods) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	c := newCall(time.Now())
	defer o.s.finish(w, r, c)
	c.refused = refusef(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "the graph is asked with GET or POST")
	c.refused.allow = "GET, POST"
}
