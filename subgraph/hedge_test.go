package subgraph_test

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

var query = &queryplan.Fetch{Subgraph: "products"}

// slowFirst is a service of which the first request to wait is not answered; left is told when its client leaves.
func slowFirst(t *testing.T, slow ...int32) (url string, requests *atomic.Int32, left chan struct{}) {
	t.Helper()
	requests, left = new(atomic.Int32), make(chan struct{}, 100)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n := requests.Add(1)
		for _, s := range slow {
			if n == s {
				select {
				case <-r.Context().Done():
					left <- struct{}{}
				case <-time.After(10 * time.Second):
				}
			}
		}
		write(200, "application/json", fmt.Sprintf(`{"data":%d}`, n))(w, r)
	}), requests, left
}

// TestAQueryThatTakesLongIsSentAgain beside the first, which is canceled; a mutation is not.
func TestAQueryThatTakesLongIsSentAgain(t *testing.T) {
	const text = "{traffic_shaping: {all: {timeout: 1s, hedge: {after: 20ms}}}, headers: {all: {request: [{insert: {name: x-a, value: b}}]}}}"
	for _, protocol := range []string{"wired", "hosted"} {
		url, requests, left := slowFirst(t, 1, 3)
		cfg, passage := watched(t, text)
		f := senders(t, url, cfg)[protocol]
		if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":2}` {
			t.Errorf("%s: %+v", protocol, got)
		}
		select {
		case <-left:
		case <-time.After(5 * time.Second):
			t.Errorf("%s: the first request is under way", protocol)
		}
		if p := passage(); p.Hedged != 1 || p.Attempts != 1 {
			t.Errorf("%s: %+v", protocol, p)
		}
		if got := mutate(t.Context(), f, `{}`); got != "GATEWAY_TIMEOUT" || requests.Load() != 3 {
			t.Errorf("%s: mutation: %s after %d requests", protocol, got, requests.Load())
		}
		if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":4}` || passage().Hedged != 0 {
			t.Errorf("%s: %+v, %+v", protocol, got, passage())
		}
	}
}

// TestHedgesArePaidFromTheBudget: a service that got slow is not asked twice as often.
func TestHedgesArePaidFromTheBudget(t *testing.T) {
	var requests atomic.Int32
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		requests.Add(1)
		time.Sleep(5 * time.Millisecond)
		write(200, "application/json", `{"data":1}`)(w, r)
	})
	f := remote(t, url, config(t, "traffic_shaping: {all: {hedge: {after: 1ms}, retry: {budget: 0.01}}}"))
	for range 40 {
		if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` {
			t.Fatalf("%+v", got)
		}
	}
	if n := requests.Load(); n < 45 || n > 51 {
		t.Errorf("%d requests for 40 queries, want at most 10 more", n)
	}
}

// TestAHedgeGoesToAnotherURL, and helps where the first fails after all.
func TestAHedgeGoesToAnotherURL(t *testing.T) {
	slow, well := newReplica(t), newReplica(t)
	slow.hold = make(chan struct{})
	slow.status.Store(500)
	f, w := balanced(t, "traffic_shaping: {all: {hedge: {after: 10ms}}}", slow.url, well.url)
	if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` {
		t.Errorf("%+v", got)
	}
	well.hold = make(chan struct{})
	go func() {
		for well.requests.Load()+slow.requests.Load() < 4 {
			time.Sleep(time.Millisecond)
		}
		close(slow.hold)
		time.Sleep(20 * time.Millisecond)
		close(well.hold)
	}()
	if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` {
		t.Errorf("where the first fails: %+v", got)
	}
	if w.tried[slow.url+" true"] != 1 || w.tried[well.url+" false"] != 2 {
		t.Errorf("%v", w.tried)
	}
}

// TestTheDelayIsMeasured: what most queries take is waited for.
func TestTheDelayIsMeasured(t *testing.T) {
	url, requests, _ := slowFirst(t, 21)
	cfg, passage := watched(t, "traffic_shaping: {all: {timeout: 5s, hedge: {quantile: 0.9, after: 50ms}}}")
	f := remote(t, url, cfg)
	for n := range 20 {
		if fetch(t.Context(), f, `{}`); passage().Hedged > 0 {
			t.Fatalf("hedged after %d queries", n)
		}
	}
	start := time.Now()
	if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":22}` || passage().Hedged != 1 || requests.Load() != 22 {
		t.Errorf("%+v, %+v", got, passage())
	}
	if took := time.Since(start); took < 50*time.Millisecond {
		t.Errorf("hedged after %s", took)
	}
}
