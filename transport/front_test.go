package transport_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/transport"
)

// counts is an Observer that remembers.
type counts struct {
	panics atomic.Int32
	last   atomic.Pointer[[2]string]
	// passed are limits, and whether they refused.
	passed sync.Map
	// subscriptions that are open, and their events so far.
	subscriptions, events atomic.Int64
}

func (c *counts) RequestDone(kind, outcome string, _ time.Duration) {
	c.last.Store(&[2]string{kind, outcome})
}
func (c *counts) Panicked()                    { c.panics.Add(1) }
func (c *counts) SubscriptionsOpen(change int) { c.subscriptions.Add(int64(change)) }

func (c *counts) EventDone(string) { c.events.Add(1) }

func (c *counts) LimitPassed(limit string, refused bool) {
	c.passed.Store(fmt.Sprintf("%s %t", limit, refused), true)
}

// TestObserved: each request is reported once it is over, by kind and outcome.
func TestObserved(t *testing.T) {
	seen := &counts{}
	server := start(t, transport.Config{}, func(p *transport.Parts) {
		p.Observer = seen
		p.Engine = small{before: func(ctx context.Context) {
			if transport.RequestID(ctx) == "panic" {
				panic("boom")
			}
		}}
	})
	for _, c := range []struct {
		body, id string
		want     [2]string
	}{
		{`{"query":"{hello}"}`, "a", [2]string{"query", "ok"}},
		{`{"query":"mutation{greet}"}`, "a", [2]string{"mutation", "ok"}},
		{`{"query":"{secret}"}`, "a", [2]string{"query", "partial"}},
		{`{"query":"{"}`, "a", [2]string{"query", "refused"}},
		{`rubbish`, "a", [2]string{"unknown", "refused"}},
		{`{"query":"{hello}"}`, "panic", [2]string{"unknown", "panic"}},
	} {
		send(t, "POST", server.URL+"/graphql", c.body, isJSON, "X-Request-Id: "+c.id)
		eventually(t, c.body, func() bool { l := seen.last.Load(); return l != nil && *l == c.want })
	}
}

// TestRequestLog: at debug each request is one line, refused ones too; the query's text and variables are not in it.
func TestRequestLog(t *testing.T) {
	var log safeBuffer
	server := start(t, transport.Config{}, func(p *transport.Parts) {
		p.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	send(t, "POST", server.URL+"/graphql", `{"query":"query Find($n: String){hello(name: $n)}","variables":{"n":"private"}}`, isJSON, "X-Request-Id: one")
	send(t, "POST", server.URL+"/graphql", `{}`, isJSON, "X-Request-Id: two")
	eventually(t, "both are logged", func() bool { return strings.Count(log.String(), "msg=request") == 2 })
	for _, want := range []string{
		"request_id=one method=POST status=200 kind=query operation=Find outcome=ok",
		`request_id=two method=POST status=400 kind=unknown operation="" outcome=refused code=INVALID_GRAPHQL_REQUEST`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %q in\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "private") || strings.Contains(log.String(), "hello") {
		t.Errorf("the log holds what the client sent:\n%s", log.String())
	}
}

// safeBuffer is a buffer for several goroutines.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// TestPanic: a panic is answered, counted and logged with its request, wherever it happens, and the next
// request is served.
func TestPanic(t *testing.T) {
	boom := func(id string) {
		if id == "boom" {
			panic("a secret of the engine")
		}
	}
	for name, edit := range map[string]func(*transport.Parts){
		"in the engine": func(p *transport.Parts) {
			p.Engine = small{before: func(ctx context.Context) { boom(transport.RequestID(ctx)) }}
		},
		"in authentication": func(p *transport.Parts) {
			p.Authenticate = func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					boom(r.Header.Get("X-Request-Id"))
					next.ServeHTTP(w, r)
				})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log safeBuffer
			seen := &counts{}
			server := start(t, transport.Config{}, func(p *transport.Parts) {
				p.Observer, p.Logger = seen, slog.New(slog.NewTextHandler(&log, nil))
				edit(p)
			})
			got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, "X-Request-Id: boom")
			if got.status != 500 || got.code() != "INTERNAL_SERVER_ERROR" || strings.Contains(got.body, "secret") {
				t.Errorf("%d %s", got.status, got.body)
			}
			if seen.panics.Load() != 1 || !strings.Contains(log.String(), "request_id=boom") || !strings.Contains(log.String(), "front_test.go") {
				t.Errorf("%d panics counted; log %s", seen.panics.Load(), log.String())
			}
			if got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON); got.status != 200 {
				t.Errorf("the next request: %d %s", got.status, got.body)
			}
		})
	}
}

