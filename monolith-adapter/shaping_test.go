package monolith_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

func TestRetriesAreForReadsOnly(t *testing.T) {
	var asked atomic.Int32
	url := pong(t, func(w http.ResponseWriter, _ *http.Request) {
		switch asked.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			hangUp(w, "")
		default:
			fmt.Fprint(w, `{"pong":"at last"}`)
		}
	})
	retry := subgraph.ConnectorShaping{Config: shaping.Config{Retry: shaping.Retry{MaxAttempts: 3, Delay: time.Millisecond}}}
	p := newPinger(t, url, one(monolith.SourceConfig{}, retry, 0), monolith.Ports{})
	body := p.ping(t, t.Context(), "{ a: ping(n: 1) }")
	if call := p.take()[0]; body != `{"data":{"a":"at last"}}` || asked.Load() != 3 || call.Attempts < 2 || call.Status != 200 {
		// A kept connection that breaks may be replaced within an attempt.
		t.Errorf("%s after %d requests in %d attempts", body, asked.Load(), call.Attempts)
	}
	asked.Store(0)
	p = newPinger(t, url, monolith.Config{}, monolith.Ports{})
	body = p.ping(t, t.Context(), "{ a: ping(n: 1) }")
	if call := p.take()[0]; !strings.Contains(body, `"status":503`) || call.Attempts != 1 || asked.Load() != 1 {
		t.Errorf("without retries: %s after %d attempts", body, call.Attempts)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for value, attempts := range map[string]int{"1": 2, "100": 1, "Fri, 01 Jan 2100 00:00:00 GMT": 1, "soon": 2} {
		var asked atomic.Int32
		var first, second time.Time
		url := pong(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) == 1 {
				first = time.Now()
				w.Header().Set("Retry-After", value)
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			second = time.Now()
			fmt.Fprint(w, `{"pong":"x"}`)
		})
		retry := subgraph.ConnectorShaping{Config: shaping.Config{Retry: shaping.Retry{MaxAttempts: 2, Delay: time.Millisecond}}}
		p := newPinger(t, url, one(monolith.SourceConfig{}, retry, 0), monolith.Ports{})
		p.ping(t, t.Context(), "{ a: ping(n: 1) }")
		if call := p.take()[0]; call.Attempts != attempts || value == "1" && second.Sub(first) < time.Second {
			t.Errorf("%s: %d attempts, want %d; the second %s later", value, call.Attempts, attempts, second.Sub(first))
		}
	}
}

const changeSchema = `-- legacy.graphql --
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12")
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "app", http: { baseURL: "http://legacy.test" })
type Query { ping: String @connect(source: "app", http: { GET: "/ping" }, selection: "$.pong") }
type Mutation {
  read: String @connect(source: "app", http: { GET: "/change" }, selection: "$.pong")
  put: String @connect(source: "app", http: { PUT: "/change" }, selection: "$.pong")
  drop: String @connect(source: "app", http: { DELETE: "/change" }, selection: "$.pong")
  post: String @connect(source: "app", http: { POST: "/change" }, selection: "$.pong")
}
`

func TestMutationsAreNeverSentTwice(t *testing.T) {
	for _, secure := range []bool{false, true} {
		var asked, broken atomic.Int32
		retry := subgraph.ConnectorShaping{Config: shaping.Config{Retry: shaping.Retry{MaxAttempts: 5, Delay: time.Millisecond, Methods: []string{"GET", "PUT", "DELETE"}}}}
		cfg := one(monolith.SourceConfig{}, retry, 0)
		url := serving(t, secure, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/ping" {
				fmt.Fprint(w, `{"pong":"x"}`)
				return
			}
			if asked.Add(1); broken.Load() > 0 {
				hangUp(w, "")
				return
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		}, &cfg)
		fetch := fetcherOf(t, changeSchema, url, cfg)
		for _, how := range []int32{0, 1} {
			broken.Store(how)
			for i, field := range []string{"read", "put", "drop", "post"} {
				fetch("legacy_Query_ping_0", "{ ping }") // so that there is a connection to use again
				asked.Store(0)
				body := fetch(fmt.Sprintf("legacy_Mutation_%s_0", field), "mutation { "+field+" }")
				if asked.Load() != 1 || !strings.Contains(body, "errors") {
					t.Errorf("%d %s, TLS %v: sent %d times: %s", i, field, secure, asked.Load(), body)
				}
			}
		}
	}
}

