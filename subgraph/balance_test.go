package subgraph_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/internal/free"
	"github.com/ficusgraph/ficus/subgraph"
)

// replica is one of the services behind a subgraph. Its status is what it answers with; 0 hangs up.
type replica struct {
	url              string
	status           atomic.Int32
	requests, checks atomic.Int32
	// hold, if there is one, is waited for before each answer.
	hold chan struct{}
}

func newReplica(t *testing.T) *replica {
	t.Helper()
	p := &replica{}
	p.status.Store(200)
	p.url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/well" || string(body) == `{"query":"{__typename}"}` {
			p.checks.Add(1)
		} else {
			p.requests.Add(1)
		}
		if p.hold != nil {
			select {
			case <-p.hold:
			case <-r.Context().Done():
			}
		}
		switch status := int(p.status.Load()); status {
		case 0:
			panic(http.ErrAbortHandler)
		case 200:
			write(200, "application/json", `{"data":1}`)(w, r)
		default:
			write(status, "text/plain", "no")(w, r)
		}
	}) + "/"
	return p
}

// balanced is a subgraph at several URLs.
func balanced(t *testing.T, text string, urls ...string) (*subgraph.Remote, *watcher) {
	t.Helper()
	cfg, w := config(t, text), &watcher{}
	cfg.Watcher, cfg.RoutingURLs = w, map[string][]string{"products": urls}
	return remote(t, urls[0], cfg), w
}

func TestFetchesGoToEachURLInTurn(t *testing.T) {
	a, b, c := newReplica(t), newReplica(t), newReplica(t)
	f, _ := balanced(t, "{}", a.url, b.url, c.url)
	for range 30 {
		if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` {
			t.Fatalf("%+v", got)
		}
	}
	if got := []int32{a.requests.Load(), b.requests.Load(), c.requests.Load()}; !slices.Equal(got, []int32{10, 10, 10}) {
		t.Errorf("%v", got)
	}
}

func TestFetchesGoToWhereTheFewestAreUnderWay(t *testing.T) {
	slow, quick := newReplica(t), newReplica(t)
	slow.hold = make(chan struct{})
	f, _ := balanced(t, "traffic_shaping: {all: {load_balancing: {strategy: least_under_way}}}", slow.url, quick.url)
	var wg sync.WaitGroup
	wg.Go(func() { fetch(context.WithoutCancel(t.Context()), f, `{}`) })
	for slow.requests.Load()+quick.requests.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 20 {
		fetch(t.Context(), f, `{}`)
	}
	close(slow.hold)
	wg.Wait()
	if n := slow.requests.Load(); n != 1 || quick.requests.Load() != 20 {
		t.Errorf("%d fetches to the slow one, %d to the other", n, quick.requests.Load())
	}
}

// TestAURLThatFailsIsLeftOut, without a client noticing, and asked again after a time.
func TestAURLThatFailsIsLeftOut(t *testing.T) {
	sick, well := newReplica(t), newReplica(t)
	sick.status.Store(503)
	f, w := balanced(t, "traffic_shaping: {all: {load_balancing: {ejection: {failures: 3, time: 100ms}}, circuit_breaker: {min_requests: 5, failure_rate: 0.2}}}", sick.url, well.url)
	for range 20 {
		if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` {
			t.Fatalf("%+v", got)
		}
	}
	if n := sick.requests.Load(); n != 3 {
		t.Errorf("%d fetches to the URL that fails, want 3", n)
	}
	sick.status.Store(200)
	time.Sleep(120 * time.Millisecond)
	for range 20 {
		fetch(t.Context(), f, `{}`)
	}
	if n := sick.requests.Load(); n != 13 {
		t.Errorf("%d fetches to the URL that is well again, want 13", n)
	}
	if diff := cmp.Diff([]string{sick.url + " false", sick.url + " true"}, w.judged); diff != "" {
		t.Error(diff)
	}
	if n := w.tried[sick.url+" true"]; n != 3 || w.tried[well.url+" false"] != 30 {
		t.Errorf("%v", w.tried)
	}
}

