package engine_test

import (
	"testing"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

const priced = `
schema
  @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"]) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
type Query @join__type(graph: A) { users(first: Int, last: Int): [User] @listSize(slicingArguments: ["first", "last"]) me: User all: [User] }
type User @join__type(graph: A) { id: ID }
`

func TestDemand(t *testing.T) {
	for _, c := range []struct {
		name      string
		mode      engine.DemandMode
		query     string
		variables string
		cost      int
		code      string
	}{
		{"within", engine.EnforceDemand, "{ me { id } users(first: 19) { id } }", "", 20, ""},
		{"beyond", engine.EnforceDemand, "{ me { id } users(first: 20) { id } }", "", 21, engine.CodeTooExpensive},
		{"a variable", engine.EnforceDemand, "query($n: Int) { users(first: $n) { id } }", `{"n":21}`, 21, engine.CodeTooExpensive},
		{"the same with another", engine.EnforceDemand, "query($n: Int) { users(first: $n) { id } }", `{"n":20}`, 20, ""},
		{"a list of unknown length", engine.EnforceDemand, "{ all { id } }", "", 7, ""},
		{"no size", engine.EnforceDemand, "{ users { id } }", "", 7, engine.CodeNotEstimated},
		{"introspection", engine.EnforceDemand, "{ __schema { types { fields { type { name } } } } }", "", 0, ""},
		{"measured only", engine.MeasureDemand, "{ users(first: 500) { id } }", "", 500, ""},
		{"measured only, without a size", engine.MeasureDemand, "{ users { id } }", "", 7, ""},
		{"off", "", "{ users(first: 500) { id } }", "", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := engine.Demand{Enabled: c.mode != "", Mode: c.mode}
			d.Strategy.StaticEstimated.ListSize, d.Strategy.StaticEstimated.Max = 7, 20
			from := &asked{}
			sg, err := supergraph.Read("supergraph", priced)
			if err != nil {
				t.Fatal(err)
			}
			s, err := engine.NewSnapshot(sg, from, engine.Config{Introspection: true, Demand: d})
			if err != nil {
				t.Fatal(err)
			}
			e := engine.New(s, nil)
			body, out := e.Execute(t.Context(), &engine.Request{Query: c.query, Variables: []byte(c.variables)}, nil)
			if out.Cost != c.cost || out.Code != c.code || out.Refused != (c.code != "") {
				t.Errorf("%+v, want cost %d and code %q: %s", out, c.cost, c.code, body)
			}
			if out.Refused && len(from.documents) > 0 {
				t.Errorf("it was refused, and asked %q", from.documents)
			}
		})
	}
}
