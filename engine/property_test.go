package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/universe"
)

// federation is a random graph, served by the engine and answered by one schema.
type federation struct {
	graph     *universe.Graph
	monolith  *universe.Monolith
	subgraphs *universe.Subgraphs
	engine    *engine.Engine
}

func newFederation(seed uint64, o universe.Options) (*federation, error) {
	g := universe.New(seed, o)
	monolith, err := universe.NewMonolith(g)
	if err != nil {
		return nil, err
	}
	subgraphs, err := universe.NewSubgraphs(g)
	if err != nil {
		return nil, err
	}
	var sources []composition.Subgraph
	for _, s := range g.Subgraphs {
		sources = append(sources, composition.Subgraph{Name: s.Name, URL: "http://" + s.Name, SDL: g.SDL(s.ID)})
	}
	composed, err := composition.Compose(sources)
	if err != nil {
		return nil, fmt.Errorf("composition: %w", err)
	}
	sg, err := supergraph.Read("supergraph", composed.SupergraphSDL)
	if err != nil {
		return nil, fmt.Errorf("supergraph: %w", err)
	}
	s, err := engine.NewSnapshot(sg, subgraphs, engine.Config{Introspection: true})
	if err != nil {
		return nil, err
	}
	return &federation{g, monolith, subgraphs, engine.New(s, nil)}, nil
}

// check runs one operation on both sides and says what differs.
func (f *federation) check(t *testing.T, seed uint64) (wrong []string, op *universe.Operation) {
	t.Helper()
	op = f.monolith.Operation(seed)
	want, err := f.monolith.Answer(op)
	if err != nil {
		t.Fatalf("the universe itself is wrong: %v\n%s", err, op.Text)
	}
	var labels []string
	for i, label := range f.graph.Labels {
		if seed>>i&1 == 1 {
			labels = append(labels, label)
		}
	}
	f.subgraphs.Begin(labels)
	body, _ := f.engine.Execute(t.Context(), &engine.Request{Query: op.Text, Variables: op.JSON(), Labels: labels}, nil)
	var got struct {
		Data   json.RawMessage
		Errors []struct {
			Message string
			Path    universe.Path
		}
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return []string{err.Error() + ": " + string(body)}, op
	}
	have := universe.Answer{Data: string(got.Data)}
	for _, e := range got.Errors {
		have.Errors = append(have.Errors, e.Path)
	}
	wrong = universe.Differences(have, want)
	if len(wrong) > 0 {
		wrong = append(wrong, "the answer: "+string(body), fmt.Sprint("wanted errors: ", want.Errors))
	}
	return append(wrong, f.subgraphs.Violations()...), op
}

// report is all that is needed to see what happened.
func (f *federation) report(graph, operation uint64, op *universe.Operation, wrong []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "graph %d, operation %d:\n%s\n\n%s\n%s\n\n", graph, operation, strings.Join(wrong, "\n"), op.Text, op.JSON())
	if plan, err := f.engine.Snapshot().Plan(&engine.Request{Query: op.Text, Variables: op.JSON()}); err == nil {
		fmt.Fprintf(&b, "%s\n", plan)
	}
	fmt.Fprintf(&b, "%s\n", strings.Join(f.subgraphs.Requests(), "\n"))
	if os.Getenv("FICUS_SDL") != "" {
		for _, s := range f.graph.Subgraphs {
			fmt.Fprintf(&b, "\n-- %s --\n%s", s.Name, f.graph.SDL(s.ID))
		}
	}
	return b.String()
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// explore compares answers for some graphs from the seed in FICUS_SEED on, of FICUS_GRAPHS and FICUS_OPERATIONS each.
func explore(t *testing.T, o universe.Options) {
	first, operations := number("FICUS_SEED", 1), number("FICUS_OPERATIONS", 12)
	for i := range number("FICUS_GRAPHS", 150) {
		seed := uint64(first + i)
		f, err := newFederation(seed, o)
		if err != nil {
			t.Errorf("graph %d: %v", seed, err)
			continue
		}
		for i := range uint64(operations) {
			if wrong, op := f.check(t, i); len(wrong) > 0 {
				t.Error(f.report(seed, i, op, slices.Compact(wrong)))
			}
		}
	}
}

// TestTheFederatedAnswerIsThatOfOneSchema for random graphs and operations.
func TestTheFederatedAnswerIsThatOfOneSchema(t *testing.T) {
	t.Parallel()
	explore(t, universe.Options{})
}

// TestFailuresTakeAlongWhatTheyWouldInOneSchema where fields fail or are null against their type.
func TestFailuresTakeAlongWhatTheyWouldInOneSchema(t *testing.T) {
	t.Parallel()
	explore(t, universe.Options{Faults: true})
}
