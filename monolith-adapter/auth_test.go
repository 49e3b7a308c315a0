package monolith_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/auth/exchange"
	"github.com/ficusgraph/ficus/auth/mint"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

type callerKey struct{}

// as is a context in which that caller asks.
func as(t *testing.T, subject string) context.Context {
	t.Helper()
	return context.WithValue(t.Context(), callerKey{}, monolith.Caller{
		Issuer: "https://id.test", Subject: subject, Token: "token-of-" + subject, Claims: map[string]any{"email": subject + "@acme.test"},
	})
}

var callers = monolith.Ports{Caller: func(ctx context.Context) monolith.Caller {
	who, _ := ctx.Value(callerKey{}).(monolith.Caller)
	return who
}}

// shown answers with what it was shown.
func shown(w http.ResponseWriter, r *http.Request) {
	text, _ := json.Marshal(fmt.Sprintf("%s|%s|%s", r.Header.Get("Authorization"), r.Header.Get("X-Api-Key"), r.Header.Get("Cookie")))
	fmt.Fprintf(w, `{"pong":%s}`, text)
}

func authorized(a monolith.Auth) monolith.Config {
	return one(monolith.SourceConfig{Auth: &a}, subgraph.ConnectorShaping{}, 0)
}

func TestWhatASourceIsShown(t *testing.T) {
	server := httptest.NewServer(asJSON(shown))
	defer server.Close()
	for _, tc := range []struct {
		name string
		auth monolith.Auth
		want string
	}{
		{"the caller's token", monolith.Auth{Bearer: &monolith.Bearer{From: "caller"}}, "Bearer token-of-ann||"},
		{"the gateway's token", monolith.Auth{Bearer: &monolith.Bearer{Value: "abc"}}, "Bearer abc||"},
		{"a password", monolith.Auth{Basic: &monolith.Basic{Username: "ann", Password: "a:b"}}, "Basic YW5uOmE6Yg==||"},
		{"a key", monolith.Auth{APIKey: &monolith.APIKey{Header: "x-api-key", Value: "k"}}, "|k|"},
		{"a key beside a token", monolith.Auth{APIKey: &monolith.APIKey{Header: "X-API-KEY", Value: "k"}, Bearer: &monolith.Bearer{From: "caller"}}, "Bearer token-of-ann|k|"},
	} {
		p := newPinger(t, server.URL, authorized(tc.auth), callers)
		if got := p.ping(t, as(t, "ann"), "{ a: ping }"); got != `{"data":{"a":"`+tc.want+`"}}` {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
	p := newPinger(t, server.URL, authorized(monolith.Auth{Bearer: &monolith.Bearer{From: "caller"}}), callers)
	if got := p.ping(t, t.Context(), "{ a: ping }"); got != `{"data":{"a":"||"}}` {
		t.Errorf("nobody: %s", got)
	}
	p = newPinger(t, strings.Replace(server.URL, "//", "//ann:pw@", 1), monolith.Config{}, callers)
	if got := p.ping(t, t.Context(), "{ a: ping }"); got != `{"data":{"a":"Basic YW5uOnB3||"}}` || strings.Contains(p.take()[0].URL, "pw") {
		t.Errorf("a user in the URL: %s", got)
	}
}

// signIn is an application with sessions: it opens one at /login, and refuses all that have ended.
type signIn struct {
	logins, pings atomic.Int32
	mu            sync.Mutex
	open          map[string]bool
	slow          time.Duration
	refuse        atomic.Bool
}

func (s *signIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/login" {
		time.Sleep(s.slow)
		n := s.logins.Add(1)
		var in struct{ User, Secret string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		if s.refuse.Load() || in.Secret != "trusted" || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"secret":"do not tell"}`)
			return
		}
		id := fmt.Sprintf("%s-%d", in.User, n)
		s.mu.Lock()
		s.open[id] = true
		s.mu.Unlock()
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: id, HttpOnly: true})
		fmt.Fprintf(w, `{"session":{"token":%q}}`, id)
		return
	}
	s.pings.Add(1)
	id := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if c, err := r.Cookie("sid"); err == nil {
		id = c.Value
	}
	s.mu.Lock()
	ok := s.open[id]
	s.mu.Unlock()
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, `{"pong":%q}`, id)
}

func (s *signIn) end() {
	s.mu.Lock()
	s.open = map[string]bool{}
	s.mu.Unlock()
}

func session(t *testing.T) (app *signIn, url string) {
	t.Helper()
	app = &signIn{open: map[string]bool{}}
	server := httptest.NewServer(asJSON(app.ServeHTTP))
	t.Cleanup(server.Close)
	return app, server.URL
}

var (
	login   = monolith.Login{Path: "/login", Body: "user: $caller.claims.email secret: $config.secret"}
	byToken = monolith.Session{Login: login, Token: "$.session.token"}
)

func sessionConfig(s monolith.Session) monolith.Config {
	return one(monolith.SourceConfig{Auth: &monolith.Auth{Session: &s}, Config: map[string]any{"secret": "trusted"}}, subgraph.ConnectorShaping{}, 0)
}

func TestASessionIsOpenedOnceForEachUser(t *testing.T) {
	for name, s := range map[string]monolith.Session{"token": byToken, "cookie": {Login: login, Cookie: "sid"}} {
		app, url := session(t)
		app.slow = 20 * time.Millisecond
		p := newPinger(t, url, sessionConfig(s), callers)
		for range 2 {
			if got := p.ping(t, as(t, "ann"), "{ a: ping(n: 1) b: ping(n: 2) c: ping(n: 3) }"); strings.Count(got, `"ann@acme.test-1"`) != 3 {
				t.Errorf("%s: %s", name, got)
			}
		}
		if got := p.ping(t, as(t, "bob"), "{ a: ping }"); got != `{"data":{"a":"bob@acme.test-2"}}` || app.logins.Load() != 2 {
			t.Errorf("%s: %s after %d logins", name, got, app.logins.Load())
		}
		if got := p.ping(t, t.Context(), "{ a: ping }"); !strings.Contains(got, `"status":401`) || app.logins.Load() != 2 {
			t.Errorf("%s: nobody: %s after %d logins", name, got, app.logins.Load())
		}
	}
}

func TestASessionOfTheGatewayIsOpenedOnce(t *testing.T) {
	app, url := session(t)
	s := byToken
	s.Per, s.Login.Body = "gateway", "user: $('ficus') secret: $config.secret"
	p := newPinger(t, url, sessionConfig(s), callers)
	for _, ctx := range []context.Context{as(t, "ann"), as(t, "bob"), t.Context()} {
		if got := p.ping(t, ctx, "{ a: ping }"); got != `{"data":{"a":"ficus-1"}}` {
			t.Error(got)
		}
	}
	if app.logins.Load() != 1 {
		t.Errorf("%d logins", app.logins.Load())
	}
}

func TestASessionThatEndedIsOpenedAgain(t *testing.T) {
	app, url := session(t)
	p := newPinger(t, url, sessionConfig(byToken), callers)
	p.ping(t, as(t, "ann"), "{ a: ping }")
	app.end()
	if got := p.ping(t, as(t, "ann"), "{ a: ping(n: 1) b: ping(n: 2) }"); strings.Count(got, "ann@acme.test-2") != 2 || app.logins.Load() != 2 {
		t.Errorf("%s after %d logins", got, app.logins.Load())
	}
	// What is refused at once is not for want of a session: no login for each request.
	app.refuse.Store(true)
	app.end()
	for range 5 {
		p.ping(t, as(t, "ann"), "{ a: ping }")
	}
	if n := app.logins.Load(); n != 3 {
		t.Errorf("%d logins, want one more that failed, and no further one at once", n)
	}
}

func TestASessionEndsWithItsTime(t *testing.T) {
	app, url := session(t)
	s := byToken
	s.TTL = 30 * time.Millisecond
	p := newPinger(t, url, sessionConfig(s), callers)
	p.ping(t, as(t, "ann"), "{ a: ping }")
	time.Sleep(50 * time.Millisecond)
	p.ping(t, as(t, "ann"), "{ a: ping }")
	if app.logins.Load() != 2 || app.pings.Load() != 2 {
		t.Errorf("%d logins, %d requests", app.logins.Load(), app.pings.Load())
	}
}

func TestALoginThatFailsTellsNothing(t *testing.T) {
	app, url := session(t)
	app.refuse.Store(true)
	p := newPinger(t, url, sessionConfig(byToken), callers)
	got := p.ping(t, as(t, "ann"), "{ a: ping }")
	call := p.take()[0]
	if !strings.Contains(got, `"code":"CONNECTOR_FETCH"`) || app.pings.Load() != 0 || call.Err == nil || !strings.Contains(call.Err.Error(), "the login was refused with HTTP 403") {
		t.Errorf("%s, %v", got, call.Err)
	}
	for _, secret := range []string{"trusted", "do not tell", "token-of-ann"} {
		if strings.Contains(got+call.Err.Error(), secret) {
			t.Errorf("%q is told: %s, %v", secret, got, call.Err)
		}
	}
}

func TestALoginIsNotBrokenOffByWhoLeaves(t *testing.T) {
	app, url := session(t)
	app.slow = 100 * time.Millisecond
	p := newPinger(t, url, sessionConfig(byToken), callers)
	ctx, cancel := context.WithCancel(as(t, "ann"))
	first := parseFetch(t, p.graph, "subgraph: legacy_Query_ping_0\n{ a: ping }").Request
	ended := make(chan error)
	go func() {
		_, err := p.fetcher.Fetch(ctx, &first)
		ended <- err
	}()
	time.Sleep(30 * time.Millisecond)
	cancel()
	if got := p.ping(t, as(t, "ann"), "{ a: ping }"); got != `{"data":{"a":"ann@acme.test-1"}}` || app.logins.Load() != 1 {
		t.Errorf("%s after %d logins", got, app.logins.Load())
	}
	<-ended
}

func TestTokensAreExchanged(t *testing.T) {
	var trades atomic.Int32
	expires := 3600
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := trades.Add(1)
		id, secret, _ := r.BasicAuth()
		if r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:token-exchange" || r.PostFormValue("audience") != "legacy" || id != "gateway" || secret != "s%3A" && secret != "s:" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_grant"}`)
			return
		}
		fmt.Fprintf(w, `{"access_token":"%s-%d","token_type":"Bearer","expires_in":%d}`, strings.TrimPrefix(r.PostFormValue("subject_token"), "token-of-"), n, expires)
	}))
	defer issuer.Close()
	server := httptest.NewServer(asJSON(shown))
	defer server.Close()
	trade := exchange.Config{URL: issuer.URL + "/token", Audience: "legacy", ClientID: "gateway", ClientSecret: "s:"}
	p := newPinger(t, server.URL, authorized(monolith.Auth{Exchange: &trade}), callers)
	for _, want := range []string{"ann-1", "ann-1", "bob-2", "ann-1"} {
		who, _, _ := strings.Cut(want, "-")
		if got := p.ping(t, as(t, who), "{ a: ping(n: 1) b: ping(n: 2) }"); strings.Count(got, `"Bearer `+want+`||"`) != 2 {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := p.ping(t, t.Context(), "{ a: ping }"); got != `{"data":{"a":"||"}}` || trades.Load() != 2 {
		t.Errorf("nobody: %s after %d exchanges", got, trades.Load())
	}
	expires = 10 // which is as good as over
	p = newPinger(t, server.URL, authorized(monolith.Auth{Exchange: &trade}), callers)
	p.ping(t, as(t, "ann"), "{ a: ping }")
	p.ping(t, as(t, "ann"), "{ a: ping }")
	if trades.Load() != 4 {
		t.Errorf("%d exchanges, want 4: a token that ends is not shown again", trades.Load())
	}
	trade.Audience = "other"
	p = newPinger(t, server.URL, authorized(monolith.Auth{Exchange: &trade}), callers)
	got := p.ping(t, as(t, "ann"), "{ a: ping }")
	if call := p.take()[0]; !strings.Contains(got, "CONNECTOR_FETCH") || !strings.Contains(call.Err.Error(), `HTTP 400 ("invalid_grant")`) || strings.Contains(call.Err.Error(), "token-of") {
		t.Errorf("%s, %v", got, call.Err)
	}
}

// TestTokensAreMintedForTheSource: by its name, or another that is given; none for nobody, and none where it fails.
func TestTokensAreMintedForTheSource(t *testing.T) {
	server := httptest.NewServer(asJSON(shown))
	defer server.Close()
	ports := callers
	ports.Minted = func(ctx context.Context, k *mint.Kind) (string, error) {
		who := callers.Caller(ctx)
		if who.Subject == "eve" {
			return "", errors.New("no key")
		}
		if who.Subject == "" {
			return "", nil
		}
		return who.Subject + "-for-" + k.Audience, nil
	}
	for audience, want := range map[string]string{"": "ann-for-legacy.app", "other": "ann-for-other"} {
		p := newPinger(t, server.URL, authorized(monolith.Auth{Mint: &mint.Kind{Audience: audience}}), ports)
		if got := p.ping(t, as(t, "ann"), "{ a: ping }"); got != `{"data":{"a":"Bearer `+want+`||"}}` {
			t.Errorf("%s, want %s", got, want)
		}
		if got := p.ping(t, t.Context(), "{ a: ping }"); got != `{"data":{"a":"||"}}` {
			t.Errorf("nobody: %s", got)
		}
		if got := p.ping(t, as(t, "eve"), "{ a: ping }"); !strings.Contains(got, `"a":null`) {
			t.Errorf("without a token the application was asked: %s", got)
		}
	}
}

func TestCredentialsStayWithTheHost(t *testing.T) {
	var seen atomic.Value
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen.Store(r.Header.Clone()) }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	cfg := authorized(monolith.Auth{APIKey: &monolith.APIKey{Header: "X-Api-Key", Value: "k"}})
	own := cfg.Sources["legacy.app"]
	own.Redirects = monolith.RedirectsSameHost
	cfg.Sources["legacy.app"] = own
	p := newPinger(t, server.URL, cfg, callers)
	if got := p.ping(t, as(t, "ann"), "{ a: ping }"); !strings.Contains(got, `"status":307`) || seen.Load() != nil {
		t.Errorf("%s; the other host saw %v", got, seen.Load())
	}
}

