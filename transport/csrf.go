package transport

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
)

// CSRF says how a request proves that no website made the browser send it. A browser asks the server first
// (CORS preflight) before it sends a header or a content type that forms cannot send; so a request that has
// one of these is safe, and any other is refused.
type CSRF struct {
	// UnsafeDisabled turns the protection off.
	UnsafeDisabled bool `yaml:"unsafe_disabled"`
	// RequiredHeaders are the headers of which one must be there, where the content type alone proves nothing;
	// x-apollo-operation-name and apollo-require-preflight by default.
	RequiredHeaders []string `yaml:"required_headers"`
}

func (c CSRF) validate() error {
	var errs []error
	for i, h := range c.RequiredHeaders {
		if !validHeaderName(h) {
			errs = append(errs, fmt.Errorf("csrf.required_headers[%d]: %q is not the name of a header", i, h))
		}
	}
	return errors.Join(errs...)
}

// Header is the name of one that proves a request safe.
func (c CSRF) Header() string { return newCSRFGuard(c).headers[0] }

// csrfGuard refuses requests that a website could have made a browser send.
type csrfGuard struct {
	off     bool
	headers []string
	refused *refusal
}

func newCSRFGuard(c CSRF) csrfGuard {
	names := c.RequiredHeaders
	if len(names) == 0 {
		names = []string{"x-apollo-operation-name", "apollo-require-preflight"}
	}
	g := csrfGuard{off: c.UnsafeDisabled}
	for _, n := range names {
		g.headers = append(g.headers, http.CanonicalHeaderKey(n))
	}
	g.refused = refusef(http.StatusBadRequest, CodeCSRF,
		"a website could have made a browser send this request (cross-site request forgery), so it is not answered; "+
			"send a content-type that forms cannot send, such as application/json, or a value in one of these headers: %s",
		strings.Join(names, ", "))
	return g
}

// check is nil for a request that is safe.
func (g csrfGuard) check(r *http.Request) *refusal {
	if g.off || r.Method == http.MethodOptions || preflighted(r.Header["Content-Type"]) {
		return nil
	}
	for _, name := range g.headers {
		for _, v := range r.Header[name] {
			if v != "" {
				return nil
			}
		}
	}
	return g.refused
}

// preflighted says whether a browser asks before it sends a request with the content type. A value that
// cannot be read is taken for one that forms can send: browsers parse leniently where mime does not.
// https://fetch.spec.whatwg.org/#cors-safelisted-request-header
func preflighted(contentType []string) bool {
	if len(contentType) != 1 {
		return false
	}
	if contentType[0] == "application/json" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType[0])
	if err != nil {
		return false
	}
	switch kind {
	case "", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
		return false
	}
	return true
}
