package planner_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/planner"
	"github.com/ficusgraph/ficus/internal/took"
)

// TestHostileGraphsAreBounded plans what takes long over graphs of shapes that multiply: whatever the budget does
// not allow is refused with its error, and soon.
func TestHostileGraphsAreBounded(t *testing.T) {
	for _, c := range []struct {
		name, sdl, query string
		planned          bool
	}{
		{"entities that lead to each other, by many keys", cycles(30, 5, 3), "{ t0 { " + deep(400, "any", "f7 f20") + " } }", false},
		{"an entity of few subgraphs, deep", cycles(30, 5, 3), "{ t0 { " + deep(400, "next", "f7 f20") + " } }", true},
		{"an interface of many types in many subgraphs", abstract(20, 120), "{ n { " + deep(100, "n", "id") + " } }", false},
		{"a union of many types in many subgraphs", abstract(20, 120), "{ u { " + repeat(120, "...on M%[1]d { id v%[1]d }") + " } }", true},
		{"unions beneath interfaces", abstract(60, 60), "{ n { " + deep(400, "n", "id u { ...on M3 { v3 } }") + " } }", false},
		{"keys of which each leads to the next", chained(100), "{ t { next99 { k0 } next50 { next3 { k77 } } } }", true},
		{"fields that require each other", requiring(200), "{ t { r199 } }", false},
		{"a few fields that require each other", requiring(40), "{ t { r39 } }", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, op := prepared(t, c.sdl, c.query)
			var err error
			if d := took.By(t, func() { _, err = p.Plan(op, nil) }); d > time.Second && !testing.Short() {
				t.Errorf("took %v", d)
			}
			if c.planned && err != nil || !c.planned && !errors.Is(err, planner.ErrBudget) {
				t.Errorf("error %v, want a plan: %v", err, c.planned)
			}
		})
	}
}

func deep(n int, field, inner string) string {
	return strings.Repeat(field+" { ", n) + inner + strings.Repeat(" }", n)
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+" ", i)
	}
	return b.String()
}

// subgraphs are the first lines of a supergraph, and the joins of a type that all subgraphs have.
func subgraphs(n int) (lines, all string) {
	lines = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }` +
		"\nenum join__Graph { " + repeat(n, `S%[1]d @join__graph(name: "s%[1]d", url: "http://s%[1]d")`) + "}\n"
	return lines, repeat(n, " @join__type(graph: S%d)")
}

// cycles are types that lead to each other, in subgraphs of which each knows some of the keys.
func cycles(n, types, keys int) string {
	lines, all := subgraphs(n)
	var b strings.Builder
	fmt.Fprintf(&b, "%stype Query%s { t0: T0 @join__field(graph: S0) }\n", lines, all)
	for t := range types {
		fmt.Fprintf(&b, "type T%d", t)
		for s := range n * keys {
			fmt.Fprintf(&b, ` @join__type(graph: S%d, key: "k%d")`, s/keys, (s/keys+s%keys)%n)
		}
		b.WriteString(" {\n")
		for s := range n {
			fmt.Fprintf(&b, " f%[1]d: Int @join__field(graph: S%[1]d) k%[1]d: ID!", s)
			for k := range keys {
				fmt.Fprintf(&b, " @join__field(graph: S%d)", (s-k+n)%n)
			}
		}
		next := (t + 1) % types
		fmt.Fprintf(&b, " any: T%d\n next: T%d @join__field(graph: S%d) @join__field(graph: S%d)\n }\n", next, next, t%n, (t+1)%n)
	}
	return b.String()
}

// abstract is a union of which each subgraph knows two thirds, and an interface that its members implement.
func abstract(n, members int) string {
	lines, all := subgraphs(n)
	var b strings.Builder
	fmt.Fprintf(&b, "%stype Query%s { u: U\n n: N }\ninterface N%s { id: ID! u: U n: N }\nunion U%s", lines, all, all, all)
	for i := range n * members {
		if (i/members+i%members)%3 != 0 {
			fmt.Fprintf(&b, ` @join__unionMember(graph: S%d, member: "M%d")`, i/members, i%members)
		}
	}
	fmt.Fprintf(&b, " = %s\n", strings.TrimSuffix(strings.TrimSpace(repeat(members, "M%d |")), "|"))
	for m := range members {
		fmt.Fprintf(&b, "type M%d implements N%s", m, repeat(n, ` @join__implements(graph: S%[1]d, interface: "N") @join__type(graph: S%[1]d, key: "id")`))
		fmt.Fprintf(&b, " { id: ID! u: U @join__field(graph: S%d) @join__field(graph: S%d) n: N @join__field(graph: S%d) v%d: Int @join__field(graph: S%d) }\n", m%n, (m+1)%n, m%n, m, (m+2)%n)
	}
	return b.String()
}

// chained is a type of which each subgraph knows two keys, so that from the first to the last it takes all.
func chained(n int) string {
	lines, all := subgraphs(n)
	var b strings.Builder
	fmt.Fprintf(&b, "%stype Query%s { t: T @join__field(graph: S0) }\ntype T", lines, all)
	for s := range n {
		fmt.Fprintf(&b, ` @join__type(graph: S%[1]d, key: "k%[1]d") @join__type(graph: S%[1]d, key: "k%[2]d")`, s, s+1)
	}
	b.WriteString(" { k0: ID! @join__field(graph: S0) ")
	for s := range n {
		fmt.Fprintf(&b, "next%[1]d: T @join__field(graph: S%[1]d) k%[2]d: ID! @join__field(graph: S%[1]d) ", s, s+1)
		if s+1 < n {
			fmt.Fprintf(&b, "@join__field(graph: S%d) ", s+1)
		}
	}
	return b.String() + "}\n"
}

// requiring is a type whose fields require the two before them, each of another subgraph.
func requiring(n int) string {
	lines, all := subgraphs(4)
	var b strings.Builder
	fmt.Fprintf(&b, "%stype Query%s { t: T @join__field(graph: S0) }\ntype T%s { id: ID! r0: Int @join__field(graph: S0)", lines, all, repeat(4, ` @join__type(graph: S%d, key: "id")`))
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, ` r%d: Int @join__field(graph: S%d, requires: "r%d r%d")`, i, i%4, i-1, max(0, i-2))
		for s := 1; s < 4; s++ {
			fmt.Fprintf(&b, ` @join__field(graph: S%d, external: true)`, (i+s)%4)
		}
	}
	return b.String() + " }\n"
}
