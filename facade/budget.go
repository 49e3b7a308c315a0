package facade

import (
	"context"
	"sync/atomic"
	"time"
)

// budget is how many requests may be under way at one place; nil is any number. What finds no place waits for a while, and of
// what waits there is a bounded number too.
type budget struct {
	places     chan struct{}
	waiting    atomic.Int64
	maxWaiting int64
	maxWait    time.Duration
}

func newBudget(places, waiting int, wait time.Duration) *budget {
	if places == 0 {
		return nil
	}
	return &budget{places: make(chan struct{}, places), maxWaiting: int64(waiting), maxWait: wait}
}

// newShared are the budgets that several back ends draw from.
func newShared(limits map[string]int) map[string]*budget {
	out := map[string]*budget{}
	for name, n := range limits {
		out[name] = newBudget(n, n, time.Second)
	}
	return out
}

// take takes a place, which leave gives back; "" if it got one, else why not.
func (b *budget) take(ctx context.Context) Code {
	if b == nil {
		return ""
	}
	select {
	case b.places <- struct{}{}:
		return ""
	default:
	}
	defer b.waiting.Add(-1)
	if b.waiting.Add(1) > b.maxWaiting {
		return H11
	}
	end := time.NewTimer(b.maxWait)
	defer end.Stop()
	select {
	case b.places <- struct{}{}:
		return ""
	case <-end.C:
		return H22
	case <-ctx.Done():
		return H27
	}
}

// try takes a place if more than half of them are free.
func (b *budget) try() bool {
	if b == nil {
		return true
	}
	if len(b.places) >= cap(b.places)/2 && cap(b.places) > 1 || len(b.places) == cap(b.places) {
		return false
	}
	select {
	case b.places <- struct{}{}:
		return true
	default:
		return false
	}
}

func (b *budget) leave() {
	if b != nil {
		<-b.places
	}
}
