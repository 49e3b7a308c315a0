// Package ratelimit says how often who may ask.
//
//	request -> Visit       who asks: identity, claims, headers, address                     (visit.go)
//	Visit   -> takes       of each rule that applies: a key, and how much of it is taken    (rule.go)
//	takes   -> Store       each key's state is one number; all rules have to agree          (gcra.go, memory.go, redis.go)
//	taken   -> headers     RateLimit-Policy, RateLimit and Retry-After                      (headers.go)
//
// A rule is so many requests in an interval, for each key. The algorithm is GCRA: a key's state is the time at which
// all that was taken will have come back, and what is asked for is given if that time stays within the burst. It is
// smooth, where a counter that begins anew each minute lets twice as many pass around its end.
//
// Rules without an operation are asked when a request arrives, before anything is parsed; the others once it is known
// which operation it is and what it costs. What one rule gave is given back if another one refuses.
//
// The state is in memory, bounded, or in Redis, where replicas share it. Keys are digests: nobody can read from Redis
// who asked, nor with which API key. If Redis is away, requests wait for it once a second and no longer than its timeout.
package ratelimit

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// Limiter holds visits against rules. It is safe for use by many goroutines.
type Limiter struct {
	cfg   Config
	parts Parts
	// early rules are asked when a request arrives, late ones before its operation is executed.
	early, late []*rule
	store, near store
	close       func() error
}

// Parts is what a Limiter is joined to.
type Parts struct {
	// Measured is told when a rule would refuse that is only measured.
	Measured func(ctx context.Context, r Refusal)
	// Logger is told that Redis is away; nil means slog.Default.
	Logger *slog.Logger
	// Now is the time; nil means time.Now. Redis has its own.
	Now func() time.Time
}

// New is a limiter by the configuration, nil if that has no rules.
func New(cfg Config, parts Parts) (*Limiter, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if len(cfg.Rules) == 0 {
		return nil, nil //nolint:nilnil // nothing is limited
	}
	if parts.Logger == nil {
		parts.Logger = slog.Default()
	}
	if parts.Now == nil {
		parts.Now = time.Now
	}
	l := &Limiter{cfg: cfg.withDefaults(), parts: parts, close: func() error { return nil }}
	for _, r := range l.cfg.Rules {
		compiled := compile(r)
		if compiled.late {
			l.late = append(l.late, compiled)
		} else {
			l.early = append(l.early, compiled)
		}
	}
	l.near = newMemory(l.cfg.MaxKeys, parts.Now)
	l.store = l.near
	if l.cfg.Store == StoreRedis {
		shared, err := newRedis(l.cfg.Redis, parts)
		if err != nil {
			return nil, err
		}
		l.store, l.close = shared, shared.close
	}
	return l, nil
}

// Close ends the connections to Redis.
func (l *Limiter) Close() error {
	if l == nil {
		return nil
	}
	return l.close()
}

// Refusal is a rule that refuses, or would if it were enforced.
type Refusal struct {
	// Rule is its name.
	Rule string
	// Quota is how much may be taken in the rule's interval, Used how much would be.
	Quota, Used int
	// RetryAfter is when there will be enough; 0 if there never is, as more is asked for than is ever given at once.
	RetryAfter time.Duration
	// Unavailable says that nobody knows, and that requests are refused then.
	Unavailable bool
}

// Code is extensions.code of what is refused.
const Code = "RATE_LIMITED"

// Key is what the configuration, the metrics and clients call the limit.
func (r *Refusal) Key() string { return "rate_limits." + r.Rule }

// Error says why, and what to do.
func (r *Refusal) Error() string {
	switch {
	case r.Unavailable:
		return "rate limits cannot be checked at the moment; try again"
	case r.RetryAfter == 0:
		return fmt.Sprintf("this is more at once than the rate limit %s ever allows; ask for less", r.Rule)
	}
	return fmt.Sprintf("the rate limit %s is exceeded; try again in %d s", r.Rule, Seconds(r.RetryAfter))
}

// check takes of all rules that apply. What it returns are their states, in the order of the rules, and the first
// refusal of an enforced one.
func (l *Limiter) check(ctx context.Context, rules []*rule, a *Asked) ([]State, *Refusal) {
	var applied []*rule
	var takes []take
	for _, r := range rules {
		if t, ok := r.take(a, l.cfg.Redis.Namespace); ok {
			applied, takes = append(applied, r), append(takes, t)
		}
	}
	if len(takes) == 0 {
		return nil, nil
	}
	store := l.store
	taken, err := store.take(ctx, takes)
	if err != nil {
		switch l.cfg.Redis.OnError {
		case OnErrorAllow:
			return nil, nil
		case OnErrorDeny:
			return nil, &Refusal{Rule: applied[0].Name, RetryAfter: time.Second, Unavailable: true}
		}
		store = l.near
		taken, _ = store.take(ctx, takes) // of memory there is no error
	}
	return l.judge(ctx, store, applied, takes, taken)
}

// judge reads what was taken.
func (l *Limiter) judge(ctx context.Context, from store, applied []*rule, takes []take, taken []taken) ([]State, *Refusal) {
	var states []State
	var refused *Refusal
	var back []take
	for i, r := range applied {
		state := r.state(takes[i], taken[i])
		if taken[i].ok {
			back = append(back, takes[i])
		}
		if !taken[i].ok {
			no := Refusal{Rule: r.Name, Quota: state.Quota, Used: state.Quota - state.Remaining + takes[i].n, RetryAfter: taken[i].wait}
			switch {
			case r.Mode == ModeMeasure:
				if l.parts.Measured != nil {
					l.parts.Measured(ctx, no)
				}
			case refused == nil:
				refused = &no
			}
		}
		if r.Mode != ModeMeasure {
			states = append(states, state)
		}
	}
	if refused != nil && len(back) > 0 {
		from.give(ctx, back)
	}
	return states, refused
}