// TestRequestID: a good id is taken and echoed, any other is replaced; the engine and header rules see it.
func TestRequestID(t *testing.T) {
	var seen, header atomic.Value
	server := start(t, transport.Config{}, func(p *transport.Parts) {
		p.NewID = func() string { return "made" }
		p.Engine = small{before: func(ctx context.Context) { seen.Store(transport.RequestID(ctx)) }}
		p.Context = func(ctx context.Context, r *http.Request) context.Context {
			header.Store(r.Header.Get("X-Request-Id"))
			return ctx
		}
	})
	for given, want := range map[string]string{
		"abc-123_x.y:z/=+": "abc-123_x.y:z/=+", "": "made", "a b": "made", "a\"b": "made", "é": "made",
		strings.Repeat("a", 128): strings.Repeat("a", 128), strings.Repeat("a", 129): "made",
	} {
		got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, "X-Request-Id: "+given)
		if got.header.Get("X-Request-Id") != want || seen.Load() != want || header.Load() != want {
			t.Errorf("%q: answered %q, executed as %q, passed on %q; want %q", given, got.header.Get("X-Request-Id"), seen.Load(), header.Load(), want)
		}
	}
	if got := send(t, "POST", server.URL+"/graphql", "", isJSON, "X-Request-Id: a", "X-Request-Id: b"); got.header.Get("X-Request-Id") != "made" {
		t.Errorf("two ids: %q", got.header.Get("X-Request-Id"))
	}
	one := send(t, "GET", start(t, transport.Config{}, nil).URL+"/health", "").header.Get("X-Request-Id")
	two := send(t, "GET", start(t, transport.Config{}, nil).URL+"/health", "").header.Get("X-Request-Id")
	if len(one) != 32 || one == two {
		t.Errorf("made ids %q and %q", one, two)
	}
}

// TestCSRF is the table of what a website could have made a browser send.
func TestCSRF(t *testing.T) {
	for _, c := range []struct {
		name    string
		cfg     transport.CSRF
		method  string
		headers []string
		refused bool
	}{
		{"JSON", transport.CSRF{}, "POST", []string{isJSON}, false},
		{"JSON with charset", transport.CSRF{}, "POST", []string{"Content-Type: application/json; charset=utf-8"}, false},
		{"no content type", transport.CSRF{}, "POST", nil, true},
		{"text", transport.CSRF{}, "POST", []string{"Content-Type: text/plain"}, true},
		{"text that looks like JSON", transport.CSRF{}, "POST", []string{"Content-Type: text/plain; application/json"}, true},
		{"form", transport.CSRF{}, "POST", []string{"Content-Type: application/x-www-form-urlencoded"}, true},
		{"multipart", transport.CSRF{}, "POST", []string{"Content-Type: multipart/form-data; boundary=x"}, true},
		{"multipart with the header", transport.CSRF{}, "POST", []string{"Content-Type: multipart/form-data; boundary=x", "Apollo-Require-Preflight: true"}, false},
		{"not a media type", transport.CSRF{}, "POST", []string{"Content-Type: rubbish;;;"}, true},
		{"two content types", transport.CSRF{}, "POST", []string{"Content-Type: application/json", "Content-Type: text/plain"}, true},
		{"GET", transport.CSRF{}, "GET", nil, true},
		{"GET with the operation's name", transport.CSRF{}, "GET", []string{"x-apollo-operation-name: A"}, false},
		{"GET with an empty header", transport.CSRF{}, "GET", []string{"apollo-require-preflight: "}, true},
		{"GET with JSON", transport.CSRF{}, "GET", []string{isJSON}, false},
		{"own header", transport.CSRF{RequiredHeaders: []string{"x-ours"}}, "GET", []string{"X-Ours: 1"}, false},
		{"own header instead of the usual", transport.CSRF{RequiredHeaders: []string{"x-ours"}}, "GET", []string{"apollo-require-preflight: 1"}, true},
		{"off", transport.CSRF{UnsafeDisabled: true}, "GET", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := start(t, transport.Config{CSRF: c.cfg}, nil)
			got := send(t, c.method, server.URL+"/graphql?query=%7Bhello%7D", `{"query":"{hello}"}`, c.headers...)
			if refused := got.code() == "CSRF_ERROR"; refused != c.refused {
				t.Errorf("%d %s, want refused %v", got.status, got.body, c.refused)
			}
			if c.refused && (got.status != 400 || !strings.Contains(got.body, "content-type") || !strings.Contains(got.body, "x-")) {
				t.Errorf("%d %s does not say what to send", got.status, got.body)
			}
		})
	}
}

