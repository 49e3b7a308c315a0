package monolith_test

import (
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/supergraph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

const pingSchema = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12")
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "app", http: { baseURL: "http://legacy.test", headers: { name: "X-Key", value: "{$config.key}" } })
type Query {
  ping(n: Int): String @connect(source: "app", http: { GET: "/ping?n={$args.n}" }, selection: "$.pong")
}
`

// one is a configuration in which all holds for the source that ping asks.
func one(own monolith.SourceConfig, all subgraph.ConnectorShaping, limit int) monolith.Config {
	return monolith.Config{Sources: map[string]monolith.SourceConfig{"legacy.app": own}, Outbound: subgraph.Connectors{
		Traffic: subgraph.ConnectorTraffic{All: all}, Limits: subgraph.ConnectorLimits{All: subgraph.ConnectorLimit{HTTPMaxResponseSize: limit}},
	}}
}

// ping fetches the aliases of ping from a server, and gives the answer and the calls' errors.
func ping(t *testing.T, ctx context.Context, url string, cfg monolith.Config, operation string) (string, []error) {
	t.Helper()
	p := newPinger(t, url, cfg, monolith.Ports{})
	body := p.ping(t, ctx, operation)
	var errs []error
	for _, c := range p.take() {
		errs = append(errs, c.Err)
	}
	return body, errs
}

// pinger asks one source for pings.
type pinger struct {
	graph   *supergraph.Supergraph
	fetcher *monolith.Fetcher
	mu      sync.Mutex
	calls   []monolith.Call
}

func newPinger(t *testing.T, url string, cfg monolith.Config, ports monolith.Ports) *pinger {
	t.Helper()
	sg, connectors, err := expanded(t, txtar.Parse([]byte("-- legacy.graphql --\n"+pingSchema)))
	if err != nil {
		t.Fatal(err)
	}
	own := cfg.Sources["legacy.app"]
	own.OverrideURL = url
	cfg.Sources = map[string]monolith.SourceConfig{"legacy.app": own}
	p := &pinger{graph: sg}
	ports.Called = func(_ context.Context, c *monolith.Call) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.calls = append(p.calls, *c)
	}
	if p.fetcher, err = monolith.New(connectors, cfg, ports); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.fetcher.Close)
	return p
}

func (p *pinger) ping(t *testing.T, ctx context.Context, operation string) string {
	t.Helper()
	res, err := p.fetcher.Fetch(ctx, &parseFetch(t, p.graph, "subgraph: legacy_Query_ping_0\n"+operation).Request)
	if err != nil {
		t.Fatal(err)
	}
	return string(res.Body)
}

// take is the calls since it was asked last.
func (p *pinger) take() []monolith.Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := p.calls
	p.calls = nil
	return calls
}

// asJSON says of what a handler writes that it is JSON.
func asJSON(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		h(w, r)
	})
}

func TestWhatGoesWrongOnTheWay(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused.Close()
	var own monolith.SourceConfig
	var none subgraph.ConnectorShaping
	for _, tc := range []struct {
		name, code string
		cfg        monolith.Config
		handler    http.HandlerFunc
		err        string
	}{
		{"nobody listens", monolith.CodeUnreachable, monolith.Config{}, nil, "refused"},
		{"it hangs", monolith.CodeTimeout, one(own, subgraph.ConnectorShaping{Timeout: 50 * time.Millisecond}, 0), func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}, "deadline"},
		{"it hangs within the body", monolith.CodeTimeout, one(own, subgraph.ConnectorShaping{Timeout: 50 * time.Millisecond}, 0), func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"pong":`)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}, "deadline"},
		{"it hangs up", monolith.CodeUnreachable, monolith.Config{}, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		{"too large, and says so", monolith.CodeResponseInvalid, one(own, none, 1000), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10000000000")
			fmt.Fprint(w, `{"pong":"x"}`)
		}, "http_max_response_size"},
		{"too large, without end", monolith.CodeResponseInvalid, one(own, none, 1<<20), func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := fmt.Fprint(w, strings.Repeat(" ", 1<<16)); err != nil {
					return
				}
			}
		}, "http_max_response_size"},
		{"a bomb", monolith.CodeResponseInvalid, one(own, none, 1<<20), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 64 {
				_, _ = z.Write(make([]byte, 1<<20))
			}
			_ = z.Close()
		}, "http_max_response_size"},
		{"nested without end", monolith.CodeResponseInvalid, monolith.Config{}, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.Repeat(`{"pong":`, 100_000))
		}, "nested deeper"},
		{"not UTF-8", monolith.CodeResponseInvalid, monolith.Config{}, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "{\"pong\":\"\xff\"}")
		}, "UTF-8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url := "http://" + refused.Addr().String()
			if tc.handler != nil {
				server := httptest.NewServer(asJSON(tc.handler))
				defer server.Close()
				url = server.URL
			}
			body, errs := ping(t, t.Context(), url, tc.cfg, "{ a: ping }")
			if !strings.Contains(body, `"a":null`) || !strings.Contains(body, `"path":["a"]`) || !strings.Contains(body, `"code":"`+tc.code+`"`) {
				t.Errorf("%s, want null and %s at a", body, tc.code)
			}
			if strings.Contains(body, "127.0.0.1") || strings.Contains(body, tc.err) {
				t.Errorf("the client is told internals: %s", body)
			}
			if len(errs) != 1 || errs[0] == nil || !strings.Contains(errs[0].Error(), tc.err) {
				t.Errorf("the log gets %v, want %q in it", errs, tc.err)
			}
		})
	}
}

