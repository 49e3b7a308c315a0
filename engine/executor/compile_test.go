package executor_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// TestPlansThatContradictThemselves are refused when they are compiled, not run wrongly.
func TestPlansThatContradictThemselves(t *testing.T) {
	shape := &queryplan.Shape{Variants: []*queryplan.Variant{{}}}
	entity := func(f queryplan.Fetch) *queryplan.Plan {
		f.Representations = []*queryplan.Representation{{Typename: "A"}}
		return &queryplan.Plan{Kind: ast.Query, Shape: shape, Fetches: []*queryplan.Fetch{&f}}
	}
	tests := []struct {
		name string
		plan *queryplan.Plan
		want string
	}{
		{"no shape", &queryplan.Plan{}, "no shape"},
		{"a fetch that waits for itself", &queryplan.Plan{Shape: shape, Fetches: []*queryplan.Fetch{{DependsOn: []int{0}}}}, "does not come before it"},
		{"an ID that is not the index", &queryplan.Plan{Shape: shape, Fetches: []*queryplan.Fetch{{ID: 3}}}, "ID"},
		{"a mutation below the root", &queryplan.Plan{Shape: shape, Fetches: []*queryplan.Fetch{{Kind: ast.Mutation, Path: queryplan.Path{{Name: "a"}}}}}, "a mutation below the root"},
		{"several paths without representations", &queryplan.Plan{Shape: shape, Fetches: []*queryplan.Fetch{{Kind: ast.Query, Path: queryplan.Path{{Name: "a"}}, Also: []queryplan.Target{{Path: queryplan.Path{{Name: "b"}}}}}}}, "no entities"},
		{"a path that starts with a list", entity(queryplan.Fetch{Path: queryplan.Path{{Name: queryplan.List}}}), "starts with a list"},
		{"a further path that starts with a list", entity(queryplan.Fetch{Path: queryplan.Path{{Name: "a"}}, Also: []queryplan.Target{{Path: queryplan.Path{{Name: queryplan.List}}}}}), "starts with a list"},
		{"a further path that leads nowhere", entity(queryplan.Fetch{Path: queryplan.Path{{Name: "a"}}, Also: []queryplan.Target{{}}}), "leads nowhere"},
		{"further paths of root fields", &queryplan.Plan{Shape: shape, Fetches: []*queryplan.Fetch{{Also: []queryplan.Target{{Path: queryplan.Path{{Name: "a"}}}}}}}, "leads nowhere"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := executor.Compile(test.plan); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
