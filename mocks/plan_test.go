package mocks_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

func shop(t *testing.T) *supergraph.Supergraph {
	t.Helper()
	sdl, err := os.ReadFile("testdata/shop.graphql")
	if err != nil {
		t.Fatal(err)
	}
	return read(t, string(sdl))
}

func read(t *testing.T, sdl string) *supergraph.Supergraph {
	t.Helper()
	sg, err := supergraph.Read("shop.graphql", sdl)
	if err != nil {
		t.Fatal(err)
	}
	return sg
}

// fetchOf is the fetch that a plan would hold for a query on the subgraph; a query on _entities is an entity fetch.
func fetchOf(t *testing.T, sg *supergraph.Supergraph, subgraph, query string) *queryplan.Fetch {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	op := doc.Operations[0]
	out := &queryplan.Fetch{Subgraph: subgraph, Kind: op.Operation}
	root := sg.Root(op.Operation).Name
	if f, ok := op.SelectionSet[0].(*ast.Field); ok && f.Name == "_entities" {
		out.Representations = []*queryplan.Representation{{}}
		op.SelectionSet, root = f.SelectionSet, ""
	}
	out.Selections = selections(t, sg, sg.Subgraph(subgraph).ID, root, op.SelectionSet)
	return out
}

func selections(t *testing.T, sg *supergraph.Supergraph, id int, parent string, set ast.SelectionSet) []*queryplan.Selection {
	t.Helper()
	var out []*queryplan.Selection
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			out = append(out, &queryplan.Selection{On: sel.TypeCondition, Selections: selections(t, sg, id, sel.TypeCondition, sel.SelectionSet)})
		case *ast.Field:
			s := &queryplan.Selection{Name: sel.Alias, Field: sel.Name, Parent: parent}
			if sel.Name != "__typename" {
				f := sg.Type(parent).Field(sel.Name)
				if f == nil {
					t.Fatalf("no field %s.%s", parent, sel.Name)
				}
				if s.Type = f.Type; f.In[id] != nil {
					s.Type = f.In[id].Type
				}
				s.Selections = selections(t, sg, id, f.Type.Name(), sel.SelectionSet)
			}
			for _, a := range sel.Arguments {
				s.Arguments = append(s.Arguments, &queryplan.Argument{Name: a.Name, Value: a.Value})
			}
			out = append(out, s)
		}
	}
	return out
}

func source(t *testing.T, sg *supergraph.Supergraph, subgraph string, seed int64) *mocks.Source {
	t.Helper()
	s, err := mocks.New(sg, subgraph, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask is the answer's data.
func ask(t *testing.T, sg *supergraph.Supergraph, s *mocks.Source, subgraph, query, variables string) map[string]any {
	t.Helper()
	res, err := s.Fetch(t.Context(), &executor.Request{Fetch: fetchOf(t, sg, subgraph, query), Variables: []byte(variables)})
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Data map[string]any }
	if err := json.Unmarshal(res.Body, &out); err != nil {
		t.Fatalf("%v: %s", err, res.Body)
	}
	return out.Data
}

// at follows names and indices into an answer.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				t.Fatalf("no element %d in %v", step, v)
			}
			v = l[step]
		}
	}
	return v
}
