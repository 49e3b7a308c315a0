package status_test

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/owners/status"
)

// TestReadyOperationsAreNotMocked: whatever is lacking in the engine's scenarios, an operation that is said to be ready
// has a plan, and it asks no mock. The other way round it may err: a condition can leave out what is mocked.
func TestReadyOperationsAreNotMocked(t *testing.T) {
	files, err := filepath.Glob("../../engine/testdata/scenarios/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	random := rand.New(rand.NewPCG(7, 7)) // the same ones in each run
	var ready, mocked, cautious int
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		given := map[string]string{}
		for _, f := range a.Files {
			given[f.Name] = string(f.Data)
		}
		contract := contractOf(a)
		if contract == nil || given["query.graphql"] == "" {
			continue
		}
		for range 10 {
			missing := some(random, contract)
			said, alone := judged(contract, missing, given)
			switch {
			case alone == nil:
			case said == status.Ready && !*alone:
				t.Errorf("%s: with %v lacking, the operation is said to be ready", file, missing)
			case said == status.Ready:
				ready++
			case !*alone:
				mocked++
			default:
				cautious++
			}
		}
	}
	t.Logf("%d ready, %d mocked, %d said to be mocked that can do without", ready, mocked, cautious)
	if ready < 100 || mocked < 100 || cautious > mocked/4 {
		t.Errorf("%d ready, %d mocked, %d said to be mocked that can do without", ready, mocked, cautious)
	}
}

// contractOf is the graph of a scenario, nil if it has none.
func contractOf(a *txtar.Archive) *supergraph.Supergraph {
	var list []composition.Subgraph
	for _, f := range a.Files {
		if name, is := strings.CutPrefix(strings.TrimSuffix(f.Name, ".graphql"), "subgraphs/"); is {
			list = append(list, composition.Subgraph{Name: name, SDL: string(f.Data), File: f.Name, URL: "http://" + name})
		}
	}
	composed, err := composition.Compose(list)
	if err != nil {
		return nil
	}
	sg, err := supergraph.Read("supergraph", composed.SupergraphSDL)
	if err != nil {
		return nil
	}
	return sg
}

// some are one to three coordinates of a graph.
func some(random *rand.Rand, sg *supergraph.Supergraph) []mocks.Coordinate {
	var all []mocks.Coordinate
	for _, g := range sg.Subgraphs {
		for _, c := range status.Coordinates(sg, g.Name) {
			typ, field, _ := strings.Cut(c, ".")
			all = append(all, mocks.Coordinate{Subgraph: g.Name, Type: typ, Field: field})
		}
	}
	var out []mocks.Coordinate
	for range 1 + random.IntN(3) {
		out = append(out, all[random.IntN(len(all))])
	}
	return out
}

// judged is what is said of a scenario's operation, and whether its plan asks no mock; nil if it cannot have one.
func judged(contract *supergraph.Supergraph, missing []mocks.Coordinate, given map[string]string) (said string, alone *bool) {
	missing, err := mocks.Along(contract, missing)
	if err != nil {
		return "", nil
	}
	sg, err := mocks.Split(contract, missing)
	if err != nil {
		return "", nil
	}
	facts := status.Facts{Contract: contract, Plan: func(text, _ string) error { return plan(sg, text, given) }}
	for _, g := range contract.Subgraphs {
		var lacking []string
		for _, c := range missing {
			if c.Subgraph == g.Name {
				lacking = append(lacking, c.String())
			}
		}
		facts.Subgraphs = append(facts.Subgraphs, status.Subgraph{Subgraph: g.Name}.Count(contract, lacking, nil, nil))
	}
	list := status.OperationsOf(facts, []status.Saved{{Name: "query", Text: given["query.graphql"]}}).List
	if list[0].State == status.Invalid {
		return "", nil
	}
	ok := plan(sg, given["query.graphql"], given) == nil
	at := slices.IndexFunc(list, func(o status.Operation) bool { return o.State != status.Ready })
	if at < 0 {
		return status.Ready, &ok
	}
	return list[at].State, &ok
}

// plan is an error if the operation has no plan that asks no mock.
func plan(sg *supergraph.Supergraph, text string, given map[string]string) error {
	snapshot, err := engine.NewSnapshot(sg, nil, engine.Config{Introspection: true})
	if err != nil {
		return err
	}
	p, err := snapshot.Plan(&engine.Request{
		Query: text, Variables: []byte(given["variables.json"]), Labels: strings.Fields(given["labels"]),
	})
	if err != nil {
		return err
	}
	for _, f := range p.Fetches {
		if g := sg.Subgraph(f.Subgraph); g != nil && mocks.IsMock(g) { // nil for introspection
			return errors.New("it asks " + g.Name)
		}
	}
	return nil
}
