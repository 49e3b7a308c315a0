package monolith

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/auth/held"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Session is obtained once by signing in, and shown until it ends.
type Session struct {
	Login Login `yaml:"login"`
	// Token is a mapping of the login's answer to the token. It is sent in Header, Authorization by default, behind
	// Prefix, "Bearer " by default where that is the header.
	Token  string `yaml:"token"`
	Header string `yaml:"header"`
	Prefix string `yaml:"prefix"`
	// Cookie is the name of a cookie of the login's answer, which is sent as that cookie. Either this or Token.
	Cookie string `yaml:"cookie"`
	// TTL is how long a session is used; 30m by default. A cookie may end sooner.
	TTL time.Duration `yaml:"ttl"`
	// Per is user (the default): each caller has a session of its own; or gateway: all have one.
	Per string `yaml:"per"`
	// ReloginOn are the statuses that say that the session has ended; 401 by default.
	ReloginOn []int `yaml:"relogin_on"`
}

// Login is the request that signs in.
type Login struct {
	// Method is POST by default; Path goes behind the source's base URL.
	Method string `yaml:"method"`
	Path   string `yaml:"path"`
	// Body is a mapping of $config and $caller (issuer, subject, token, claims) to the body.
	Body    string            `yaml:"body"`
	Headers map[string]string `yaml:"headers"`
}

// loginVersion is the grammar of the mappings in the configuration.
const loginVersion = mapping.V03

func (s *Session) faults() []error {
	if s == nil {
		return nil
	}
	var errs []error
	add := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("auth.session."+key+": "+format, args...))
	}
	if !strings.HasPrefix(s.Login.Path, "/") || safe(s.Login.Path) != nil {
		add("login.path", "%q must begin with / and lead nowhere else", s.Login.Path)
	}
	if s.Login.Method != "" && !slices.Contains([]string{"GET", "POST", "PUT"}, s.Login.Method) {
		add("login.method", "%q is none of GET, POST, PUT", s.Login.Method)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Login.Headers)) {
		value := s.Login.Headers[name]
		if !headerName.MatchString(name) || reserved[strings.ToLower(name)] || !validHeader(value) {
			add("login.headers", "%s cannot be set", name)
		}
	}
	if (s.Token == "") == (s.Cookie == "") {
		add("token", "give either token, a mapping of the answer, or cookie, a cookie's name")
	}
	for _, m := range []struct{ key, text string }{{"login.body", s.Login.Body}, {"token", s.Token}} {
		if _, err := mapping.Parse(m.text, loginVersion); err != nil && m.text != "" {
			add(m.key, "%q is no mapping: %w", m.text, err)
		}
	}
	if s.Header != "" && (!headerName.MatchString(s.Header) || reserved[strings.ToLower(s.Header)]) {
		add("header", "%q is not a header's name that can be set", s.Header)
	}
	if s.TTL < 0 {
		add("ttl", "must not be negative")
	}
	if s.Per != "" && s.Per != perUser && s.Per != perGateway {
		add("per", "%q is none of user, gateway", s.Per)
	}
	return errs
}

const (
	perUser    = "user"
	perGateway = "gateway"
)

// sessions are those of a source's callers.
type sessions struct {
	Session
	client      *client
	base        string
	body, token *mapping.Selection
	config      mapping.Value
	held        *held.Cache[[][2]string]
}

// errLogin is an application that was not signed in to.
var errLogin = errors.New("the login was refused")

func newSessions(s Session, c *client, base *url.URL, config mapping.Value) (*sessions, error) {
	out := &sessions{Session: s, client: c, config: config, held: held.New[[][2]string](held.Config{Patience: c.timeout})}
	out.base = strings.TrimSuffix(base.Scheme+"://"+base.Host+base.EscapedPath(), "/")
	if out.Login.Method == "" {
		out.Login.Method = http.MethodPost
	}
	if out.Header == "" {
		out.Header = "Authorization"
		if out.Prefix == "" {
			out.Prefix = "Bearer "
		}
	}
	if out.TTL == 0 {
		out.TTL = 30 * time.Minute
	}
	if out.ReloginOn == nil {
		out.ReloginOn = []int{http.StatusUnauthorized}
	}
	var err error
	if s.Login.Body != "" {
		if out.body, err = mapping.Parse(s.Login.Body, loginVersion); err != nil {
			return nil, fmt.Errorf("auth.session.login.body: %w", err)
		}
	}
	if s.Token != "" {
		if out.token, err = mapping.Parse(s.Token, loginVersion); err != nil {
			return nil, fmt.Errorf("auth.session.token: %w", err)
		}
	}
	return out, nil
}

