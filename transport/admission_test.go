package transport_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/transport"
)

// direct sends a request to the handler itself, without a network.
func direct(h http.Handler, body string, headers ...string) *recorded {
	r, _ := http.NewRequest("POST", "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := &recorded{header: http.Header{}}
	h.ServeHTTP(w, r)
	return w
}

// recorded is an answer.
type recorded struct {
	header http.Header
	status int
	body   string
}

func (r *recorded) Header() http.Header { return r.header }
func (r *recorded) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorded) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.body += string(b)
	return len(b), nil
}

// slow is an engine that takes a second, or until the context ends; it counts how many it executes at one time.
type slow struct {
	mu          sync.Mutex
	now, atOnce int
	cut         int
	outcome     engine.Outcome
}

func (s *slow) Execute(ctx context.Context, _ *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	s.mu.Lock()
	s.now++
	s.atOnce = max(s.atOnce, s.now)
	s.mu.Unlock()
	cut := 0
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		cut = 1
	}
	s.mu.Lock()
	s.now--
	s.cut += cut
	s.mu.Unlock()
	out := s.outcome
	out.Kind, out.Errors = ast.Query, cut
	return append(dst, `{"data":{}}`...), out
}

// TestConcurrency: so many are executed at one time, so many wait, for so long; the others are told to come again.
func TestConcurrency(t *testing.T) {
	for _, c := range []struct {
		name                        string
		admission                   transport.Admission
		asking, ok, refused, atOnce int
	}{
		{"without a limit", transport.Admission{}, 20, 20, 0, 20},
		{"all have a place", transport.Admission{Concurrency: 4}, 4, 4, 0, 4},
		{"all wait at most a turn", transport.Admission{Concurrency: 4, MaxWait: 1500 * time.Millisecond}, 8, 8, 0, 4},
		{"too many wait", transport.Admission{Concurrency: 4, MaxWaiting: 2, MaxWait: 10 * time.Second}, 20, 6, 14, 4},
		{"they wait too long", transport.Admission{Concurrency: 4, MaxWaiting: 100, MaxWait: 500 * time.Millisecond}, 20, 4, 16, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, seen := &slow{}, &counts{}
				h := newServer(t, transport.Config{Admission: c.admission}, func(p *transport.Parts) { p.Engine, p.Observer = e, seen }).Handler()
				var mu sync.Mutex
				ok, refused := 0, 0
				var all sync.WaitGroup
				for range c.asking {
					all.Go(func() {
						got := direct(h, `{"query":"{a}"}`)
						mu.Lock()
						defer mu.Unlock()
						switch {
						case got.status == 200:
							ok++
						case got.status == 503 && got.header.Get("Retry-After") == "1" && strings.Contains(got.body, `"code":"OVERLOADED","limit":"traffic_shaping.router.concurrency_limit","max":4,`):
							refused++
						default:
							t.Errorf("%d %s", got.status, got.body)
						}
					})
				}
				all.Wait()
				if ok != c.ok || refused != c.refused || e.atOnce != c.atOnce {
					t.Errorf("%d answered, %d refused, %d at once; want %d, %d, %d", ok, refused, e.atOnce, c.ok, c.refused, c.atOnce)
				}
				if _, counted := seen.passed.Load("traffic_shaping.router.concurrency_limit true"); counted != (refused > 0) {
					t.Errorf("counted: %t", counted)
				}
				if got := direct(h, `{"query":"{a}"}`); got.status != 200 {
					t.Errorf("afterwards: %d %s", got.status, got.body)
				}
			})
		})
	}
}

// TestAPlaceIsGivenBackByWhoPanics.
func TestAPlaceIsGivenBackByWhoPanics(t *testing.T) {
	h := newServer(t, transport.Config{Admission: transport.Admission{Concurrency: 1, MaxWait: time.Millisecond}}, func(p *transport.Parts) {
		p.Engine = small{before: func(ctx context.Context) {
			if transport.RequestID(ctx) == "boom" {
				panic("boom")
			}
		}}
	}).Handler()
	for range 3 {
		if got := direct(h, `{"query":"{hello}"}`, "X-Request-Id: boom"); got.status != 500 {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	if got := direct(h, `{"query":"{hello}"}`); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestTimeout: an operation that takes too long is cut off. What is there is answered; where nothing is, it is 504.
func TestTimeout(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
		outcome engine.Outcome
		status  int
		says    string
		cut     int
	}{
		{"in time", 2 * time.Second, engine.Outcome{}, 200, `{"data":{}}`, 0},
		{"by default", 0, engine.Outcome{}, 200, `{"data":{}}`, 0},
		{"late, with what is there", 500 * time.Millisecond, engine.Outcome{}, 200, `{"data":{}}`, 1},
		{"late, before it was executed", 500 * time.Millisecond, engine.Outcome{Refused: true}, 504, `"code":"GATEWAY_TIMEOUT","limit":"traffic_shaping.router.timeout","max":500,"actual":500`, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, seen := &slow{outcome: c.outcome}, &counts{}
				h := newServer(t, transport.Config{Admission: transport.Admission{Timeout: c.timeout}}, func(p *transport.Parts) { p.Engine, p.Observer = e, seen }).Handler()
				got := direct(h, `{"query":"{a}"}`)
				if got.status != c.status || !strings.Contains(got.body, c.says) || e.cut != c.cut {
					t.Errorf("%d %s; %d cut off", got.status, got.body, e.cut)
				}
				if _, counted := seen.passed.Load("traffic_shaping.router.timeout true"); counted != (c.cut > 0) {
					t.Errorf("counted: %t", counted)
				}
			})
		})
	}
}

// TestMemory: while too much lives requests are refused, and no longer once it does not, although who is refused makes
// no garbage.
func TestMemory(t *testing.T) {
	h := newServer(t, transport.Config{Limits: transport.Limits{Memory: 48 << 20}}, nil).Handler()
	if got := direct(h, `{"query":"{hello}"}`); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	ballast := make([]byte, 64<<20)
	time.Sleep(600 * time.Millisecond)
	got := direct(h, `{"query":"{hello}"}`)
	if got.status != 503 || got.header.Get("Retry-After") != "1" || !strings.Contains(got.body, `"code":"OVERLOADED","limit":"limits.memory","max":50331648`) {
		t.Errorf("%d %s", got.status, got.body)
	}
	runtime.KeepAlive(ballast)
	ballast = nil
	_ = ballast
	eventually(t, "requests are answered again", func() bool { return direct(h, `{"query":"{hello}"}`).status == 200 })
}
