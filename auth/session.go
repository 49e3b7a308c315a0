package auth

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Sessions lets in who has a session of the monolith: who has it is asked there, once for a while.
type Sessions struct {
	// URL answers a request with the cookie by who has the session, in JSON.
	URL string `yaml:"url"`
	// Method is GET (the default) or POST.
	Method string `yaml:"method"`
	// Cookie is the name of the session's cookie.
	Cookie string `yaml:"cookie"`
	// Headers are sent along.
	Headers []Header `yaml:"headers"`
	// ForwardHeaders are headers of the client that are sent along, for a monolith that holds a session against them. A
	// session is then remembered for their values only.
	ForwardHeaders []string `yaml:"forward_headers"`
	// Claims are where the answer says what a token would, by the claim's name; sub must be there: {sub: user.id}.
	Claims map[string]string `yaml:"claims"`
	// RefusedOn are the statuses that say that nobody is signed in; 401 and 403 by default. Any other than 200 says nothing.
	RefusedOn []int `yaml:"refused_on"`
	// Invalid says what a session is in which nobody is signed in: anonymous (the default: as no session at all), or refuse.
	Invalid string `yaml:"invalid"`
	// TTL is how long a session is remembered, 60s by default; NegativeTTL how long it is that there is none, 5s by default.
	TTL         time.Duration `yaml:"ttl"`
	NegativeTTL time.Duration `yaml:"negative_ttl"`
	// Timeout of the monolith's answer; 5s by default.
	Timeout time.Duration `yaml:"timeout"`
	// CacheSize is how many sessions are remembered, 10,000 by default.
	CacheSize int `yaml:"cache_size"`
	// MaxConcurrent is how many sessions are asked for at one time, 64 by default; others wait within the timeout.
	MaxConcurrent int `yaml:"max_concurrent"`
	// Mode is optional or required, where there are neither jwt nor api_keys; otherwise theirs is for all.
	Mode Mode `yaml:"mode"`
}

// The values of Sessions.Invalid.
const (
	InvalidAnonymous = "anonymous"
	InvalidRefuse    = "refuse"
)

// SessionIssuer is the Issuer of identities that sessions stand for. A token that says it is from there is refused.
const SessionIssuer = "ficus:sessions"

// sessionScheme is how WWW-Authenticate asks for a session. There is no registered scheme for them.
const sessionScheme = "Session"

// withDefaults is the configuration with nothing left open; that of nil is of no use.
func (s *Sessions) withDefaults() Sessions {
	if s == nil {
		return Sessions{}
	}
	out := *s
	if out.Method == "" {
		out.Method = http.MethodGet
	}
	if out.RefusedOn == nil {
		out.RefusedOn = []int{http.StatusUnauthorized, http.StatusForbidden}
	}
	for _, d := range []struct {
		of    *time.Duration
		usual time.Duration
	}{{&out.TTL, time.Minute}, {&out.NegativeTTL, 5 * time.Second}, {&out.Timeout, 5 * time.Second}} {
		if *d.of == 0 {
			*d.of = d.usual
		}
	}
	if out.CacheSize == 0 {
		out.CacheSize = 10_000
	}
	if out.MaxConcurrent == 0 {
		out.MaxConcurrent = 64
	}
	out.ForwardHeaders = slices.Clone(out.ForwardHeaders)
	for i, name := range out.ForwardHeaders {
		out.ForwardHeaders[i] = http.CanonicalHeaderKey(name)
	}
	return out
}

// validateSessions reports what is wrong with router.sessions.
func (c Config) validateSessions() []error {
	s := c.Router.Sessions
	if s == nil {
		return nil
	}
	var errs []error
	add := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("authentication.router.sessions"+format, args...))
	}
	if u, err := url.Parse(s.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		add(".url: must be the http or https URL at which the monolith says who has a session")
	}
	if !slices.Contains([]string{"", http.MethodGet, http.MethodPost}, s.Method) {
		add(".method: %q is not one of GET, POST", s.Method)
	}
	if s.Cookie == "" || strings.ContainsAny(s.Cookie, " \t\r\n:;,=\"") {
		add(".cookie: %q is not the name of a cookie", s.Cookie)
	}
	if j := c.Router.JWT; j != nil && slices.ContainsFunc(j.Sources, func(o Source) bool { return o.Type == SourceCookie && o.Name == s.Cookie }) {
		add(".cookie: tokens are looked for in the cookie %s too; a cookie holds one of both", s.Cookie)
	}
	switch {
	case s.Mode != "" && (c.Router.JWT != nil || c.Router.APIKeys != nil):
		add(".mode: is said by that of jwt or api_keys, for all who ask; remove it")
	case !slices.Contains([]Mode{"", ModeOptional, ModeRequired}, s.Mode):
		add(".mode: %q is not a mode; write optional or required", s.Mode)
	}
	if !slices.Contains([]string{"", InvalidAnonymous, InvalidRefuse}, s.Invalid) {
		add(".invalid: %q is not one of anonymous, refuse", s.Invalid)
	}
	for _, d := range []struct {
		key string
		of  int64
	}{{"ttl", int64(s.TTL)}, {"negative_ttl", int64(s.NegativeTTL)}, {"timeout", int64(s.Timeout)}, {"cache_size", int64(s.CacheSize)}, {"max_concurrent", int64(s.MaxConcurrent)}} {
		if d.of < 0 {
			add(".%s: must not be negative", d.key)
		}
	}
	for i, status := range s.RefusedOn {
		if status < 300 || status > 499 {
			add(".refused_on[%d]: %d is no status by which the monolith could say that nobody is signed in", i, status)
		}
	}
	s.validateRequest(add)
	return errs
}

// validateRequest reports what is wrong with what is sent, and with how the answer is read.
func (s *Sessions) validateRequest(add func(format string, args ...any)) {
	for i, h := range s.Headers {
		if !settable(h.Name) || strings.ContainsAny(h.Value, "\r\n\x00") {
			add(".headers[%d]: %q is not a header that can be set", i, h.Name)
		}
	}
	for i, name := range s.ForwardHeaders {
		if !settable(name) {
			add(".forward_headers[%d]: %q is not a header that can be sent along", i, name)
		}
	}
	if s.Claims["sub"] == "" {
		add(".claims: do not say where the answer has sub; write, for instance, claims: {sub: user.id}")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Claims)) {
		switch path := s.Claims[name]; {
		case slices.Contains([]string{"iss", "aud", "nbf", "iat", "jti", "sid"}, name):
			add(".claims.%s: is the gateway's to say, or nobody's; remove it", name)
		case path == "" || slices.Contains(strings.Split(path, "."), ""):
			add(".claims.%s: %q is not the way to a member of the answer, such as user.id", name, path)
		}
	}
}
