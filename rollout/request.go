package rollout

import "net/http"

// Request is the facts of an HTTP request whose token was verified.
type Request struct {
	Headers http.Header
	// Claims looks up a claim of the token; nil where there is none.
	Claims func(name string) (string, bool)
}

var _ Facts = Request{}

// Claim implements Facts.
func (r Request) Claim(name string) (string, bool) {
	if r.Claims == nil {
		return "", false
	}
	return r.Claims(name)
}

// Header implements Facts.
func (r Request) Header(name string) (string, bool) {
	v := r.Headers.Get(name)
	return v, v != ""
}

// Cookie implements Facts.
func (r Request) Cookie(name string) (string, bool) {
	c, err := (&http.Request{Header: r.Headers}).Cookie(name)
	if err != nil {
		return "", false
	}
	return c.Value, true
}
