package subgraph_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// watched is a configuration with what it takes to see how fetches got to their service.
func watched(t *testing.T, text string) (subgraph.Config, func() shaping.Passage) {
	t.Helper()
	cfg, w := config(t, text), &watcher{}
	cfg.Watcher = w
	return cfg, func() shaping.Passage {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.last
	}
}

// watcher keeps what it was told last.
type watcher struct {
	mu   sync.Mutex
	last shaping.Passage
	// tried are the attempts by URL and whether they failed, judged the judgements in their order.
	tried  map[string]int
	judged []string
}

func (w *watcher) FetchPassed(_ string, p *shaping.Passage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = *p
}

func (w *watcher) URLAttempted(_, url string, failed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tried == nil {
		w.tried = map[string]int{}
	}
	w.tried[fmt.Sprintf("%s %t", url, failed)]++
}

func (w *watcher) URLJudged(_, url string, well bool, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.judged = append(w.judged, fmt.Sprintf("%s %t", url, well))
}

// answers is a service that answers in turn with those, and with the last from then on; an answer is a status, or 0
// to hang up.
func answers(t *testing.T, statuses ...int) (url string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n := int(requests.Add(1)) - 1
		switch status := statuses[min(n, len(statuses)-1)]; status {
		case 0:
			panic(http.ErrAbortHandler)
		case 200:
			write(200, "application/json", `{"data":1}`)(w, r)
		default:
			write(status, "text/plain", "no")(w, r)
		}
	}), requests
}

func TestQueriesAreRepeatedAndMutationsNever(t *testing.T) {
	const cfg = "traffic_shaping: {all: {retry: {max_attempts: 3, delay: 1ms}}}"
	for _, c := range []struct {
		name            string
		statuses        []int
		query, mutation string
		queries         int32
	}{
		{"unavailable, then well", []int{503, 200}, `{"data":1}`, "SUBREQUEST_HTTP_ERROR", 2},
		{"hung up twice, then well", []int{0, 0, 200}, `{"data":1}`, "SUBREQUEST_HTTP_ERROR", 3},
		{"unavailable", []int{503}, "SUBREQUEST_HTTP_ERROR", "SUBREQUEST_HTTP_ERROR", 3},
		{"wrong", []int{500, 200}, "SUBREQUEST_HTTP_ERROR", "SUBREQUEST_HTTP_ERROR", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, requests := answers(t, c.statuses...)
			for name, f := range senders(t, url, config(t, cfg)) {
				requests.Store(0)
				if got := fetch(t.Context(), f, `{}`); got.Body+got.Code != c.query || requests.Load() != c.queries {
					t.Errorf("%s: query: %+v after %d requests, want %s after %d", name, got, requests.Load(), c.query, c.queries)
				}
				requests.Store(0)
				if got := mutate(t.Context(), f, `{}`); got != c.mutation || requests.Load() != 1 {
					t.Errorf("%s: mutation: %s after %d requests", name, got, requests.Load())
				}
			}
		})
	}
}

// TestRepetitionsArePaidFromABudget: a service that fails is not asked three times as often.
func TestRepetitionsArePaidFromABudget(t *testing.T) {
	url, requests := answers(t, 503)
	f := remote(t, url, config(t, "traffic_shaping: {all: {retry: {max_attempts: 3, delay: 1ms, budget: 0.01}}}"))
	const queries = 40
	for range queries {
		fetch(t.Context(), f, `{}`)
	}
	if n := requests.Load(); n < queries+9 || n > queries+11 {
		t.Errorf("%d requests for %d queries, want 10 repetitions", n, queries)
	}
}

func TestAServiceThatFailsIsLeftAlone(t *testing.T) {
	url, requests := answers(t, 500)
	cfg, passage := watched(t, "traffic_shaping: {subgraphs: {products: {circuit_breaker: {min_requests: 5, open_for: 1h}}}}")
	f := remote(t, url, cfg)
	for range 5 {
		fetch(t.Context(), f, `{}`)
	}
	want := result{Code: "UPSTREAM_UNAVAILABLE", Message: "the service was not asked, as it fails or is overloaded; try again later"}
	if diff := cmp.Diff(want, fetch(t.Context(), f, `{}`)); diff != "" {
		t.Error(diff)
	}
	if got := mutate(t.Context(), f, `{}`); got != "UPSTREAM_UNAVAILABLE" {
		t.Errorf("mutation: %s", got)
	}
	if n := requests.Load(); n != 5 {
		t.Errorf("%d requests, want 5", n)
	}
	if p := passage(); p.Refused != shaping.Open || p.Breaker != "open" || p.Attempts != 0 {
		t.Errorf("%+v", p)
	}
}

