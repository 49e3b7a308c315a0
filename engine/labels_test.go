package engine_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/internal/universe"
)

// TestAnyLabelsAreAnsweredRightly: in random states of the labels, which change from request to request as migrations move,
// the answers are those of one schema, each coordinate has the owner that its label says, and the cache of plans keeps to
// its size. FICUS_STATES says how many.
func TestAnyLabelsAreAnsweredRightly(t *testing.T) {
	t.Parallel()
	const size, each = 32, 50
	r := rand.New(rand.NewPCG(11, 12))
	states, asked := number("FICUS_STATES", 1000), 0
	for seed := uint64(1); asked < states; seed++ {
		f, err := newFederation(seed, universe.Options{})
		if err != nil {
			t.Fatalf("graph %d: %v", seed, err)
		}
		if len(f.graph.Labels) == 0 {
			continue
		}
		snapshot, err := engine.NewSnapshot(f.composed, f.subgraphs, engine.Config{CacheSize: size})
		if err != nil {
			t.Fatal(err)
		}
		f.engine = engine.New(snapshot, nil)
		for range each {
			f.check(t, r.Uint64())
			asked++
		}
		for end := time.Now().Add(5 * time.Second); f.engine.Plans().Weight > size; time.Sleep(time.Millisecond) { // others are put out in the background
			if time.Now().After(end) {
				t.Fatalf("graph %d: the cache of plans holds %d, more than %d", seed, f.engine.Plans().Weight, size)
			}
		}
	}
	t.Logf("%d states of labels", asked)
}
