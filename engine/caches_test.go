package engine_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
)

// tried counts all plannings, also those that fail, and the paths of the last.
type tried struct{ times, failed, considered atomic.Int64 }

func (p *tried) FetchBegins(ctx context.Context, _ *executor.Request) context.Context    { return ctx }
func (p *tried) FetchDone(context.Context, *executor.Request, time.Duration, int, error) {}
func (p *tried) ParseDone(context.Context, time.Duration, error)                         {}
func (p *tried) CostDone(context.Context, int, bool)                                     {}
func (p *tried) LimitPassed(context.Context, string, operation.Excess, bool)             {}
func (p *tried) PlanDone(_ context.Context, _ time.Duration, considered int, err error) {
	p.times.Add(1)
	p.considered.Store(int64(considered))
	if err != nil {
		p.failed.Add(1)
	}
}

// TestARefusedOperationCostsItsBudgetOnce, however often and in whatever layout it is sent.
func TestARefusedOperationCostsItsBudgetOnce(t *testing.T) {
	observer := &tried{}
	e := engine.New(snapshot(t, &source{}, engine.Config{PlanPaths: 1}), observer)
	for _, query := range []string{"{ version a: count(of: 1) b: count(of: 2) }", "{ version a:count(of:1),b:count(of:2) }"} {
		for range 10 {
			body, out := e.Execute(t.Context(), &engine.Request{Query: query}, nil)
			if !out.Refused || out.Code != engine.CodeBudget || !strings.Contains(string(body), "budget") {
				t.Fatalf("%+v %s", out, body)
			}
		}
	}
	if observer.times.Load() != 1 || observer.failed.Load() != 1 || observer.considered.Load() < 2 {
		t.Errorf("planned %d times, %d failed, %d paths", observer.times.Load(), observer.failed.Load(), observer.considered.Load())
	}
	if stats := e.Plans(); stats.Entries != 1 || stats.Hits != 19 || stats.Misses != 1 {
		t.Errorf("%+v", stats)
	}
}

// TestACrowdPlansOnce: of those who ask for a new operation at the same time one plans it.
func TestACrowdPlansOnce(t *testing.T) {
	observer := &tried{}
	e := engine.New(snapshot(t, &source{}, engine.Config{}), observer)
	begin := make(chan struct{})
	var crowd sync.WaitGroup
	for range 64 {
		crowd.Go(func() {
			<-begin
			if body, out := e.Execute(t.Context(), &engine.Request{Query: "{ version count }"}, nil); out.Errors > 0 {
				t.Errorf("%s", body)
			}
		})
	}
	close(begin)
	crowd.Wait()
	if n := observer.times.Load(); n != 1 {
		t.Errorf("%d plannings", n)
	}
	if stats := e.Plans(); stats.Hits+stats.Misses != 64 || stats.Misses != 1 {
		t.Errorf("%+v", stats)
	}
}

// TestCachesAreBoundedByWeight: ordinary entries fill them by count, large ones by size.
func TestCachesAreBoundedByWeight(t *testing.T) {
	const size = 64
	for name, padding := range map[string]int{"small": 0, "large": 40 << 10} {
		t.Run(name, func(t *testing.T) {
			e := engine.New(snapshot(t, &source{}, engine.Config{CacheSize: size}), nil)
			for i := range 4 * size {
				query := fmt.Sprintf("{ x%d: count(of: %d) }%s", i, i, strings.Repeat(" ", padding))
				if body, out := e.Execute(t.Context(), &engine.Request{Query: query}, nil); out.Refused {
					t.Fatalf("%s", body)
				}
			}
			want := size
			if padding > 0 {
				want = size / (1 + padding/4096)
			}
			settled(t, func() bool {
				d := e.Documents()
				return d.Weight <= size && d.Entries <= want+1 && e.Plans().Weight <= size
			}, func() string { return fmt.Sprintf("documents %+v, plans %+v", e.Documents(), e.Plans()) })
			if d := e.Documents(); d.Entries < want/2 || d.Misses != 4*size {
				t.Errorf("%+v, want about %d entries", d, want)
			}
		})
	}
}

