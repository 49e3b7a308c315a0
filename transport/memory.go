package transport

import (
	"net/http"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// memory refuses requests while more lives in the heap than may: each request under way needs room until it ends, and
// where there is none the system ends the process, with all of them.
//
// What lives is known from the last collection. Where all objects together, garbage among them, are beyond the limit,
// it is collected anew, now and then, to know whether they live: who is refused makes no garbage, and so the next
// collection would be long in coming.
type memory struct {
	limit int
	// read is when it was last looked at, in nanoseconds; live is what was found.
	read, live atomic.Int64

	mu        sync.Mutex
	samples   [2]metrics.Sample
	collected time.Time
}

// newMemory is the limit's check, nil for no limit.
func newMemory(limit int) *memory {
	if limit == 0 {
		return nil
	}
	return &memory{limit: limit, samples: [2]metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}}
}

const (
	// lookEvery is how often the heap is looked at, collectEvery how often it is collected for that.
	lookEvery    = 10 * time.Millisecond
	collectEvery = 500 * time.Millisecond
)

// check refuses a request if there is no memory for it. One at a time looks; the others go by what was found last.
func (m *memory) check() *refusal {
	if m == nil {
		return nil
	}
	now := time.Now().UnixNano()
	if last := m.read.Load(); now-last > int64(lookEvery) && m.read.CompareAndSwap(last, now) {
		live, objects := m.sizes()
		if max(live, objects) > m.limit {
			m.collect()
			live, _ = m.sizes()
		}
		m.live.Store(int64(live))
	}
	live := int(m.live.Load())
	if live <= m.limit {
		return nil
	}
	r := refusef(http.StatusServiceUnavailable, CodeOverloaded, "the gateway has no memory for further requests; try again in a moment")
	r.retryAfter = 1
	r.excess = &excess{limitMemory, m.limit, live}
	return r
}

// sizes are the bytes that lived after the last collection, and those of all objects now.
func (m *memory) sizes() (live, objects int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	metrics.Read(m.samples[:])
	return int(m.samples[0].Value.Uint64()), int(m.samples[1].Value.Uint64())
}

// collect collects garbage, if that was not done a moment ago. Whoever calls waits for it; others pass meanwhile.
func (m *memory) collect() {
	m.mu.Lock()
	again := time.Since(m.collected) > collectEvery
	if again {
		m.collected = time.Now()
	}
	m.mu.Unlock()
	if again {
		runtime.GC()
	}
}
