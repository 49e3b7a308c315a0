package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/universe"
)

// TestTheFederatedAnswerIsThatOfOneSchema for random graphs and operations: equal to the byte, without errors, by
// requests that a strict subgraph accepts. More of it: FICUS_SEED=1000 FICUS_GRAPHS=500 go test -run OneSchema.
func TestTheFederatedAnswerIsThatOfOneSchema(t *testing.T) {
	t.Parallel()
	explore(t, universe.Options{})
}

// TestFailuresTakeAlongWhatTheyWouldInOneSchema where fields fail or are null against their type.
func TestFailuresTakeAlongWhatTheyWouldInOneSchema(t *testing.T) {
	t.Parallel()
	explore(t, universe.Options{Faults: true})
}

// FuzzFederation looks for a graph and an operation of which the answer is another than that of one schema.
func FuzzFederation(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, seed*7, seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, graph, operation uint64, faults bool) {
		fed, err := newFederation(graph, universe.Options{Faults: faults})
		if err != nil {
			t.Fatalf("graph %d: %v", graph, err)
		}
		fed.check(t, operation)
	})
}

// explore compares answers for FICUS_GRAPHS graphs, the first of seed FICUS_SEED, with FICUS_OPERATIONS for each.
func explore(t *testing.T, o universe.Options) {
	t.Helper()
	first, operations := number("FICUS_SEED", 1), number("FICUS_OPERATIONS", 10)
	for i := range number("FICUS_GRAPHS", 50) {
		f, err := newFederation(uint64(first+i), o)
		if err != nil {
			t.Errorf("graph %d, which is valid: %v", first+i, err)
			continue
		}
		for operation := range operations {
			f.check(t, uint64(operation))
		}
	}
}

func number(name string, otherwise int) int {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 31); err == nil {
		return int(n)
	}
	return otherwise
}

// federation is a random graph, served by the engine and answered by one schema.
type federation struct {
	seed      uint64
	graph     *universe.Graph
	monolith  *universe.Monolith
	subgraphs *universe.Subgraphs
	composed  *supergraph.Supergraph
	engine    *engine.Engine
}

func newFederation(seed uint64, o universe.Options) (*federation, error) {
	f := &federation{seed: seed, graph: universe.New(seed, o)}
	var err error
	if f.monolith, err = universe.NewMonolith(f.graph); err != nil {
		return nil, err
	}
	if f.subgraphs, err = universe.NewSubgraphs(f.graph); err != nil {
		return nil, err
	}
	var sources []composition.Subgraph
	for _, s := range f.graph.Subgraphs {
		sources = append(sources, composition.Subgraph{Name: s.Name, URL: "http://" + s.Name, SDL: f.graph.SDL(s.ID)})
	}
	result, err := composition.Compose(sources)
	if err != nil {
		return nil, fmt.Errorf("composition: %w", err)
	}
	if f.composed, err = supergraph.Read("supergraph", result.SupergraphSDL); err != nil {
		return nil, fmt.Errorf("supergraph: %w", err)
	}
	f.engine, err = f.serve(f.subgraphs)
	return f, err
}

func (f *federation) serve(from executor.Fetcher) (*engine.Engine, error) {
	s, err := engine.NewSnapshot(f.composed, from, engine.Config{Introspection: true})
	if err != nil {
		return nil, err
	}
	return engine.New(s, nil), nil
}

// response is the body that a client gets.
type response struct {
	Data   json.RawMessage
	Errors []struct {
		Message string
		Path    universe.Path
	}
}