// key says whose session is meant; false if it is nobody's.
func (s *sessions) key(c Caller) (string, bool) {
	if s.Per == perGateway {
		return "", true
	}
	return c.Issuer + "\x00" + c.Subject, c.Subject != ""
}

func (s *sessions) get(ctx context.Context, c Caller, _ *shaping.Passage) ([][2]string, error) {
	key, ok := s.key(c)
	if !ok {
		return nil, nil
	}
	return s.held.Get(ctx, key, func(ctx context.Context) ([][2]string, time.Duration, error) { return s.login(ctx, c) })
}

func (s *sessions) refused(c Caller, shown [][2]string, status int) bool {
	key, _ := s.key(c)
	same := func(held [][2]string) bool { return len(held) > 0 && &held[0] == &shown[0] }
	return s.held.Judge(key, same, slices.Contains(s.ReloginOn, status))
}

// login signs in, as any request of the source. What it says is in no error: credentials are among it.
func (s *sessions) login(ctx context.Context, c Caller) ([][2]string, time.Duration, error) {
	o := &outgoing{method: s.Login.Method, url: s.base + s.Login.Path, mutation: true}
	for _, name := range slices.Sorted(maps.Keys(s.Login.Headers)) {
		o.headers = append(o.headers, [2]string{http.CanonicalHeaderKey(name), s.Login.Headers[name]})
	}
	if s.body != nil {
		who, err := valueOf(map[string]any{"issuer": c.Issuer, "subject": c.Subject, "token": c.Token, "claims": c.Claims})
		if err != nil {
			return nil, 0, fmt.Errorf("login: $caller: %w", err)
		}
		if err := o.setBody(s.body, &evaluation{vars: mapping.Variables{"config": s.config, "caller": who}}); err != nil {
			return nil, 0, fmt.Errorf("login: %w", err)
		}
	}
	a, err := s.client.shaped(ctx, o, new(shaping.Passage))
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("login: %w", err)
	case s.Cookie != "":
		return s.fromCookie(a)
	case a.status < 200 || a.status > 299:
		return nil, 0, fmt.Errorf("%w with HTTP %d", errLogin, a.status)
	}
	v, err := (&evaluation{vars: mapping.Variables{"config": s.config}}).eval(s.token, decode(a).value)
	if err != nil || v.IsNull() || !v.IsScalar() || v.Text() == "" || !validHeader(v.Text()) {
		return nil, 0, fmt.Errorf("%w: its answer, HTTP %d, has no token where auth.session.token looks for it", errLogin, a.status)
	}
	return [][2]string{{http.CanonicalHeaderKey(s.Header), s.Prefix + v.Text()}}, s.TTL, nil
}

// fromCookie finds the session's cookie; applications answer a login with a redirect as well.
func (s *sessions) fromCookie(a *answer) ([][2]string, time.Duration, error) {
	if a.status >= 400 {
		return nil, 0, fmt.Errorf("%w with HTTP %d", errLogin, a.status)
	}
	for _, cookie := range (&http.Response{Header: a.header}).Cookies() {
		if cookie.Name != s.Cookie || cookie.Value == "" || cookie.MaxAge < 0 {
			continue
		}
		ttl := s.TTL
		if cookie.MaxAge > 0 {
			ttl = min(ttl, time.Duration(cookie.MaxAge)*time.Second)
		}
		return [][2]string{{"Cookie", cookie.Name + "=" + cookie.Value}}, ttl, nil
	}
	return nil, 0, fmt.Errorf("%w: its answer, HTTP %d, does not set the cookie %s", errLogin, a.status, s.Cookie)
}
