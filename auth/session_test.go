package auth_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/auth"
)

// signIn is a monolith that says who has a session, and a gateway's door before which people stand with cookies.
type signIn struct {
	t     *testing.T
	v     *auth.Verifier
	asked atomic.Int32
	// seen is the last request.
	seen atomic.Pointer[http.Request]
	mu   sync.Mutex
	// answers are by cookie: a status and a body. Others are answered with 401.
	answers map[string][2]string
	at      atomic.Int64
}

func (s *signIn) answer(cookie, status, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[cookie] = [2]string{status, body}
}

func (s *signIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	s.seen.Store(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	cookie, err := r.Cookie("sid")
	a, known := s.answers[cookie.Value]
	switch {
	case err != nil || !known:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		var status int
		_, _ = fmt.Sscan(a[0], &status)
		w.Header().Set("Location", "/login")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, a[1])
	}
}

func newSignIn(t *testing.T, edit func(*auth.Config)) *signIn {
	t.Helper()
	s := &signIn{t: t, answers: map[string][2]string{"ann": {"200", `{"user":{"id":7,"email":"ann@acme.test"},"org":{"slug":"acme"},"can":["read","write"]}`}}}
	s.at.Store(now.UnixNano())
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	cfg := auth.Config{Router: auth.Router{
		JWT: &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}},
		Sessions: &auth.Sessions{
			URL: server.URL + "/me", Cookie: "sid", Headers: []auth.Header{{Name: "X-Gateway", Value: "g"}},
			Claims: map[string]string{"sub": "user.id", "email": "user.email", "tenant": "org.slug", "scope": "can"},
		},
	}}
	if edit != nil {
		edit(&cfg)
	}
	var err error
	s.v, err = auth.New(cfg, auth.Parts{Now: func() time.Time { return time.Unix(0, s.at.Load()) }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.v.Close() })
	return s
}

func (s *signIn) later(d time.Duration) { s.at.Add(int64(d)) }

// enter is who comes in with the headers, or how they are refused.
func (s *signIn) enter(headers ...string) string {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	who := ""
	auth.Middleware(s.v)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		who = auth.FromContext(r.Context()).String()
	})).ServeHTTP(w, r)
	if who != "" {
		return who
	}
	var body struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || len(body.Errors) != 1 {
		s.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return fmt.Sprintf("%d %s: %s", w.Code, body.Errors[0].Extensions.Code, body.Errors[0].Message)
}

const ann = "7 of ficus:sessions"

func TestASessionOfTheMonolithSaysWhoAsks(t *testing.T) {
	s := newSignIn(t, nil)
	var got *auth.Identity
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	r.Header.Set("Cookie", "other=1; sid=ann")
	auth.Middleware(s.v)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = auth.FromContext(r.Context()) })).ServeHTTP(httptest.NewRecorder(), r)
	if got == nil || got.Subject != "7" || got.Issuer != auth.SessionIssuer || got.Token() != "" || !got.Has("write") {
		t.Fatalf("%+v", got)
	}
	want := map[string]any{"sub": "7", "iss": "ficus:sessions", "email": "ann@acme.test", "tenant": "acme", "scope": []any{"read", "write"}}
	if diff := cmp.Diff(want, got.Claims); diff != "" {
		t.Error(diff)
	}
	asked := s.seen.Load()
	if asked.Header.Get("Cookie") != "sid=ann" || asked.Header.Get("X-Gateway") != "g" || asked.Method != "GET" || asked.URL.Path != "/me" {
		t.Errorf("the monolith was asked %s %s %v", asked.Method, asked.URL, asked.Header)
	}
}

