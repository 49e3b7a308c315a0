package planner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/planner"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// TestSharedPlansAreTheSameEachTime also where fetches are joined, and at each place once.
func TestSharedPlansAreTheSameEachTime(t *testing.T) {
	eachRow(t, "hive-plans.jsonl", func(r row) {
		sg, op := r.operation()
		if op == nil {
			return
		}
		var plans []*queryplan.Plan
		for range 3 {
			plan, err := planner.New(sg, planner.Config{SharePaths: true}).Plan(op, nil)
			if err != nil {
				t.Fatal(err)
			}
			plans = append(plans, plan)
		}
		for _, again := range plans[1:] {
			if diff := cmp.Diff(plans[0], again); diff != "" {
				t.Errorf("%s (-first +again):\n%s", r.ID, diff)
			}
		}
		for _, f := range plans[0].Fetches {
			paths := map[string]bool{}
			for _, target := range append([]queryplan.Target{{Path: f.Path}}, f.Also...) {
				p := target.Path
				if paths[p.String()] {
					t.Errorf("%s: fetch %d has %s twice", r.ID, f.ID, p)
				}
				paths[p.String()] = true
			}
		}
	})
}
