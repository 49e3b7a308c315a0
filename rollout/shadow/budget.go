package shadow

import (
	"strconv"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/rollout"
)

// budget is what the comparisons of one migration may cost: how many at a time, how many in a second, how much they may
// hold together.
type budget struct {
	mu     sync.Mutex
	under  int
	bytes  int
	tokens float64
	filled time.Time
}

// take takes a place for a sample that holds so many bytes, if there is one.
func (b *budget) take(now time.Time, s rollout.Shadow, bytes int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	most := max(s.PerSecond, 1)
	if b.filled.IsZero() {
		b.tokens = most
	} else {
		b.tokens = min(most, b.tokens+max(now.Sub(b.filled).Seconds(), 0)*s.PerSecond)
	}
	b.filled = now
	if b.tokens < 1 || b.under >= s.Concurrency || b.bytes+bytes > s.Bytes {
		return false
	}
	b.tokens--
	b.under++
	b.bytes += bytes
	return true
}

// hold takes room for more bytes; false if there is none.
func (b *budget) hold(s rollout.Shadow, bytes int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bytes+bytes > s.Bytes {
		return false
	}
	b.bytes += bytes
	return true
}

// leave gives the place back, with the bytes that it held.
func (b *budget) leave(bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.under--
	b.bytes -= bytes
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
