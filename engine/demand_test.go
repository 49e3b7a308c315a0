package engine_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/operation"
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

// TestBudgetsOfClients: a client that is named has a budget of its own, any other that of all.
func TestBudgetsOfClients(t *testing.T) {
	d := engine.Demand{Enabled: true, Mode: engine.EnforceDemand, Clients: engine.DemandClients{Max: map[string]int{"small": 5, "large": 100}}}
	d.Strategy.StaticEstimated.ListSize, d.Strategy.StaticEstimated.Max = 7, 20
	e := demanding(t, d, nil)
	for _, c := range []struct {
		client, query string
		limit         string
	}{
		{"", "{ users(first: 20) { id } }", ""},
		{"", "{ users(first: 21) { id } }", "demand_control.strategy.static_estimated.max"},
		{"nobody knows", "{ users(first: 21) { id } }", "demand_control.strategy.static_estimated.max"},
		{"small", "{ users(first: 5) { id } }", ""},
		{"small", "{ users(first: 6) { id } }", "demand_control.clients.max"},
		{"large", "{ users(first: 100) { id } }", ""},
		{"large", "{ users(first: 101) { id } }", "demand_control.clients.max"},
	} {
		ctx := context.WithValue(t.Context(), clientKey{}, c.client)
		body, out := e.Execute(ctx, &engine.Request{Query: c.query}, nil)
		if out.Refused != (c.limit != "") || !strings.Contains(string(body), c.limit) {
			t.Errorf("%q: %s: %s", c.client, c.query, body)
		}
	}
}

type clientKey struct{}

// demanding is an engine over the priced graph.
func demanding(t *testing.T, d engine.Demand, admit func(context.Context, engine.Executing) error) *engine.Engine {
	t.Helper()
	sg, err := supergraph.Read("supergraph", priced)
	if err != nil {
		t.Fatal(err)
	}
	client := func(ctx context.Context) string { name, _ := ctx.Value(clientKey{}).(string); return name }
	s, err := engine.NewSnapshot(sg, &asked{}, engine.Config{Demand: d, Client: client, RateLimit: admit})
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(s, nil)
}

// TestABatchCostsAsMuchAsOneMay: what operations of one request cost adds up.
func TestABatchCostsAsMuchAsOneMay(t *testing.T) {
	d := engine.Demand{Enabled: true, Mode: engine.EnforceDemand}
	d.Strategy.StaticEstimated.ListSize, d.Strategy.StaticEstimated.Max = 7, 20
	e := demanding(t, d, nil)
	var spent atomic.Int64
	for i, want := range []bool{true, true, false} {
		body, out := e.Execute(t.Context(), &engine.Request{Query: "{ users(first: 10) { id } }", Spent: &spent}, nil)
		if out.Refused == want || !want && !strings.Contains(string(body), "its batch with it 30") {
			t.Errorf("%d: %s", i, body)
		}
	}
}

// TestAdmit: whoever is asked before an operation is executed knows it and its cost, and may refuse it.
func TestRateLimit(t *testing.T) {
	d := engine.Demand{Enabled: true, Mode: engine.MeasureDemand}
	d.Strategy.StaticEstimated.ListSize, d.Strategy.StaticEstimated.Max = 7, 20
	var seen engine.Executing
	e := demanding(t, d, func(_ context.Context, op engine.Executing) error {
		if seen = op; op.Operation == "Bad" {
			return &operation.Error{Code: "NO", Message: "not now"}
		}
		return nil
	})
	if body, out := e.Execute(t.Context(), &engine.Request{Query: "query Good { users(first: 9) { id } }"}, nil); out.Refused || seen != (engine.Executing{Operation: "Good", Kind: "query", Cost: 9}) {
		t.Errorf("%+v: %s", seen, body)
	}
	body, out := e.Execute(t.Context(), &engine.Request{Query: "query Bad { me { id } }"}, nil)
	if want := `{"errors":[{"message":"not now","extensions":{"code":"NO"}}]}`; string(body) != want || out.Code != "NO" || !out.Refused {
		t.Errorf("%s", body)
	}
}
