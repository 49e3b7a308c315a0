package planner_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/planner"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// TestInputsComeFromWhatAFetchWaitsFor checks on plans of public suites that no fetch starts before the objects
// of its path and the fields that it sends are there.
func TestInputsComeFromWhatAFetchWaitsFor(t *testing.T) {
	for _, name := range []string{"audit-rows.jsonl", "hive-plans.jsonl"} {
		eachRow(t, name, func(r row) {
			sg, op := r.operation()
			if op == nil {
				return
			}
			for _, sharing := range []bool{false, true} {
				plan, err := planner.New(sg, planner.Config{SharePaths: sharing}).Plan(op, nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := check(plan); err != nil {
					t.Errorf("%s: %v\n%s", r.ID, err, plan)
				}
			}
		})
	}
}

// check is the first of a plan's invariants that does not hold.
func check(plan *queryplan.Plan) error {
	known := make([]map[string]bool, len(plan.Fetches)) // by fetch, the paths of values that are there when it ended
	for i, f := range plan.Fetches {
		if f.ID != i {
			return fmt.Errorf("fetch %d has ID %d", i, f.ID)
		}
		if _, err := parser.ParseQuery(&ast.Source{Input: f.Operation}); err != nil {
			return fmt.Errorf("fetch %d: %s: %w", i, f.Operation, err)
		}
		known[i] = map[string]bool{}
		for _, d := range f.DependsOn {
			if d >= i {
				return fmt.Errorf("fetch %d waits for %d", i, d)
			}
			for p := range known[d] {
				known[i][p] = true
			}
		}
		for _, t := range append([]queryplan.Target{{Path: f.Path}}, f.Also...) {
			if t.Representations == nil {
				t.Representations = f.Representations
			}
			if err := checkPath(known[i], f, t); err != nil {
				return fmt.Errorf("fetch %d: %w", i, err)
			}
		}
	}
	return nil
}

// checkPath checks what a fetch needs at one of its paths, and adds what it provides there.
func checkPath(known map[string]bool, f *queryplan.Fetch, t queryplan.Target) error {
	path := ""
	for _, s := range t.Path {
		if s.Name != queryplan.List {
			path = join(path, s.Name)
			if !known[path] {
				return fmt.Errorf("nothing at %s", path)
			}
		}
		if len(s.Types) > 0 && !known[join(path, queryplan.Typename)] {
			return fmt.Errorf("types are not known at %s", path)
		}
	}
	for _, r := range t.Representations {
		if len(r.Types) > 0 && !known[join(path, queryplan.Typename)] {
			return fmt.Errorf("types are not known at %s", path)
		}
		if err := inputs(known, path, r.Fields); err != nil {
			return err
		}
	}
	provide(known, path, f.Selections)
	return nil
}

func inputs(known map[string]bool, path string, list []*queryplan.Input) error {
	for _, in := range list {
		if !known[join(path, in.From)] {
			return fmt.Errorf("input %s is not known at %s", in.From, path)
		}
		if err := inputs(known, join(path, in.From), in.Fields); err != nil {
			return err
		}
	}
	return nil
}

func provide(known map[string]bool, path string, list []*queryplan.Selection) {
	for _, s := range list {
		if s.On != "" {
			provide(known, path, s.Selections)
			continue
		}
		known[join(path, s.Name)] = true
		provide(known, join(path, s.Name), s.Selections)
	}
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// FuzzPlan plans any operation over the graphs of the scenarios: it ends, and its plan holds the invariants.
func FuzzPlan(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	var graphs []*supergraph.Supergraph
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		given := map[string]string{}
		for _, section := range archive.Files {
			given[section.Name] = string(section.Data)
		}
		sg, err := supergraph.Read(file, given["supergraph.graphql"])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(len(graphs), given["query.graphql"])
		graphs = append(graphs, sg)
	}
	f.Fuzz(func(t *testing.T, graph int, query string) {
		sg := graphs[max(graph, -graph, 0)%len(graphs)]
		op, err := decided(sg, query)
		if err != nil {
			return
		}
		plan, err := planner.New(sg, planner.Config{SharePaths: graph%2 == 0}).Plan(op, nil)
		if err != nil {
			if !errors.Is(err, planner.ErrBudget) && !strings.Contains(err.Error(), "no subgraph") {
				t.Fatal(err)
			}
			return
		}
		if slices.Contains(plan.Fetches, nil) || plan.Shape == nil {
			t.Fatal("a plan with holes")
		}
		if err := check(plan); err != nil {
			t.Errorf("%v\n%s", err, plan)
		}
	})
}
