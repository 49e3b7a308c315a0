package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/mocks/record"
	"github.com/ficusgraph/ficus/mocks/response"
)

// gateway answers all of a graph with made up values.
type gateway struct {
	graph  *supergraph.Supergraph
	engine *engine.Engine
	choice *mocks.Choice
}

type sources map[string]*mocks.Source

func (s sources) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	return s[r.Fetch.Subgraph].Fetch(ctx, r)
}

// serve answers with another seed other values, and with those of a scenario's file if there is one.
func serve(t *testing.T, seed int64, scenario string) *gateway {
	t.Helper()
	files, err := filepath.Glob("testdata/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	var subgraphs []composition.Subgraph
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		subgraphs = append(subgraphs, composition.Subgraph{Name: strings.TrimSuffix(filepath.Base(file), ".graphql"), SDL: string(text), File: file})
	}
	composed, err := composition.Compose(subgraphs)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := supergraph.Read("supergraph.graphql", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{graph: graph}
	told := mocks.Told{}
	if scenario != "" {
		told.Scenarios = []mocks.File{{Name: "recorded.yaml", Text: scenario}}
		g.choice, err = mocks.ParseChoice("scenario=recorded")
		if err != nil {
			t.Fatal(err)
		}
	}
	script, err := mocks.Read(graph, told)
	if err != nil {
		t.Fatalf("%v\n%s", err, scenario)
	}
	all := sources{}
	for _, s := range graph.Subgraphs {
		source, err := mocks.New(graph, s.Name, seed)
		if err != nil {
			t.Fatal(err)
		}
		all[s.Name] = source.Following(script)
	}
	snapshot, err := engine.NewSnapshot(graph, all, engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	g.engine = engine.New(snapshot, nil)
	return g
}

// ask is the recorder's way to ask.
func (g *gateway) ask(ctx context.Context, r response.Request) ([]byte, error) {
	variables, err := json.Marshal(r.Variables)
	if err != nil {
		return nil, err
	}
	ctx = mocks.NewContext(ctx, &mocks.Request{Choice: g.choice, Operation: r.Operation})
	body, _ := g.engine.Execute(ctx, &engine.Request{Query: r.Query, OperationName: r.Operation, Variables: variables}, nil)
	return body, nil
}

const shelf = `query Shelf($first: Int!) {
  products(first: $first) { edges { node { ...Card } } pageInfo { hasNextPage endCursor } totalCount }
  cart(id: "c-17") { total lines { quantity product { name } } note tags }
  again: product(upc: "p-1") { name price reviews { stars author { name } } }
  search(text: "x") { ... on Product { name } ... on Author { name } }
  matrix
}
fragment Card on Product { name price state inStock reviews { text stars } }`

func shelfRequest() response.Request {
	return response.Request{File: "shelf.graphql", Operation: "Shelf", Query: shelf, Variables: map[string]any{"first": json.Number("3")}}
}

func recording(t *testing.T, g *gateway, keep []string, list ...response.Request) *record.Recording {
	t.Helper()
	r := &record.Recorder{Schema: g.graph.API, Graph: g.graph, Keep: keep, Ask: g.ask}
	out, err := r.Record(t.Context(), "recorded", list)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestARecordedScenarioAnswersTheSame: of what is kept the same values, of the rest the same structure, from a mock source
// that by itself answers other values.
func TestARecordedScenarioAnswersTheSame(t *testing.T) {
	live := serve(t, 1, "")
	out := recording(t, live, []string{"Product.name", "Author.*"}, shelfRequest())
	if len(out.Warnings) > 0 {
		t.Errorf("warnings: %q", out.Warnings)
	}
	again := recording(t, live, []string{"Product.name", "Author.*"}, shelfRequest())
	if diff := cmp.Diff(string(out.Text), string(again.Text)); diff != "" {
		t.Errorf("another recording of the same answers: %s", diff)
	}
	golden(t, "testdata/shelf.yaml", string(out.Text))
	served := serve(t, 99, string(out.Text))
	compare(t, live, served, shelfRequest(), "name")
}

// compare compares what two gateways answer: kept values, and structure.
func compare(t *testing.T, live, served *gateway, r response.Request, kept ...string) {
	t.Helper()
	var both [2]any
	for i, g := range []*gateway{live, served} {
		body, err := g.ask(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		op, err := response.Read(g.graph.API, r.Query, r.Operation, r.Variables)
		if err != nil {
			t.Fatal(err)
		}
		if faults := op.Judge(body).Faults; len(faults) > 0 {
			t.Fatalf("%v: %s", faults, body)
		}
		v, err := response.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		both[i] = structure(v.Get("data").Plain(), "", kept)
	}
	if diff := cmp.Diff(both[0], both[1]); diff != "" {
		t.Errorf("-live +served: %s", diff)
	}
}

// structure is a value with leaves that are not kept replaced by their kind.
func structure(v any, key string, kept []string) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = structure(e, key, kept)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, e := range v {
			out[name] = structure(e, name, kept)
		}
		return out
	case bool, nil:
		return v
	}
	for _, k := range append(kept, "state", "totalCount", "__typename") {
		if k == key {
			return v
		}
	}
	return fmt.Sprintf("%T", v)
}

func golden(t *testing.T, file, have string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(have), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), have); diff != "" {
		t.Error(diff)
	}
}