func TestCancelEndsTheCalls(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	_, errs := ping(t, ctx, server.URL, monolith.Config{}, "{ a: ping(n: 1) b: ping(n: 2) c: ping(n: 1) }")
	for _, err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want it canceled", err)
		}
	}
	if len(errs) != 3 {
		t.Errorf("%d calls ended, want 3", len(errs))
	}
}

func TestAtMostMaxConcurrencyRequestsAreUnderWay(t *testing.T) {
	var now, most, all atomic.Int64
	server := httptest.NewServer(asJSON(func(w http.ResponseWriter, _ *http.Request) {
		all.Add(1)
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		fmt.Fprint(w, `{"pong":"x"}`)
	}))
	defer server.Close()
	var operation strings.Builder
	for i := range 12 {
		fmt.Fprintf(&operation, "a%d: ping(n: %d) ", i, i)
	}
	body, _ := ping(t, t.Context(), server.URL, one(monolith.SourceConfig{}, subgraph.ConnectorShaping{Config: shaping.Config{MaxConcurrency: 3}}, 0), "{"+operation.String()+"}")
	if strings.Contains(body, "null") || all.Load() != 12 || most.Load() != 3 {
		t.Errorf("%d of 12 requests, %d at once, want 3: %s", all.Load(), most.Load(), body)
	}
}

func TestConfigReachesTheMappings(t *testing.T) {
	server := httptest.NewServer(asJSON(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"pong":%q}`, r.Header.Get("X-Key")+r.Header.Get("User-Agent")+r.URL.Path)
	}))
	defer server.Close()
	body, _ := ping(t, t.Context(), server.URL+"/v2/", one(monolith.SourceConfig{Config: map[string]any{"key": 42}}, subgraph.ConnectorShaping{}, 0), "{ ping }")
	if want := `{"data":{"ping":"42ficus/v2/ping"}}`; body != want {
		t.Errorf("%s, want %s", body, want)
	}
}

// fetcherOf fetches from the subgraphs of a schema's connectors. Where there is a URL, the source app is there.
func fetcherOf(t *testing.T, schema, url string, cfg monolith.Config) func(subgraph, operation string) string {
	t.Helper()
	sg, connectors, err := expanded(t, txtar.Parse([]byte(schema)))
	if err != nil {
		t.Fatal(err)
	}
	if url != "" {
		own := cfg.Sources["legacy.app"]
		own.OverrideURL = url
		cfg.Sources = map[string]monolith.SourceConfig{"legacy.app": own}
	}
	f, err := monolith.New(connectors, cfg, monolith.Ports{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return func(subgraph, operation string) string {
		res, err := f.Fetch(t.Context(), &parseFetch(t, sg, "subgraph: "+subgraph+"\n"+operation).Request)
		if err != nil {
			t.Error(err)
			return ""
		}
		return string(res.Body)
	}
}

// plainBody is the body of a request, decompressed.
func plainBody(t *testing.T, r *http.Request) io.Reader {
	t.Helper()
	var in io.Reader
	var err error
	switch r.Header.Get("Content-Encoding") {
	case "gzip":
		in, err = gzip.NewReader(r.Body)
	case "deflate":
		in, err = zlib.NewReader(r.Body)
	case "br":
		in = brotli.NewReader(r.Body)
	default:
		in = r.Body
	}
	if err != nil {
		t.Error(err)
	}
	return in
}
