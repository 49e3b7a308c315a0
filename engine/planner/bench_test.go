package planner_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/planner"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/took"
)

// wide is a graph of many subgraphs, each of which adds fields to each of a few entities, that lead to the next.
func wide(subgraphs, entities int) string {
	var b strings.Builder
	b.WriteString(`schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }` + "\nenum join__Graph {")
	all := ""
	for i := range subgraphs {
		fmt.Fprintf(&b, ` S%d @join__graph(name: "s%d", url: "http://s%d")`, i, i, i)
		all += fmt.Sprintf(` @join__type(graph: S%d, key: "id")`, i)
	}
	fmt.Fprintf(&b, " }\ntype Query%s { e0: E0 @join__field(graph: S0) }\n", strings.ReplaceAll(all, `, key: "id"`, ""))
	for e := range entities {
		fmt.Fprintf(&b, "type E%d%s { id: ID!\n", e, all)
		for i := range subgraphs {
			fmt.Fprintf(&b, "  f%d: Int @join__field(graph: S%d)\n  shared%d: Int @join__field(graph: S%d) @join__field(graph: S%d)\n", i, i, i, i, (i+7)%subgraphs)
			fmt.Fprintf(&b, "  next%d: [E%d] @join__field(graph: S%d)\n", i, (e+1)%entities, i)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// nested asks for n fields, ten of them on each level.
func nested(n int) string {
	if n <= 0 {
		return "id"
	}
	out := ""
	for i := range 9 {
		out += fmt.Sprintf("a%d: shared%d f%d ", i, (n+i*13)%100, (n+i)%100)
	}
	return fmt.Sprintf("%s next%d { %s }", out, n%100, nested(n-20))
}

func prepared(tb testing.TB, sdl, query string) (*planner.Planner, *operation.Operation) {
	tb.Helper()
	sg, err := supergraph.Read("wide", sdl)
	if err != nil {
		tb.Fatal(err)
	}
	op, err := decided(sg, query)
	if err != nil {
		tb.Fatal(err)
	}
	return planner.New(sg, planner.Config{}), op
}

// BenchmarkPlan200FieldsOf100Subgraphs plans an operation that goes through ten levels of entities, with fields
// of many subgraphs on each.
func BenchmarkPlan200FieldsOf100Subgraphs(b *testing.B) {
	p, op := prepared(b, wide(100, 5), "{ e0 { "+nested(200)+" } }")
	for b.Loop() {
		if _, err := p.Plan(op, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLargeOperationsArePlannedOrRefusedSoon holds the planner against what clients may send.
func TestLargeOperationsArePlannedOrRefusedSoon(t *testing.T) {
	aliases := func(n int, field string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "x%d: %s ", i, field)
		}
		return b.String()
	}
	explosive := "id"
	for range 12 {
		explosive = "near { " + explosive + " other far { id } }"
	}
	for _, c := range []struct {
		name, sdl, query string
		refused          bool
	}{
		{"many aliases", wide(10, 2), "{ e0 { " + aliases(2000, "f3") + "} }", false},
		{"many aliases of entities", wide(10, 2), "{ e0 { " + aliases(1000, "next3 { f4 f5 }") + "} }", false},
		{"types within types", explosion(12), "{ node { " + explosive + " } }", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, op := prepared(t, c.sdl, c.query)
			var plan *queryplan.Plan
			var err error
			if d := took.By(t, func() { plan, err = p.Plan(op, nil) }); d > time.Second && !testing.Short() {
				t.Errorf("took %v", d)
			}
			if c.refused != errors.Is(err, planner.ErrBudget) || !c.refused && err != nil {
				t.Errorf("error %v, want refused %v", err, c.refused)
			}
			if plan != nil {
				t.Logf("%d fetches, %d considered", len(plan.Fetches), plan.Considered)
			}
		})
	}
}

// explosion is an interface whose fields are answered type by type, and lead to the interface again.
func explosion(types int) string {
	var b strings.Builder
	b.WriteString(`schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
type Query @join__type(graph: A) @join__type(graph: B) { node: Node @join__field(graph: A) }
interface Node @join__type(graph: A) @join__type(graph: B) { id: ID! near: Node far: Node other: Int @join__field(graph: A) }
`)
	for i := range types {
		owner := "AB"[i%2 : i%2+1]
		fmt.Fprintf(&b, `type T%[1]d implements Node @join__implements(graph: A, interface: "Node") @join__implements(graph: B, interface: "Node") @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID! near: Node @join__field(graph: %[2]s) far: Node @join__field(graph: A) other: Int @join__field(graph: %[2]s)
}
`, i, owner)
	}
	return b.String()
}
