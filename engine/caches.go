package engine

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"github.com/ficusgraph/ficus/engine/cost"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
)

// caches are what a snapshot remembers. They are bounded by weight and not by count alone: a document of
// a megabyte takes the room of hundreds of ordinary ones.
type caches struct {
	// documents by text.
	documents *otter.Cache[string, *operation.Document]
	// variants lead from a document, its conditions and the caller to a plan, without normalizing again.
	variants *otter.Cache[variant, *use]
	// plans by normalized text and caller.
	plans *otter.Cache[planKey, *planned]
}

// decided is an operation of a document with its conditions.
type decided struct {
	prepared *operation.Prepared
	mask     uint64
}

// variant is one way to run an operation of a document: what conditions and the caller made of it.
type variant struct {
	decided
	caller
}

// planKey identifies a plan.
type planKey struct {
	operation string
	caller
}

// planned is what planning came to: a program, or why there is none. Failures are kept too, so that an operation
// that spends the whole budget spends it once and not at each request.
type planned struct {
	program *executor.Program
	// estimate of what it costs; nil if nobody wants to know.
	estimate *cost.Estimate
	// shares are what it costs subgraphs that have a budget.
	shares []cost.Share
	err    error
}

// use is a variant that was asked for: its plan, how often, and what it takes to plan it on another graph.
type use struct {
	*planned
	// exceeded are the limits that it passes, and that are only measured.
	exceeded        []operation.Excess
	text, operation string
	// deciding are the labels that matter to it, active those of them that are, joined.
	deciding []string
	active   string
	times    atomic.Int64
}

const (
	// defaultCacheSize is how many documents and plans are kept where the configuration does not say.
	defaultCacheSize = 1024
	// ordinary is how many bytes of text an entry may have to count as one.
	ordinary = 4 << 10
)

// weigh is what an entry with so many bytes of text counts.
func weigh(bytes int) uint32 {
	return uint32(min(1+bytes/ordinary, math.MaxInt32))
}

func newCaches(size int) (c caches, err error) {
	if size <= 0 {
		size = defaultCacheSize
	}
	room := uint64(size)
	if c.documents, err = otter.New(&otter.Options[string, *operation.Document]{
		MaximumWeight: room, Weigher: func(text string, _ *operation.Document) uint32 { return weigh(len(text)) },
	}); err != nil {
		return c, fmt.Errorf("document cache: %w", err)
	}
	// A variant keeps its document alive, and so weighs as much.
	if c.variants, err = otter.New(&otter.Options[variant, *use]{
		MaximumWeight: room, Weigher: func(_ variant, u *use) uint32 { return weigh(len(u.text)) },
	}); err != nil {
		return c, fmt.Errorf("plan cache: %w", err)
	}
	if c.plans, err = otter.New(&otter.Options[planKey, *planned]{
		MaximumWeight: room, Weigher: func(k planKey, _ *planned) uint32 { return weigh(len(k.operation)) },
	}); err != nil {
		return c, fmt.Errorf("plan cache: %w", err)
	}
	return c, nil
}

// CacheStats is what a cache was good for, over all snapshots of an engine.
type CacheStats struct {
	// Entries that it has, and their weight: one for each, and one more for every 4 KiB of text.
	Entries, Weight int
	// Hits are requests that found what they needed, Misses those that had to make it.
	Hits, Misses uint64
}

// lookups counts what was found in a cache and what was not.
type lookups struct{ hits, misses atomic.Uint64 }

func (l *lookups) count(hit bool) {
	switch {
	case l == nil:
	case hit:
		l.hits.Add(1)
	default:
		l.misses.Add(1)
	}
}

// Documents is what the cache of parsed and validated documents was good for.
func (e *Engine) Documents() CacheStats {
	c := e.Snapshot().documents
	return CacheStats{Entries: c.EstimatedSize(), Weight: int(c.WeightedSize()), Hits: e.documents.hits.Load(), Misses: e.documents.misses.Load()}
}

// Plans is what the cache of query plans was good for. A request hits if it was not the one that planned: those
// that waited for another's planning hit too.
func (e *Engine) Plans() CacheStats {
	c := e.Snapshot().plans
	return CacheStats{Entries: c.EstimatedSize(), Weight: int(c.WeightedSize()), Hits: e.plans.hits.Load(), Misses: e.plans.misses.Load()}
}
