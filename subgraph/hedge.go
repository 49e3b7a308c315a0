package subgraph

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Hedge has a query sent a second time, beside the first, where the first takes long. Whichever is answered first is
// taken, and the other is canceled. It is paid from the budget of retries, and never for mutations.
type Hedge struct {
	// After is how long the first may take; not hedged by default.
	After time.Duration `yaml:"after"`
	// Quantile is the share of the latest queries that are answered sooner than it is hedged, such as 0.95; nothing is
	// hedged before 20 were. With After, never sooner than that.
	Quantile float64 `yaml:"quantile"`
}

func (h Hedge) on() bool { return h.After > 0 || h.Quantile > 0 }

// or is the configuration, or another where it says nothing.
func (h Hedge) or(next Hedge) Hedge {
	if h.on() {
		return h
	}
	return next
}

func (h Hedge) validate(key string) error {
	var errs []error
	if h.After < 0 {
		errs = append(errs, fmt.Errorf("%s.after: must not be negative", key))
	}
	if h.Quantile < 0 || h.Quantile >= 1 {
		errs = append(errs, fmt.Errorf("%s.quantile: %v must be above 0 and under 1, such as 0.95", key, h.Quantile))
	}
	return flatten(errs)
}

// hedging is what a service's queries are hedged by.
type hedging struct {
	after time.Duration
	// latency is nil where it is not measured.
	latency *shaping.Latency
}

func newHedging(h Hedge) *hedging {
	if !h.on() {
		return nil
	}
	out := &hedging{after: h.After}
	if h.Quantile > 0 {
		out.latency = shaping.NewLatency(h.Quantile)
	}
	return out
}

// delay is how long the first attempt may take before there is a second; 0 for as long as it wants.
func (h *hedging) delay() time.Duration {
	if h.latency == nil {
		return h.after
	}
	if usual := h.latency.Get(); usual > 0 {
		return max(usual, h.after)
	}
	return 0
}

// answered is what became of one of the attempts beside each other.
type answered struct {
	a   *reply
	err error
}

// hedged makes an attempt at a site, and one at another beside it where the first takes long. second is asked for
// that: where it is, and what is to be called afterwards; false for none.
func (r *Remote) hedged(ctx context.Context, out outgoing, room int, first *site, second func() (*site, func(), bool)) (*reply, error) {
	delay := r.hedging.delay()
	if delay == 0 {
		return r.timed(ctx, first, out, room)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan answered, 2)
	begin := func(at *site) {
		out := out
		out.header = maps.Clone(out.header) // which sending adds to
		go func() {
			a, err := r.timed(ctx, at, out, room)
			ended <- answered{a, err}
		}()
	}
	begin(first)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case one := <-ended:
		return one.a, one.err
	case <-timer.C:
	}
	at, leave, ok := second()
	if !ok {
		one := <-ended
		return one.a, one.err
	}
	defer leave()
	out.now = time.Now()
	begin(at)
	return r.sooner(ctx, cancel, ended)
}

// sooner is the first good answer of two, else the last one. It waits for both: what they send is not theirs.
func (r *Remote) sooner(ctx context.Context, cancel func(), ended <-chan answered) (*reply, error) {
	one := <-ended
	if v := verdict(ctx, one.a, one.err); v.Failed || v.Retry {
		if len(r.sites.all) > 1 {
			r.tried(one.a.from, v)
		}
		one.a.free()
		one = <-ended
		return one.a, one.err
	}
	cancel()
	other := <-ended
	other.a.free()
	return one.a, one.err
}

// timed makes an attempt and measures how long it takes, if anybody wants to know.
func (r *Remote) timed(ctx context.Context, at *site, out outgoing, room int) (*reply, error) {
	began := time.Now()
	a, err := r.attempt(ctx, at, out, room)
	if r.hedging.latency != nil && err == nil {
		r.hedging.latency.Add(time.Since(began))
	}
	return a, err
}