// settled waits for what a cache does beside the requests.
func settled(t *testing.T, ok func() bool, state func() string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(state())
		}
	}
}

// TestANewGraphIsWarm: what was asked most is planned before the swap, with its labels, its conditions and its caller.
func TestANewGraphIsWarm(t *testing.T) {
	observer := &tried{}
	e := engine.New(snapshot(t, &source{}, engine.Config{}), observer)
	requests := []engine.Request{
		{Query: "{ count }"},
		{Query: "{ count }", Labels: []string{"moved"}},
		{Query: "query A { version } query B { count }", OperationName: "B", Labels: []string{"moved", "other"}},
		{Query: "query($on: Boolean!) { version count @include(if: $on) }", Variables: []byte(`{"on":true}`)},
		{Query: "query($on: Boolean!) { version count @include(if: $on) }", Variables: []byte(`{"on":false}`)},
		{Query: "mutation { touch }"},
	}
	ask := func(f *source) {
		t.Helper()
		for _, r := range requests {
			if body, out := e.Execute(t.Context(), &r, nil); out.Errors > 0 {
				t.Fatalf("%s", body)
			}
		}
		// Labels decide who is asked, warm or cold.
		if f.count("new") != 2 {
			t.Errorf("the new owner was asked %d times", f.count("new"))
		}
	}
	first := &source{}
	e.Swap(snapshot(t, first, engine.Config{}))
	ask(first)
	before := observer.times.Load()
	for range 3 { // popularity outlives several graphs
		next := &source{}
		if n := e.Reload(t.Context(), snapshot(t, next, engine.Config{})); n != len(requests) {
			t.Errorf("%d of %d were warmed", n, len(requests))
		}
		made, misses := observer.times.Load(), e.Plans().Misses
		if made == before {
			t.Error("nothing was planned")
		}
		for range 4 {
			for _, r := range requests {
				e.Execute(t.Context(), &r, nil)
			}
		}
		if n := observer.times.Load() - made; n != 0 || e.Plans().Misses != misses {
			t.Errorf("%d plans were made after the reload", n)
		}
		before = observer.times.Load()
	}
}

// TestOnlyWhatIsPopularIsWarmed, as many as configured, and nothing that the new graph does not have.
func TestOnlyWhatIsPopularIsWarmed(t *testing.T) {
	for _, test := range []struct{ warm, want int }{{0, 3}, {2, 2}, {-1, 0}} {
		observer := &tried{}
		e := engine.New(snapshot(t, &source{}, engine.Config{}), observer)
		for i, query := range []string{"{ version }", "{ a: version }", "{ b: version }"} {
			for range 10 - i {
				e.Execute(t.Context(), &engine.Request{Query: query}, nil)
			}
		}
		e.Execute(t.Context(), &engine.Request{Query: "{ nope }"}, nil)
		before := observer.times.Load()
		n := e.Reload(t.Context(), snapshot(t, &source{}, engine.Config{Warm: test.warm}))
		if n != test.want || observer.times.Load()-before != int64(test.want) {
			t.Errorf("warm %d: %d were warmed", test.warm, n)
		}
		made := observer.times.Load()
		e.Execute(t.Context(), &engine.Request{Query: "{ version }"}, nil)
		if again := observer.times.Load() - made; again != 0 && test.warm >= 0 {
			t.Errorf("warm %d: the most popular was planned again", test.warm)
		}
	}
}

// TestAWarmUpEndsWithItsContext, and the graph is served nevertheless.
func TestAWarmUpEndsWithItsContext(t *testing.T) {
	e := engine.New(snapshot(t, &source{version: "1"}, engine.Config{}), nil)
	e.Execute(t.Context(), &engine.Request{Query: "{ version }"}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n := e.Reload(ctx, snapshot(t, &source{version: "2"}, engine.Config{})); n != 0 {
		t.Errorf("%d were warmed", n)
	}
	if body, _ := e.Execute(t.Context(), &engine.Request{Query: "{ version }"}, nil); string(body) != `{"data":{"version":"2"}}` {
		t.Errorf("%s", body)
	}
}