func TestFaultsOfAuth(t *testing.T) {
	for _, tc := range []struct {
		auth monolith.Auth
		want string
	}{
		{monolith.Auth{}, "auth: is empty"},
		{monolith.Auth{Bearer: &monolith.Bearer{From: "caller"}, Basic: &monolith.Basic{Username: "a"}}, "auth: holds several ways"},
		{monolith.Auth{Bearer: &monolith.Bearer{}}, "auth.bearer: takes either from: caller"},
		{monolith.Auth{Bearer: &monolith.Bearer{From: "header"}}, "auth.bearer: takes"},
		{monolith.Auth{Bearer: &monolith.Bearer{Value: "a\r\nX: y"}}, "auth.bearer: takes"},
		{monolith.Auth{Basic: &monolith.Basic{Username: "a:b"}}, "auth.basic.username: "},
		{monolith.Auth{APIKey: &monolith.APIKey{Header: "Content-Length", Value: "1"}}, "auth.api_key: takes header"},
		{monolith.Auth{Session: &monolith.Session{Login: monolith.Login{Path: "login"}, Token: "$.t"}}, `auth.session.login.path: "login" must begin with /`},
		{monolith.Auth{Session: &monolith.Session{Login: monolith.Login{Path: "/a/../b"}, Token: "$.t"}}, "lead nowhere else"},
		{monolith.Auth{Session: &monolith.Session{Login: monolith.Login{Path: "/l", Method: "TRACE"}, Token: "$.t"}}, `auth.session.login.method: "TRACE" is none of`},
		{monolith.Auth{Session: &monolith.Session{Login: monolith.Login{Path: "/l", Headers: map[string]string{"Te": "x"}}, Token: "$.t"}}, "auth.session.login.headers: Te cannot be set"},
		{monolith.Auth{Session: &monolith.Session{Login: monolith.Login{Path: "/l"}}}, "auth.session.token: give either token"},
		{monolith.Auth{Session: &monolith.Session{Login: monolith.Login{Path: "/l"}, Token: "$("}}, `auth.session.token: "$(" is no mapping`},
		{monolith.Auth{Session: &monolith.Session{Login: monolith.Login{Path: "/l"}, Cookie: "s", Per: "tenant", TTL: -1}}, `auth.session.per: "tenant" is none of user, gateway`},
		{monolith.Auth{Mint: &mint.Kind{}, Bearer: &monolith.Bearer{From: "caller"}}, "auth: holds several ways"},
		{monolith.Auth{Claims: []monolith.ClaimHeader{{Header: "X-A"}}}, "auth.claims[0].claim: is empty"},
		{monolith.Auth{Claims: []monolith.ClaimHeader{{Claim: "a", Header: "X_A"}}}, `auth.claims[0].header: "X_A" is not`},
		{monolith.Auth{Claims: []monolith.ClaimHeader{{Claim: "a", Header: "X-A"}, {Claim: "b", Header: "x-a"}}}, "auth.claims[1].header: x-a is set already"},
		{monolith.Auth{Exchange: &exchange.Config{URL: "issuer", ClientSecret: "s"}}, "auth.exchange.url: must be the URL"},
		{monolith.Auth{Exchange: &exchange.Config{URL: "http://i", ClientSecret: "s"}}, "auth.exchange.client_id: must be given"},
	} {
		err := authorized(tc.auth).Validate()
		if err == nil || !strings.Contains(err.Error(), "sources.legacy.app."+tc.want) && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
	if err := sessionConfig(byToken).Validate(); err != nil {
		t.Error(err)
	}
}
