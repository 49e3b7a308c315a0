package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// warmFor bounds a warm-up: a graph must not wait for long to be served because the last one was asked much.
const warmFor = 5 * time.Second

// Warm plans the operations that the other snapshot was asked most, before anybody asks this one. What this
// graph cannot answer is left out. How often each was asked is taken over by half, rounded up: what was popular long ago
// makes room for what is now, and nothing is forgotten because graphs followed each other within moments. It says how many were planned, and returns early when the context ends.
//
// A caller's labels go with the operation: a plan for nobody's labels would be found by nobody.
func (s *Snapshot) Warm(ctx context.Context, other *Snapshot, observer Observer) int {
	ctx, cancel := context.WithTimeout(ctx, warmFor)
	defer cancel()
	planned := 0
	for _, p := range other.popular(s.warmed()) {
		if ctx.Err() != nil {
			break
		}
		if s.warm(ctx, p, observer) {
			planned++
		}
	}
	return planned
}

// warmed is how many operations are taken over: a third of what is kept, unless it is configured.
func (s *Snapshot) warmed() int {
	switch size := s.cfg.CacheSize; {
	case s.cfg.Warm != 0:
		return max(s.cfg.Warm, 0)
	case size > 0:
		return size / 3
	}
	return defaultCacheSize / 3
}

// popularity is how often a variant was asked for.
type popularity struct {
	variant
	*use
	asked int64
}

// popular are the n variants that were asked most, in a fixed order.
func (s *Snapshot) popular(n int) []popularity {
	if n == 0 {
		return nil
	}
	var all []popularity
	for v, u := range s.variants.All() {
		if asked := u.times.Load(); asked > 0 && u.err == nil {
			all = append(all, popularity{v, u, asked})
		}
	}
	slices.SortFunc(all, func(a, b popularity) int {
		return cmp.Or(cmp.Compare(b.asked, a.asked), strings.Compare(a.text, b.text), strings.Compare(a.operation, b.operation),
			cmp.Compare(a.mask, b.mask), strings.Compare(a.labels, b.labels), cmp.Compare(a.grant, b.grant))
	})
	return all[:min(n, len(all))]
}

// warm plans one variant of another snapshot on this one, and says whether there is a plan now.
func (s *Snapshot) warm(ctx context.Context, p popularity, observer Observer) bool {
	r := &Request{Query: p.text, OperationName: p.operation}
	prepared, err := s.prepare(ctx, r, nil, nil)
	if err != nil || s.allowed(prepared, r, true) != nil {
		return false
	}
	// The text is the same, and so the bits of the mask mean the same.
	d := decided{prepared, p.mask}
	who, err := s.callers.like(d, p.caller)
	if err != nil {
		return false
	}
	u, err := s.plan(ctx, variant{d, who}, r, nil, observer)
	if err != nil || u.err != nil {
		return false
	}
	u.times.Add((p.asked + 1) / 2)
	return true
}
