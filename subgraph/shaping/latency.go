package shaping

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Latency measures how long a source takes, as one number: what a share of its latest requests stayed under.
type Latency struct {
	share   float64
	current atomic.Int64

	mu     sync.Mutex
	latest [100]time.Duration
	seen   int
}

// fresh is after how many requests the number is made anew, and how many there must have been for one.
const fresh = 20

// NewLatency is what that share of requests stays under, such as 0.95.
func NewLatency(share float64) *Latency { return &Latency{share: share} }

// Add takes note of a request.
func (l *Latency) Add(took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latest[l.seen%len(l.latest)] = took
	if l.seen++; l.seen%fresh != 0 {
		return
	}
	have := slices.Clone(l.latest[:min(l.seen, len(l.latest))])
	slices.Sort(have)
	l.current.Store(int64(have[min(int(l.share*float64(len(have))), len(have)-1)]))
}

// Get is the number; 0 as long as there were too few requests.
func (l *Latency) Get() time.Duration { return time.Duration(l.current.Load()) }
