package ratelimit

import (
	"context"
	"time"
)

// store keeps the states of keys.
type store interface {
	// take takes of each key what is asked for, or leaves it as it is where that is too much.
	take(ctx context.Context, takes []take) ([]taken, error)
	// give gives back what was taken.
	give(ctx context.Context, takes []take)
}

// take is how much is asked for of a key: n, each of which takes so long to come back. All that may be out at once takes
// burst to come back.
type take struct {
	key         string
	n, capacity int
	each, burst time.Duration
}

// taken is what became of it.
type taken struct {
	ok bool
	// back is how long it takes until all that was taken has come back.
	back time.Duration
	// wait is after which time there would be enough, where it was too much; 0 if there never is.
	wait time.Duration
}

// increment is how much later all has come back by what is asked for, never longer than a little beyond the burst.
func (t take) increment() time.Duration {
	if t.n > 0 && t.each > (t.burst+t.each)/time.Duration(t.n) {
		return t.burst + t.each
	}
	return t.each * time.Duration(t.n)
}

// never says that so much is not given, however long one waits.
func (t take) never() bool { return t.increment() > t.burst }

// decide is the algorithm: back is how long it takes as of now until all has come back; it returns how long that is
// afterwards, and what became of the request.
func (t take) decide(back time.Duration) (time.Duration, taken) {
	back = max(back, 0)
	after := back + t.increment()
	if after <= t.burst {
		return after, taken{ok: true, back: after}
	}
	if t.never() {
		return back, taken{back: back}
	}
	return back, taken{back: back, wait: after - t.burst}
}
