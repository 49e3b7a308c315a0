package planner_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/planner"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/scenario"
)

// TestScenarios plans the query of each scenario over its supergraph, with the labels of the section `labels`,
// and compares what its other sections name: the plan, what is sent, the labels that matter, or the error.
// UPDATE=1 rewrites them.
func TestScenarios(t *testing.T) {
	scenario.Each(t, "testdata/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		got := sections(t, a)
		return scenario.With(a, func(section string) (string, bool) {
			text, made := got[section]
			return text, made
		})
	})
}

// sections gives the text of each section that is compared.
func sections(t *testing.T, archive *txtar.Archive) map[string]string {
	t.Helper()
	given := map[string]string{}
	for _, f := range archive.Files {
		given[f.Name] = string(f.Data)
	}
	sg, err := supergraph.Read("supergraph.graphql", given["supergraph.graphql"])
	if err != nil {
		t.Fatal(err)
	}
	op, err := decided(sg, given["query.graphql"])
	if err != nil {
		t.Fatal(err)
	}
	labels := planner.Labels{}
	for _, l := range strings.Fields(given["labels"]) {
		labels[l] = true
	}
	p := planner.New(sg, planner.Config{})
	out := map[string]string{"relevant labels": strings.Join(p.Labels(op), " ") + "\n"}
	plan, err := p.Plan(op, labels)
	if err != nil {
		out["plan"], out["error"], out["sent"] = "", err.Error()+"\n", ""
		return out
	}
	out["plan"], out["error"] = plan.String(), ""
	out["answered null"] = strings.Join(nulls(plan.Shape), " ") + "\n"
	sharing, err := planner.New(sg, planner.Config{SharePaths: true}).Plan(op, labels)
	if err != nil {
		t.Fatal(err)
	}
	out["plan sharing paths"] = sharing.String()
	if f := plan.Events(); f != nil {
		out["events"] = f.Subgraph + ": " + f.Operation + "\n"
	}
	for _, f := range plan.Fetches {
		for _, side := range f.Sides {
			out["sides"] += fmt.Sprintln(f.Subgraph, side.Label, side.New, side.Coordinates, side.Paths)
		}
		out["sent"] += f.Subgraph + ": " + f.Operation + "\n"
	}
	return out
}

// nulls are the fields that are answered null without being asked for.
func nulls(s *queryplan.Shape) []string {
	var out []string
	for _, v := range s.Variants {
		for _, f := range v.Fields {
			if f.Null {
				out = append(out, strings.Join(v.Types, "|")+"."+f.Key)
			} else if f.Shape != nil {
				out = append(out, nulls(f.Shape)...)
			}
		}
	}
	return out
}

func TestPlansAreTheSameEachTime(t *testing.T) {
	eachRow(t, "audit-rows.jsonl", func(r row) {
		sg, op := r.operation()
		if op == nil {
			return
		}
		p := planner.New(sg, planner.Config{})
		first, err := p.Plan(op, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := planner.New(sg, planner.Config{}).Plan(op, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%s (-first +again):\n%s", r.ID, diff)
		}
	})
}

// TestASpentBudgetIsSaid: whatever planning was at when its budget was spent, that is what is said.
func TestASpentBudgetIsSaid(t *testing.T) {
	eachRow(t, "audit-rows.jsonl", func(r row) {
		sg, op := r.operation()
		if op == nil {
			return
		}
		if _, err := planner.New(sg, planner.Config{}).Plan(op, nil); err != nil {
			return
		}
		for _, paths := range []int{1, 2, 3, 5, 8} {
			if _, err := planner.New(sg, planner.Config{MaxPaths: paths}).Plan(op, nil); err != nil && !errors.Is(err, planner.ErrBudget) {
				t.Errorf("%s: with %d paths: %v", r.ID, paths, err)
			}
		}
	})
}