func TestTheBreakerFailsFast(t *testing.T) {
	var asked atomic.Int32
	url := pong(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	})
	breaker := subgraph.ConnectorShaping{Config: shaping.Config{CircuitBreaker: shaping.Breaker{MinRequests: 5, OpenFor: time.Hour}}}
	p := newPinger(t, url, one(monolith.SourceConfig{}, breaker, 0), monolith.Ports{})
	for range 5 {
		p.ping(t, t.Context(), "{ a: ping(n: 1) }")
	}
	p.take()
	body := p.ping(t, t.Context(), "{ a: ping(n: 1) b: ping(n: 2) }")
	if asked.Load() != 5 || strings.Count(body, `"code":"UPSTREAM_UNAVAILABLE"`) != 2 {
		t.Errorf("%d requests, %s", asked.Load(), body)
	}
	for _, call := range p.take() {
		if call.Refused != shaping.Open || call.Breaker != "open" || call.Attempts != 0 {
			t.Errorf("%+v", call.Passage)
		}
	}
}

func TestTheBreakerIsNotOpenedByClients(t *testing.T) {
	url := pong(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") == "wait" {
			<-r.Context().Done()
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	breaker := subgraph.ConnectorShaping{Config: shaping.Config{CircuitBreaker: shaping.Breaker{MinRequests: 2}}}
	p := newPinger(t, url, one(monolith.SourceConfig{Config: map[string]any{"key": "wait"}}, breaker, 0), monolith.Ports{})
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		p.ping(t, ctx, "{ a: ping(n: 1) }")
	}
	q := newPinger(t, url, one(monolith.SourceConfig{}, breaker, 0), monolith.Ports{})
	for range 5 {
		q.ping(t, t.Context(), "{ a: ping(n: 1) }")
	}
	for _, call := range append(p.take(), q.take()...) {
		if call.Breaker != "closed" || call.Attempts != 1 {
			t.Errorf("%+v after %v", call.Passage, call.Err)
		}
	}
}

func TestRateLimitIsPerSource(t *testing.T) {
	limit := subgraph.ConnectorShaping{Config: shaping.Config{GlobalRateLimit: shaping.RateLimit{Capacity: 2, Interval: time.Hour}}}
	p := newPinger(t, pong(t, nil), one(monolith.SourceConfig{}, limit, 0), monolith.Ports{})
	body := p.ping(t, t.Context(), "{ a: ping(n: 2) b: ping(n: 3) c: ping(n: 4) }")
	if strings.Count(body, `"fine"`) != 2 || strings.Count(body, `"code":"REQUEST_RATE_LIMITED"`) != 1 {
		t.Error(body)
	}
}

func TestAFullSourceIsWaitedForSoLong(t *testing.T) {
	url := pong(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	full := subgraph.ConnectorShaping{Timeout: time.Second, Config: shaping.Config{MaxConcurrency: 1, MaxWait: 50 * time.Millisecond}}
	p := newPinger(t, url, one(monolith.SourceConfig{}, full, 0), monolith.Ports{})
	slow := parseFetch(t, p.graph, "subgraph: legacy_Query_ping_0\n{ a: ping(n: 1) }").Request
	ended := make(chan error)
	go func() {
		_, err := p.fetcher.Fetch(t.Context(), &slow)
		ended <- err
	}()
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	body := p.ping(t, t.Context(), "{ b: ping(n: 2) }")
	call := p.take()[0]
	if !strings.Contains(body, `"code":"UPSTREAM_UNAVAILABLE"`) || call.Refused != shaping.Busy || time.Since(start) > 500*time.Millisecond || call.Waited < 50*time.Millisecond {
		t.Errorf("%s after %s: %+v", body, time.Since(start), call.Passage)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestSharedLimitsHoldForSeveralSources(t *testing.T) {
	const schema = `-- legacy.graphql --
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12")
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "a", http: { baseURL: "http://a.test" })
  @source(name: "b", http: { baseURL: "http://b.test" })
type Query {
  a(n: Int): String @connect(source: "a", http: { GET: "/?n={$args.n}" }, selection: "$.pong")
  b(n: Int): String @connect(source: "b", http: { GET: "/?n={$args.n}" }, selection: "$.pong")
}
`
	var now, most atomic.Int32
	server := httptest.NewServer(asJSON(func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		fmt.Fprint(w, `{"pong":"x"}`)
	}))
	defer server.Close()
	fetch := fetcherOf(t, schema, "", monolith.Config{
		SharedLimits: map[string]monolith.SharedLimit{"db": {MaxConcurrency: 2}},
		Sources:      map[string]monolith.SourceConfig{"legacy.a": {OverrideURL: server.URL, SharedLimit: "db"}, "legacy.b": {OverrideURL: server.URL, SharedLimit: "db"}},
	})
	done := make(chan string)
	for _, field := range []string{"a", "b"} {
		var fields []string
		for i := range 8 {
			fields = append(fields, fmt.Sprintf("f%d: %s(n: %d)", i, field, i))
		}
		go func() { done <- fetch("legacy_Query_"+field+"_0", "{ "+strings.Join(fields, " ")+" }") }()
	}
	bodies := []string{<-done, <-done}
	if slices.ContainsFunc(bodies, func(b string) bool { return strings.Contains(b, "null") }) || most.Load() != 2 {
		t.Errorf("%d at once, want 2: %s", most.Load(), bodies)
	}
}