// TestASessionIsCheckedOnce: until its time is over, by all who come with it at once.
func TestASessionIsCheckedOnce(t *testing.T) {
	s := newSignIn(t, nil)
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if got := s.enter("Cookie: sid=ann"); got != ann {
				t.Error(got)
			}
		})
	}
	all.Wait()
	s.later(59 * time.Second)
	s.enter("Cookie: sid=ann")
	if n := s.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	s.later(time.Second)
	s.answer("ann", "401", "") // a stale session: signed out at the monolith
	if got := s.enter("Cookie: sid=ann"); got != "nobody" || s.asked.Load() != 2 {
		t.Errorf("%s, asked %d times", got, s.asked.Load())
	}
	s.later(4 * time.Second)
	if s.enter("Cookie: sid=ann"); s.asked.Load() != 2 {
		t.Error("that there is no session is not remembered")
	}
	s.answer("ann", "200", `{"user":{"id":"7"}}`)
	s.later(time.Second)
	if got := s.enter("Cookie: sid=ann"); got != ann {
		t.Error(got)
	}
}

// TestWhatTheMonolithSays: an answer is one only if it says so; anything else lets nobody in, and is no end of a session.
func TestWhatTheMonolithSays(t *testing.T) {
	const away = "503 AUTHENTICATION_UNAVAILABLE: sessions cannot be checked at the moment; try again"
	for i, tc := range []struct{ status, body, want string }{
		{"200", `{"user":{"id":"u-1"}}`, "u-1 of ficus:sessions"},
		{"200", `{"user":{"id":12345678901234567890}}`, "12345678901234567890 of ficus:sessions"},
		{"200", `{"user":null}`, "nobody"},
		{"200", `{"user":{"id":null}}`, "nobody"},
		{"200", `{"user":{"id":""}}`, "nobody"},
		{"200", `{"user":"root"}`, "nobody"},
		{"200", `{}`, "nobody"},
		{"401", `{"user":{"id":"root"}}`, "nobody"},
		{"403", ``, "nobody"},
		{"200", `{"user":{"id":true}}`, away},
		{"200", `{"user":{"id":{"id":"root"}}}`, away},
		{"200", `{"user":{"id":"a","id":"b"}}`, away},
		{"200", `<html>sign in</html>`, away},
		{"200", `["root"]`, away},
		{"200", ``, away},
		{"201", `{"user":{"id":"root"}}`, away},
		{"302", `{"user":{"id":"root"}}`, away},
		{"404", `{"user":{"id":"root"}}`, away},
		{"429", ``, away},
		{"500", `{"user":{"id":"root"}}`, away},
	} {
		s := newSignIn(t, nil)
		s.answer("c", tc.status, tc.body)
		if got := s.enter("Cookie: sid=c"); got != tc.want {
			t.Errorf("%d: %s %s: %s, want %s", i, tc.status, tc.body, got, tc.want)
		}
	}
	s := newSignIn(t, func(c *auth.Config) { c.Router.Sessions.URL = "http://127.0.0.1:1/" })
	if got := s.enter("Cookie: sid=ann"); got != away {
		t.Error(got)
	}
	slow := newSignIn(t, func(c *auth.Config) {
		c.Router.Sessions.Timeout = 50 * time.Millisecond
		hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		t.Cleanup(hangs.Close)
		c.Router.Sessions.URL = hangs.URL
	})
	if got := slow.enter("Cookie: sid=ann"); got != away {
		t.Error(got)
	}
}

// TestSessionsBesideTokens: what was put there for the request goes before what a browser sends with all.
func TestSessionsBesideTokens(t *testing.T) {
	token := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	for _, tc := range []struct {
		name    string
		headers []string
		edit    func(*auth.Config)
		want    string
	}{
		{"both", []string{"Authorization: Bearer " + token, "Cookie: sid=ann"}, nil, "u1 of https://id.test"},
		{"a bad token", []string{"Authorization: Bearer x", "Cookie: sid=ann"}, nil, "401 UNAUTHENTICATED: the token is malformed"},
		{"two cookies", []string{"Cookie: sid=ann; sid=eve"}, nil, "401 UNAUTHENTICATED: the request has more than one cookie sid"},
		{"neither", nil, nil, "nobody"},
		{"an empty one", []string{"Cookie: sid="}, nil, "nobody"},
		{"a session that ended", []string{"Cookie: sid=old"}, nil, "nobody"},
		{"one that ended, required", []string{"Cookie: sid=old"}, required, "401 UNAUTHENTICATED: nobody is signed in by the session"},
		{"one that ended, refused", []string{"Cookie: sid=old"}, func(c *auth.Config) { c.Router.Sessions.Invalid = auth.InvalidRefuse }, "401 UNAUTHENTICATED: nobody is signed in by the session"},
		{"none, required", nil, required, "401 UNAUTHENTICATED: authentication is required; send Authorization: Bearer and a token, or the cookie sid of who is signed in"},
		{"a huge one", []string{"Cookie: sid=" + strings.Repeat("a", 9000)}, nil, "401 UNAUTHENTICATED: nobody is signed in by the session"},
		{"sessions alone", []string{"Cookie: sid=ann", "Authorization: Bearer x"}, func(c *auth.Config) { c.Router.JWT = nil }, ann},
	} {
		if got := newSignIn(t, tc.edit).enter(tc.headers...); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
	// No token poses as a session.
	posing := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"iss": auth.SessionIssuer}))
	if got := newSignIn(t, nil).enter("Authorization: Bearer " + posing); got != "401 UNAUTHENTICATED: the token's issuer is not accepted" {
		t.Error(got)
	}
}

