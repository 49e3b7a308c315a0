package ratelimit

import (
	"context"
	"sync"
	"time"
)

// Visit is one request, and what rules said of it. Its methods may be called from many goroutines; a nil one is not
// limited.
type Visit struct {
	limiter *Limiter
	asked   Asked

	mu     sync.Mutex
	states []State
	// retry is when there will be enough for what was refused last.
	retry time.Duration
}

// Visit begins a request; nil without a limiter.
func (l *Limiter) Visit(a Asked) *Visit {
	if l == nil {
		return nil
	}
	return &Visit{limiter: l, asked: a}
}

// Arrive holds an operation of the request against the rules that need not know which it is.
func (v *Visit) Arrive(ctx context.Context) *Refusal {
	if v == nil || len(v.limiter.early) == 0 {
		return nil
	}
	return v.check(ctx, v.limiter.early, v.asked)
}

// Execute holds an operation against the other rules, before it is executed.
func (v *Visit) Execute(ctx context.Context, name, kind string, cost int) *Refusal {
	if v == nil || len(v.limiter.late) == 0 {
		return nil
	}
	a := v.asked
	a.Operation, a.Kind, a.Cost = name, kind, cost
	return v.check(ctx, v.limiter.late, a)
}

func (v *Visit) check(ctx context.Context, rules []*rule, a Asked) *Refusal {
	states, refused := v.limiter.check(ctx, rules, &a)
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range states {
		v.see(s)
	}
	if refused != nil {
		v.retry = refused.RetryAfter
	}
	return refused
}

// see remembers the latest state of each rule.
func (v *Visit) see(s State) {
	for i := range v.states {
		if v.states[i].Rule == s.Rule {
			v.states[i] = s
			return
		}
	}
	v.states = append(v.states, s)
}

// NeedsOperations reports whether there are rules that need to know the operation.
func (l *Limiter) NeedsOperations() bool { return l != nil && len(l.late) > 0 }

type visitKey struct{}

// NewContext carries the visit.
func NewContext(ctx context.Context, v *Visit) context.Context {
	if v == nil {
		return ctx
	}
	return context.WithValue(ctx, visitKey{}, v)
}

// FromContext is the visit that the context carries, nil for none.
func FromContext(ctx context.Context) *Visit {
	v, _ := ctx.Value(visitKey{}).(*Visit)
	return v
}
