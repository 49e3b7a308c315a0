package mocks_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// change is a random call of a mutation. Its inputs name fields of whatever types there are, with values that need not
// fit them.
func (c *chooser) change(f *supergraph.Field) *queryplan.Selection {
	s := c.field(c.sg.Mutation, f, 2)
	if s == nil {
		return nil
	}
	for _, a := range f.Args {
		if c.argument(a.Type) == nil && a.Type.Elem == nil {
			s.Arguments = append(s.Arguments, &queryplan.Argument{Name: a.Name, Value: c.input(2)})
		}
	}
	return s
}

func (c *chooser) input(depth int) *ast.Value {
	out := &ast.Value{Kind: ast.ObjectValue}
	for range 1 + c.IntN(4) {
		t := c.sg.Types[c.IntN(len(c.sg.Types))]
		if len(t.Fields) == 0 {
			continue
		}
		f := t.Fields[c.IntN(len(t.Fields))]
		v := c.argument(f.Type)
		if v == nil && depth > 0 {
			v = c.input(depth - 1)
		}
		name := f.Name + []string{"", "", "Id", "Ids"}[c.IntN(4)]
		if v != nil && out.Children.ForName(name) == nil {
			out.Children = append(out.Children, &ast.ChildValue{Name: name, Value: v})
		}
	}
	return out
}

// fitsAfterChanges makes random changes in a session, and returns the first answer of it that does not fit its type.
func fitsAfterChanges(t *testing.T, sg *supergraph.Supergraph, rounds int) {
	t.Helper()
	if sg.Mutation == nil {
		return
	}
	for _, g := range sg.Subgraphs {
		s, sessions := source(t, sg, g.Name, 1), mocks.NewSessions(mocks.SessionConfig{}, time.Now)
		var mutations []*supergraph.Field
		for _, f := range sg.Mutation.Fields {
			if f.In[g.ID] != nil {
				mutations = append(mutations, f)
			}
		}
		for round := range rounds {
			c := &chooser{Rand: rand.New(rand.NewPCG(uint64(round), 2)), sg: sg, id: g.ID}
			if len(mutations) > 0 {
				if sel := c.change(mutations[c.IntN(len(mutations))]); sel != nil {
					inSession(t, c, s, sessions, &queryplan.Fetch{Subgraph: g.Name, Kind: ast.Mutation, Selections: []*queryplan.Selection{sel}})
				}
			}
			inSession(t, c, s, sessions, &queryplan.Fetch{Subgraph: g.Name, Kind: ast.Query, Selections: c.selections(sg.Query, 3)})
		}
	}
}

func inSession(t *testing.T, c *chooser, s *mocks.Source, sessions *mocks.Sessions, f *queryplan.Fetch) {
	t.Helper()
	res, err := s.Fetch(mocks.NewContext(t.Context(), &mocks.Request{Sessions: sessions, Session: "s"}), &executor.Request{Fetch: f})
	if err != nil {
		if !strings.Contains(err.Error(), "MOCK_TOO_LARGE") {
			t.Fatal(err)
		}
		return
	}
	var out struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal(res.Body, &out); err != nil {
		t.Fatalf("%v: %s", err, res.Body)
	}
	if fault := c.objectFault("data", out.Data, f.Selections); fault != "" && len(out.Errors) == 0 {
		t.Fatalf("%s of %s: %s: %s", f.Kind, f.Subgraph, fault, shortened(res.Body))
	}
}

func shortened(text []byte) string { return fmt.Sprintf("%.2000s", text) }

func TestEveryAnswerFitsItsTypesAfterChanges(t *testing.T) {
	fitsAfterChanges(t, shop(t), rounds(t, 60))
}

// TestAnswersFitAfterChangesInSchemasAtHand changes what the schemas in the folder MOCKS_SCHEMAS have.
func TestAnswersFitAfterChangesInSchemasAtHand(t *testing.T) {
	atHand(t, func(t *testing.T, sg *supergraph.Supergraph) { fitsAfterChanges(t, sg, rounds(t, 50)) })
}