// TestAMutationIsTriedElsewhereOnlyIfNothingWasSent.
func TestAMutationIsTriedElsewhereOnlyIfNothingWasSent(t *testing.T) {
	for _, c := range []struct {
		name string
		// other is the URL that is asked first, by its status; -1 where nothing listens.
		other int32
		want  string
	}{
		{"nothing listens", -1, `{"data":1}`},
		{"unavailable", 503, "SUBREQUEST_HTTP_ERROR"},
		{"hangs up", 0, "SUBREQUEST_HTTP_ERROR"},
		{"too many", 429, "SUBREQUEST_HTTP_ERROR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			other, well := newReplica(t), newReplica(t)
			first := other.url
			if c.other < 0 {
				first = "http://" + free.Address(t) + "/"
			}
			other.status.Store(c.other)
			f, _ := balanced(t, "{}", first, well.url)
			if got := mutate(t.Context(), f, `{}`); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if n := other.requests.Load() + well.requests.Load(); n != 1 {
				t.Errorf("the mutation was sent %d times", n)
			}
		})
	}
}

// TestWhereAllFailAllAreAsked: leaving out all of them would be an outage that ends by nothing.
func TestWhereAllFailAllAreAsked(t *testing.T) {
	a, b := newReplica(t), newReplica(t)
	a.status.Store(500)
	b.status.Store(500)
	f, _ := balanced(t, "traffic_shaping: {all: {load_balancing: {ejection: {failures: 1, time: 1h}}}}", a.url, b.url)
	for range 10 {
		fetch(t.Context(), f, `{}`)
	}
	if a.requests.Load() != 5 || b.requests.Load() != 5 {
		t.Errorf("%d and %d fetches, want 5 and 5", a.requests.Load(), b.requests.Load())
	}
	b.status.Store(200)
	for range 4 {
		fetch(t.Context(), f, `{}`)
	}
	if n := b.requests.Load(); n < 8 {
		t.Errorf("%d fetches to the one that is well again, want 8 or 9", n)
	}
}

// TestTheBudgetHoldsForOtherURLsToo.
func TestTheBudgetHoldsForOtherURLsToo(t *testing.T) {
	a, b := newReplica(t), newReplica(t)
	a.status.Store(503)
	b.status.Store(503)
	f, _ := balanced(t, "traffic_shaping: {all: {load_balancing: {ejection: {failures: 1000}}, retry: {budget: 0.01}}}", a.url, b.url)
	for range 40 {
		fetch(t.Context(), f, `{}`)
	}
	if n := a.requests.Load() + b.requests.Load(); n < 49 || n > 51 {
		t.Errorf("%d requests for 40 fetches, want 50", n)
	}
}

func TestURLsAreChecked(t *testing.T) {
	for _, path := range []string{"", ", path: /well"} {
		a, b := newReplica(t), newReplica(t)
		f, w := balanced(t, "traffic_shaping: {subgraphs: {products: {load_balancing: {health_check: {interval: 10ms"+path+"}}}}}", a.url, b.url)
		a.status.Store(500)
		fetch(t.Context(), f, `{}`) // which begins the checks
		judged := func(n int) {
			t.Helper()
			for range 500 {
				w.mu.Lock()
				have := len(w.judged)
				w.mu.Unlock()
				if have >= n {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Fatalf("%q: nothing was judged", path)
		}
		judged(1)
		before := a.requests.Load()
		for range 10 {
			fetch(t.Context(), f, `{}`)
		}
		if n := a.requests.Load(); n != before {
			t.Errorf("%q: %d fetches to the URL whose checks fail", path, n-before)
		}
		a.status.Store(200)
		judged(2)
		for range 10 {
			fetch(t.Context(), f, `{}`)
		}
		if n := a.requests.Load(); n-before != 5 {
			t.Errorf("%q: %d of 10 fetches to the URL whose checks are well again", path, n-before)
		}
		f.Close()
		checks := a.checks.Load()
		time.Sleep(50 * time.Millisecond)
		if n := a.checks.Load(); n != checks {
			t.Errorf("%q: %d checks after the end", path, n-checks)
		}
	}
}