// TestCORS: what websites are told.
func TestCORS(t *testing.T) {
	preflight := []string{"Origin: https://app.test", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type,x-ours"}
	for _, c := range []struct {
		name    string
		cfg     transport.CORS
		headers []string
		origin  string
		allowed string
	}{
		{"by default no website", transport.CORS{}, preflight, "", ""},
		{"any", transport.CORS{AllowAnyOrigin: true}, preflight, "*", "content-type,x-ours"},
		{"listed", transport.CORS{Origins: []string{"https://app.test"}}, preflight, "https://app.test", "content-type,x-ours"},
		{"not listed", transport.CORS{Origins: []string{"https://other.test"}}, preflight, "", ""},
		{"listed but for its port", transport.CORS{Origins: []string{"https://app.test:8443"}}, preflight, "", ""},
		{"matched", transport.CORS{MatchOrigins: []string{`^https://[a-z]+\.test$`}}, preflight, "https://app.test", "content-type,x-ours"},
		{"matched as a part only", transport.CORS{MatchOrigins: []string{`https://app`}}, preflight, "", ""},
		{"matched by one of two words", transport.CORS{MatchOrigins: []string{`https://app|https://app\.test`}}, preflight, "https://app.test", "content-type,x-ours"},
		{"header not listed", transport.CORS{AllowAnyOrigin: true, AllowHeaders: []string{"content-type"}}, preflight, "", ""},
		{"header listed", transport.CORS{AllowAnyOrigin: true, AllowHeaders: []string{"content-type", "x-ours"}}, preflight, "*", "content-type,x-ours"},
		{"what proves a request safe may be sent", transport.CORS{AllowAnyOrigin: true, AllowHeaders: []string{"content-type"}}, []string{"Origin: https://app.test", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: apollo-require-preflight"}, "*", "apollo-require-preflight"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := start(t, transport.Config{CORS: c.cfg}, nil)
			got := send(t, "OPTIONS", server.URL+"/graphql", "", c.headers...)
			if got.header.Get("Access-Control-Allow-Origin") != c.origin || got.header.Get("Access-Control-Allow-Headers") != c.allowed {
				t.Errorf("%d %v, want origin %q headers %q", got.status, got.header, c.origin, c.allowed)
			}
		})
	}
	server := start(t, transport.Config{CORS: transport.CORS{Origins: []string{"https://app.test"}, AllowCredentials: true, ExposeHeaders: []string{"X-Request-Id"}}}, nil)
	got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, "Origin: https://app.test")
	if got.status != 200 || got.header.Get("Access-Control-Allow-Origin") != "https://app.test" || got.header.Get("Access-Control-Allow-Credentials") != "true" ||
		got.header.Get("Access-Control-Expose-Headers") != "X-Request-Id" || !strings.Contains(got.header.Get("Vary"), "Origin") {
		t.Errorf("%d %v", got.status, got.header)
	}
}

// TestHealth: the checks in Apollo's form, on both listeners.
func TestHealth(t *testing.T) {
	ready := false
	s := serve(t, transport.Config{}, func(p *transport.Parts) {
		p.Ready = func() bool { return ready }
		p.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("# metrics\n")) })
		p.Admin = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.URL.Path)) })
	})
	for _, base := range []string{s.url, s.admin} {
		for path, want := range map[string]string{
			"/health": "UP", "/health?live": "UP", "/health/live": "UP", "/health?ready": "DOWN", "/health/ready": "DOWN", "/health?ready=": "DOWN",
		} {
			got := send(t, "GET", base+path, "")
			status := map[string]int{"UP": 200, "DOWN": 503}[want]
			if got.body != `{"status":"`+want+`"}` || got.status != status || got.header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("%s: %d %s, want %s", path, got.status, got.body, want)
			}
		}
	}
	if got := send(t, "GET", s.admin+"/metrics", ""); got.body != "# metrics\n" {
		t.Errorf("metrics: %d %s", got.status, got.body)
	}
	if got := send(t, "GET", s.url+"/metrics", ""); got.status != 404 {
		t.Errorf("metrics on the public listener: %d", got.status)
	}
	if got := send(t, "GET", s.admin+"/api/v1/status", ""); got.body != "/api/v1/status" {
		t.Errorf("the operators' API: %d %s", got.status, got.body)
	}
	if got := send(t, "GET", s.url+"/api/v1/status", ""); got.status != 404 {
		t.Errorf("the operators' API on the public listener: %d", got.status)
	}
	if got := send(t, "POST", s.admin+"/graphql", `{"query":"{hello}"}`, isJSON); got.status != 404 {
		t.Errorf("the graph on the admin listener: %d", got.status)
	}
	off := false
	server := start(t, transport.Config{HealthCheck: transport.HealthCheck{Enabled: &off}}, nil)
	if got := send(t, "GET", server.URL+"/health", ""); got.status != 404 {
		t.Errorf("turned off: %d", got.status)
	}
}