// check runs one operation on both sides and reports what differs.
func (f *federation) check(t *testing.T, seed uint64) {
	t.Helper()
	op := f.monolith.Operation(seed)
	want, err := f.monolith.Answer(op)
	if err != nil {
		t.Fatalf("the universe itself is wrong: %v\n%s", err, op.Text)
	}
	r := &engine.Request{Query: op.Text, Variables: op.JSON(), Labels: f.labels(seed)}
	f.subgraphs.Begin(r.Labels)
	body, _ := f.engine.Execute(t.Context(), r, nil)
	var got response
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	have := universe.Answer{Data: string(got.Data), Changes: f.subgraphs.Changes()}
	for _, e := range got.Errors {
		have.Errors = append(have.Errors, e.Path)
	}
	wrong := slices.Concat(universe.Differences(have, want), f.subgraphs.Violations(), f.planned(r, op.Depth))
	if len(wrong) > 0 {
		t.Errorf("graph %d, operation %d:\n%s\nanswer %s\nerrors wanted at %v\n\n%s", f.seed, seed, strings.Join(wrong, "\n"), body, want.Errors, f.report(r))
	}
}

// labels that are active for an operation: any of the graph's.
func (f *federation) labels(seed uint64) []string {
	var active []string
	for i, label := range f.graph.Labels {
		if seed>>(i%64)&1 == 1 {
			active = append(active, label)
		}
	}
	return active
}

// planned says what is wrong with the plan alone: it is not the same twice, or longer than the graph explains. To
// a place that is as deep as the operation a plan needs at each level one hop for each subgraph on the way, and
// one for each field that is required first.
func (f *federation) planned(r *engine.Request, depth int) []string {
	plan, err := f.engine.Snapshot().Plan(r)
	again, err2 := f.engine.Snapshot().Plan(r)
	if err != nil || err2 != nil {
		return nil // refused, which the answer says
	}
	var wrong []string
	if plan.String() != again.String() {
		wrong = append(wrong, "another plan the second time:\n"+again.String())
	}
	wrong = append(wrong, sided(plan, r.Labels)...)
	hops := len(f.graph.Subgraphs) + f.graph.Requires()
	series := 1
	if plan.Kind == ast.Mutation { // its root fields run one after the other
		series = max(1, len(plan.Shape.Variants[0].Fields))
	}
	if steps := steps(plan); steps > depth*hops*series {
		wrong = append(wrong, fmt.Sprintf("%d steps, for a depth of %d with %d hops and %d in series", steps, depth, hops, series))
	}
	if fields := fields(plan.Shape); len(plan.Fetches) > fields*hops {
		wrong = append(wrong, fmt.Sprintf("%d fetches for %d fields with %d hops", len(plan.Fetches), fields, hops))
	}
	return wrong
}

// sided says which coordinates a plan takes from another side than their label says, or from both.
func sided(plan *queryplan.Plan, active []string) []string {
	var wrong []string
	for _, f := range plan.Fetches {
		for _, side := range f.Sides {
			if side.New != slices.Contains(active, side.Label) {
				wrong = append(wrong, fmt.Sprintf("fetch %d takes %v from the side new=%v of %s", f.ID, side.Coordinates, side.New, side.Label))
			}
		}
	}
	return wrong
}

// steps is how many fetches wait for one another at most.
func steps(plan *queryplan.Plan) int {
	most, until := 0, make([]int, len(plan.Fetches))
	for i, f := range plan.Fetches {
		for _, d := range f.DependsOn {
			until[i] = max(until[i], until[d])
		}
		until[i]++
		most = max(most, until[i])
	}
	return most
}

func fields(s *queryplan.Shape) int {
	if s == nil {
		return 0
	}
	n := 0
	for _, v := range s.Variants {
		for _, f := range v.Fields {
			n += 1 + fields(f.Shape)
		}
	}
	return n
}

// report is all that is needed to see what happened.
func (f *federation) report(r *engine.Request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s labels %v\n\n", r.Query, r.Variables, r.Labels)
	if plan, err := f.engine.Snapshot().Plan(r); err != nil {
		fmt.Fprintf(&b, "no plan: %v\n", err)
	} else {
		fmt.Fprintf(&b, "%s\n", plan)
	}
	fmt.Fprintf(&b, "%s\n", strings.Join(f.subgraphs.Requests(), "\n"))
	for _, s := range f.graph.Subgraphs {
		fmt.Fprintf(&b, "\n-- %s.graphql --\n%s", s.Name, f.graph.SDL(s.ID))
	}
	return b.String()
}