// TestNothingIsBoundedUnlessThatIsSaid: what is a connector's default is not a service's.
func TestNothingIsBoundedUnlessThatIsSaid(t *testing.T) {
	url, requests := answers(t, 500)
	for _, text := range []string{
		"traffic_shaping: {all: {retry: {budget: 0.5}, max_wait: 1s}}",
		"traffic_shaping: {all: {circuit_breaker: {min_requests: 1}}, subgraphs: {products: {circuit_breaker: {enabled: false}}}}",
		"traffic_shaping: {all: {global_rate_limit: {capacity: 1000, interval: 1s}}}",
	} {
		f := remote(t, url, config(t, text))
		requests.Store(0)
		for range 30 {
			fetch(t.Context(), f, `{}`)
		}
		if n := requests.Load(); n != 30 {
			t.Errorf("%s: %d requests of 30", text, n)
		}
	}
}

func TestAServiceIsNotAskedTooOften(t *testing.T) {
	url, requests := answers(t, 200)
	f := remote(t, url, config(t, "traffic_shaping: {all: {global_rate_limit: {capacity: 2, interval: 1h}}}"))
	fetch(t.Context(), f, `{}`)
	fetch(t.Context(), f, `{}`)
	want := result{Code: "REQUEST_RATE_LIMITED", Message: "the service was not asked, as it was asked too often; try again later"}
	if diff := cmp.Diff(want, fetch(t.Context(), f, `{}`)); diff != "" {
		t.Error(diff)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestFetchesUnderWayAreBounded(t *testing.T) {
	open, entered := make(chan struct{}), make(chan struct{}, 10)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-open
		write(200, "application/json", `{"data":1}`)(w, r)
	})
	cfg, passage := watched(t, "traffic_shaping: {all: {max_concurrency: 1, max_wait: 20ms, timeout: 5s}}")
	f := remote(t, url, cfg)
	var wg sync.WaitGroup
	wg.Go(func() {
		if got := fetch(context.WithoutCancel(t.Context()), f, `{}`); got.Body != `{"data":1}` {
			t.Errorf("%+v", got)
		}
	})
	<-entered
	if got := fetch(t.Context(), f, `{}`); got.Code != "UPSTREAM_UNAVAILABLE" {
		t.Errorf("%+v", got)
	}
	if p := passage(); p.Refused != shaping.Busy || p.Waited < 20*time.Millisecond {
		t.Errorf("%+v", p)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := fetch(ctx, f, `{}`); got.Message != "the request was canceled" {
		t.Errorf("%+v", got)
	}
	close(open)
	wg.Wait()
}

// TestTheDeadlineHoldsForAllAttempts together, and the timeout for each.
func TestTheDeadlineHoldsForAllAttempts(t *testing.T) {
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	for name, f := range senders(t, url, config(t, "traffic_shaping: {all: {deadline: 50ms, timeout: 10s}}")) {
		start := time.Now()
		got := fetch(t.Context(), f, `{}`)
		if took := time.Since(start); got.Code != "GATEWAY_TIMEOUT" || took > 5*time.Second {
			t.Errorf("%s: %+v after %s", name, got, took)
		}
	}
}

func TestRequestsAreCompressed(t *testing.T) {
	body := `{"query":"{a}","x":"` + strings.Repeat("y", 100<<10) + `"}`
	var sent int64
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent = r.ContentLength
		z, err := gzip.NewReader(r.Body)
		if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
			write(400, "text/plain", "no gzip")(w, r)
			return
		}
		got, err := io.ReadAll(z)
		if err != nil || string(got) != body {
			write(400, "text/plain", "another body")(w, r)
			return
		}
		write(200, "application/json", `{"data":1}`)(w, r)
	})
	const text = "{traffic_shaping: {subgraphs: {products: {compression: gzip}}}, headers: {all: {request: [{insert: {name: x-a, value: b}}]}}}"
	for name, f := range senders(t, url, config(t, text)) {
		if got := fetch(t.Context(), f, body); got.Body != `{"data":1}` || sent > 1000 {
			t.Errorf("%s: %+v, %d bytes", name, got, sent)
		}
	}
}