func required(c *auth.Config) { c.Router.JWT.Mode = auth.ModeRequired }

// TestASessionIsHeldAgainstWhereItIsUsed: a stolen cookie is not let in elsewhere because it was let in here.
func TestASessionIsHeldAgainstWhereItIsUsed(t *testing.T) {
	s := newSignIn(t, func(c *auth.Config) { c.Router.Sessions.ForwardHeaders = []string{"user-agent"} })
	for _, agent := range []string{"hers", "hers", "another", "hers"} {
		s.enter("Cookie: sid=ann", "User-Agent: "+agent)
		if s.seen.Load().Header.Get("User-Agent") == "" {
			t.Error("the header was not sent along")
		}
	}
	if n := s.asked.Load(); n != 2 {
		t.Errorf("asked %d times, want once for each", n)
	}
}

func TestAnEndedSessionIsRefusedAtOnce(t *testing.T) {
	s := newSignIn(t, nil)
	s.answer("bob", "200", `{"user":{"id":"bob"}}`)
	s.enter("Cookie: sid=ann")
	s.enter("Cookie: sid=bob")
	sum := sha256.Sum256([]byte("ann"))
	if n, err := s.v.Sessions().End(hex.EncodeToString(sum[:])); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	// The monolith still says yes: it ends the session only after it has said so here.
	if got := s.enter("Cookie: sid=ann"); got != "nobody" || s.asked.Load() != 2 {
		t.Errorf("%s, asked %d times", got, s.asked.Load())
	}
	if n := s.v.Sessions().EndSubject("bob"); n != 1 {
		t.Errorf("%d forgotten", n)
	}
	s.answer("bob", "401", "")
	if got := s.enter("Cookie: sid=bob"); got != "nobody" || s.asked.Load() != 3 {
		t.Errorf("%s, asked %d times", got, s.asked.Load())
	}
	for _, hash := range []string{"", "ann", strings.Repeat("z", 64), strings.Repeat("a", 62)} {
		if _, err := s.v.Sessions().End(hash); err == nil {
			t.Errorf("%q is a hash", hash)
		}
	}
}

// TestASessionLastsNoLongerThanItSays: where the answer says when it ends.
func TestASessionLastsNoLongerThanItSays(t *testing.T) {
	s := newSignIn(t, func(c *auth.Config) { c.Router.Sessions.Claims["exp"] = "until" })
	s.answer("c", "200", fmt.Sprintf(`{"user":{"id":"u"},"until":%d}`, now.Add(10*time.Second).Unix()))
	if got := s.enter("Cookie: sid=c"); got != "u of ficus:sessions" {
		t.Error(got)
	}
	s.later(10 * time.Second)
	if got := s.enter("Cookie: sid=c"); got != "nobody" || s.asked.Load() != 2 {
		t.Errorf("%s, asked %d times", got, s.asked.Load())
	}
}

