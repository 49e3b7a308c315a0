package subgraph

import (
	"sync"
	"sync/atomic"
	"time"
)

// health is what is known of a URL. What is asked for each fetch is read without a lock.
type health struct {
	// out says that its checks fail, until is when it may be asked again after failures (Unix, in nanoseconds).
	out   atomic.Bool
	until atomic.Int64
	// failing says that the last fetch failed; a URL that does not is not locked.
	failing atomic.Bool

	mu sync.Mutex
	// failures are those of fetches in a row, ejections how often it was left out in a row.
	failures, ejections int
	// checks are those with the same result in a row.
	checks int
}

func (h *health) well(now time.Time) bool { return !h.out.Load() && now.UnixNano() >= h.until.Load() }

// fetched takes note of a fetch. It is true when that had the URL left out, or taken in again.
func (h *health) fetched(failed bool, e Ejection, now time.Time) (changed bool) {
	if !failed && !h.failing.Load() {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing.Store(failed)
	if !failed {
		changed = h.ejections > 0
		h.failures, h.ejections = 0, 0
		h.until.Store(0)
		return changed
	}
	h.failures++
	if h.failures < e.Failures || now.UnixNano() < h.until.Load() {
		return false
	}
	h.ejections = min(h.ejections+1, 10)
	h.until.Store(now.Add(e.Time * time.Duration(h.ejections)).UnixNano())
	return true
}

// checked takes note of a check. It is true when that had the URL left out, or taken in again.
func (h *health) checked(well bool, c HealthCheck) (changed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if well != h.out.Load() { // as it is taken to be
		h.checks = 0
		return false
	}
	h.checks++
	if well && h.checks < c.Successes || !well && h.checks < c.Failures {
		return false
	}
	h.checks = 0
	h.out.Store(!well)
	return true
}
