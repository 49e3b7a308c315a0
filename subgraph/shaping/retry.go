package shaping

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// budget is what repetitions are paid from: each request pays a share in, each repetition takes one out. So a
// source that fails is not asked many times as often as one that does not.
type budget struct {
	share float64
	mu    sync.Mutex
	held  float64
}

// reserve is how much a budget holds at most, and to begin with.
const reserve = 10

func newBudget(share float64) *budget { return &budget{share: share, held: reserve} }

func (b *budget) pay() {
	b.mu.Lock()
	b.held = min(b.held+b.share, reserve)
	b.mu.Unlock()
}

func (b *budget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held < 1 {
		return false
	}
	b.held--
	return true
}

// pause is how long to wait before the nth repetition, counted from 1; false if that is too long.
func (r Retry) pause(n int, asked time.Duration) (time.Duration, bool) {
	if asked > r.MaxDelay {
		return 0, false
	}
	most := min(r.Delay<<min(n-1, 20), r.MaxDelay)
	return asked + rand.N(max(most, 1)), true //nolint:gosec // it spreads repetitions, and hides nothing
}

// sleep is false where the context ends, or would, before the time is over.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
