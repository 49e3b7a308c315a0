package engine_test

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
)

// TestMemoryIsFlatOverAThousandReloads: nothing of an old graph is kept by a new one that was warmed from it.
func TestMemoryIsFlatOverAThousandReloads(t *testing.T) {
	e := engine.New(snapshot(t, &source{}, engine.Config{}), nil)
	reloads(t, e, 100)
	early, goroutines := live(), runtime.NumGoroutine()
	reloads(t, e, 900)
	late, after := live(), runtime.NumGoroutine()
	t.Logf("%d bytes after 100 reloads, %d after 1000; %d and %d goroutines", early, late, goroutines, after)
	if late > early+early/20+64<<10 {
		t.Errorf("%d bytes after 100 reloads, %d after 1000", early, late)
	}
	if after > goroutines+2 {
		t.Errorf("%d goroutines after 100 reloads, %d after 1000", goroutines, after)
	}
}

// reloads changes the graph n times under load.
func reloads(t *testing.T, e *engine.Engine, n int) {
	t.Helper()
	var done atomic.Bool
	var load sync.WaitGroup
	load.Go(func() {
		for i := 0; !done.Load(); i++ {
			query := fmt.Sprintf("query Q%d($on: Boolean!) { version count @include(if: $on) }", i%20)
			body, out := e.Execute(t.Context(), &engine.Request{Query: query, Variables: []byte(`{"on":true}`), Labels: []string{"moved"}}, nil)
			if out.Errors > 0 {
				t.Errorf("%s", body)
				return
			}
		}
	})
	for i := range n {
		e.Reload(t.Context(), snapshot(t, &source{version: fmt.Sprint(i % 2)}, engine.Config{}))
	}
	done.Store(true)
	load.Wait()
}

// live is the memory in use, once what caches do beside the requests is over.
func live() uint64 {
	least := uint64(math.MaxUint64)
	for range 10 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		least = min(least, m.HeapAlloc)
		time.Sleep(10 * time.Millisecond)
	}
	return least
}