// TestSessionsAreBounded: who makes up cookies neither fills the memory nor overruns the monolith.
func TestSessionsAreBounded(t *testing.T) {
	var under, most atomic.Int32
	monolith := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := under.Add(1)
		defer under.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
		w.WriteHeader(401)
	}))
	t.Cleanup(monolith.Close)
	s := newSignIn(t, func(c *auth.Config) {
		c.Router.Sessions.URL, c.Router.Sessions.MaxConcurrent, c.Router.Sessions.CacheSize = monolith.URL, 4, 10
	})
	var all sync.WaitGroup
	for n := range 200 {
		all.Go(func() { s.enter(fmt.Sprintf("Cookie: sid=made-up-%d", n)) })
	}
	all.Wait()
	if n := most.Load(); n > 4 {
		t.Errorf("%d were asked for at one time", n)
	}
}

// TestWhoConnectsWithASession: the cookie of the request that opened the connection, unless connection_init says more.
func TestWhoConnectsWithASession(t *testing.T) {
	s := newSignIn(t, nil)
	token := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	for payload, want := range map[string]string{
		`{}`: ann, `{"authorization":"Bearer ` + token + `"}`: "u1 of https://id.test", `{"cookie":"sid=eve"}`: ann,
	} {
		r := httptest.NewRequest(http.MethodGet, "/graphql", nil)
		r.Header.Set("Cookie", "sid=ann")
		known, err := auth.Connect(s.v)(r, []byte(payload))
		if err != nil {
			t.Error(payload, err)
		} else if got := auth.FromContext(known.Context()).String(); got != want {
			t.Errorf("%s: %s, want %s", payload, got, want)
		}
	}
}

func TestFaultsOfSessions(t *testing.T) {
	good := auth.Sessions{URL: "https://app.test/me", Cookie: "sid", Claims: map[string]string{"sub": "user.id"}}
	for _, tc := range []struct {
		edit func(*auth.Config, *auth.Sessions)
		want string
	}{
		{func(_ *auth.Config, s *auth.Sessions) { s.URL = "app" }, ".url: must be the http or https URL"},
		{func(_ *auth.Config, s *auth.Sessions) { s.Method = "DELETE" }, `.method: "DELETE" is not one of`},
		{func(_ *auth.Config, s *auth.Sessions) { s.Cookie = "a b" }, `.cookie: "a b" is not the name`},
		{func(_ *auth.Config, s *auth.Sessions) { s.Claims = nil }, ".claims: do not say where the answer has sub"},
		{func(_ *auth.Config, s *auth.Sessions) { s.Claims = map[string]string{"sub": "a..b"} }, `.claims.sub: "a..b" is not the way`},
		{func(_ *auth.Config, s *auth.Sessions) { s.Claims = map[string]string{"sub": "a", "iss": "b"} }, ".claims.iss: is the gateway's"},
		{func(_ *auth.Config, s *auth.Sessions) { s.TTL = -1 }, ".ttl: must not be negative"},
		{func(_ *auth.Config, s *auth.Sessions) { s.RefusedOn = []int{200} }, ".refused_on[0]: 200 is no status"},
		{func(_ *auth.Config, s *auth.Sessions) { s.Invalid = "pass" }, `.invalid: "pass" is not one of`},
		{func(_ *auth.Config, s *auth.Sessions) { s.Headers = []auth.Header{{Name: "Cookie"}} }, `.headers[0]: "Cookie" is not`},
		{func(_ *auth.Config, s *auth.Sessions) { s.ForwardHeaders = []string{"Host"} }, `.forward_headers[0]: "Host" is not`},
		{func(c *auth.Config, s *auth.Sessions) {
			s.Mode, c.Router.APIKeys = auth.ModeRequired, &auth.APIKeys{File: "f"}
		}, ".mode: is said by that of jwt or api_keys"},
		{func(_ *auth.Config, s *auth.Sessions) { s.Mode = "always" }, `.mode: "always" is not a mode`},
		{func(c *auth.Config, _ *auth.Sessions) {
			c.Router.JWT = &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}, Sources: []auth.Source{{Type: "cookie", Name: "sid"}}}
		}, ".cookie: tokens are looked for in the cookie sid too"},
	} {
		s := good
		cfg := auth.Config{Router: auth.Router{Sessions: &s}}
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		tc.edit(&cfg, &s)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "authentication.router.sessions"+tc.want) {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
}
