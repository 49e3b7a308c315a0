package shaping

import (
	"context"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// Shaper leads the requests to one source.
type Shaper struct {
	limits   []*Limit
	wait     time.Duration
	deadline time.Duration
	rate     *rate.Limiter
	breaker  breaker
	retry    Retry
	budget   *budget
}

// New is a Shaper with its own limit, after which come those that it shares with other sources.
func New(cfg Config, shared ...*Limit) *Shaper {
	cfg = cfg.Over()
	s := &Shaper{
		limits: append([]*Limit{NewLimit(cfg.MaxConcurrency)}, shared...), wait: cfg.MaxWait, deadline: cfg.Deadline,
		rate: rate.NewLimiter(rate.Inf, 0), breaker: newBreaker(cfg.CircuitBreaker),
		retry: cfg.Retry, budget: newBudget(cfg.Retry.Budget),
	}
	if r := cfg.GlobalRateLimit; r.Capacity > 0 {
		s.rate = rate.NewLimiter(rate.Every(r.Interval/time.Duration(r.Capacity)), r.Capacity)
	}
	return s
}

// Verdict is what became of an attempt.
type Verdict struct {
	// Failed counts against the source; Uncounted neither for nor against it, as where the client went away.
	Failed, Uncounted bool
	// Retry says that it may be better another time, After that the source asks to be left alone as long.
	Retry bool
	After time.Duration
}

// Repeatable says whether requests of that method may be repeated.
func (s *Shaper) Repeatable(method string) bool { return slices.Contains(s.retry.Methods, method) }

// Do attempts a request, again where that is allowed and likely to help. The error is why nothing was attempted: a
// *Refusal, or the context's. What became of the last attempt is the attempt's to keep.
func (s *Shaper) Do(ctx context.Context, p *Passage, repeatable bool, attempt func(context.Context) Verdict) error {
	if !s.rate.Allow() {
		return refuse(p, RateLimited)
	}
	if s.deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.deadline)
		defer cancel()
	}
	leave, err := enter(ctx, s.limits, s.wait, p)
	if err != nil {
		return err
	}
	defer leave()
	defer func() { p.Breaker = s.breaker.state() }()
	s.budget.pay()
	for n := 1; ; n++ {
		judge, ok := s.breaker.allow()
		switch {
		case !ok && n > 1:
			return nil
		case !ok:
			return refuse(p, Open)
		}
		p.Attempts++
		v := judged(ctx, judge, attempt)
		if !repeatable || !v.Retry || n >= s.retry.MaxAttempts {
			return nil
		}
		pause, ok := s.retry.pause(n, v.After)
		if !ok || !s.budget.take() || !sleep(ctx, pause) || !s.rate.Allow() {
			return nil
		}
	}
}

// judged makes an attempt; one that panics has failed.
func judged(ctx context.Context, judge func(Verdict), attempt func(context.Context) Verdict) (v Verdict) {
	v = Verdict{Failed: true}
	defer func() { judge(v) }()
	v = attempt(ctx)
	return v
}

func refuse(p *Passage, why Reason) error {
	p.Refused = why
	return &Refusal{Reason: why}
}
