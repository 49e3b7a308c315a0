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
	// Elsewhere says that the next attempt is made at another place, for which there is nothing to wait; and if it is
	// made, this one does not count against the source.
	Elsewhere bool
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
		if !s.attempted(ctx, judge, attempt, repeatable, n) {
			return nil
		}
	}
}

// attempted makes the nth attempt, and waits for the time of the next. It is false where there is none. An attempt
// that panics has failed.
func (s *Shaper) attempted(ctx context.Context, judge func(Verdict), attempt func(context.Context) Verdict, repeatable bool, n int) (again bool) {
	v := Verdict{Failed: true}
	judged := false
	defer func() {
		if !judged {
			judge(v)
		}
	}()
	v = attempt(ctx)
	if !repeatable || !v.Retry || n >= s.retry.MaxAttempts {
		return false
	}
	if v.Elsewhere {
		again = ctx.Err() == nil && s.budget.take() && s.rate.Allow()
		v.Uncounted = v.Uncounted || again
		return again
	}
	judge(v) // and not only after the pause
	judged = true
	pause, ok := s.retry.pause(n, v.After)
	return ok && s.budget.take() && sleep(ctx, pause) && s.rate.Allow()
}

// Beside lets a request be attempted a second time while the first attempt is under way: where there is a place at
// once, and the budget pays for it. leave is to be called when it has ended.
func (s *Shaper) Beside(p *Passage) (leave func(), ok bool) {
	entered := 0
	leave = func() {
		for _, l := range s.limits[:entered] {
			l.leave()
		}
	}
	for entered < len(s.limits) && s.limits[entered].try() {
		entered++
	}
	if entered < len(s.limits) || !s.budget.take() || !s.rate.Allow() {
		leave()
		return nil, false
	}
	p.Hedged++
	return leave, true
}

func refuse(p *Passage, why Reason) error {
	p.Refused = why
	return &Refusal{Reason: why}
}
