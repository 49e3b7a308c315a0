package composition_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/composition"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@override", "@requiresScopes", "@tag"])` + "\n"

// TestHostileInput: what is too large, too deep or not there gets an answer, and soon.
func TestHostileInput(t *testing.T) {
	tests := []struct {
		name string
		subs []composition.Subgraph
		code composition.Code // "" where it composes
	}{
		{"no subgraphs", nil, composition.NoQueries},
		{"no SDL", []composition.Subgraph{{Name: "a"}}, composition.NoQueries},
		{"no name", []composition.Subgraph{{SDL: "type Query { a: Int }"}}, composition.InvalidSubgraphName},
		{"same name twice", []composition.Subgraph{{Name: "a", SDL: "type Query { a: Int }"}, {Name: "a", SDL: "type Query { b: Int }"}}, composition.InvalidSubgraphName},
		{"not UTF-8", one("type Query { a: \xff\xfe }"), composition.InvalidGraphQL},
		{"nested list types", one("type Query { a: " + strings.Repeat("[", 100_000) + "Int" + strings.Repeat("]", 100_000) + " }"), composition.InvalidGraphQL},
		{"nested values", one("type Query { a(x: Int = " + strings.Repeat("[", 100_000) + "): Int }"), composition.InvalidGraphQL},
		{"nested key", one(link + "type Query { a: T }\ntype T @key(fields: \"" + strings.Repeat("t {", 100_000) + "\") { t: T }"), composition.KeyInvalidFields},
		{"large enum", one("type Query { a: E }\nenum E { " + many(50_000, "V%d ") + "}"), ""},
		{"large input", one("type Query { a(i: I): Int }\ninput I { " + many(20_000, "v%d: Int\n") + "}"), ""},
		{"large union", one(link + "type Query { a: U }\nunion U = " + strings.TrimPrefix(many(3_000, "| T%d "), "|") + "\n" + many(3_000, "type T%d { x: Int }\n")), ""},
		{"many implementations", one(link + "type Query { a: I }\ninterface I { x: I }\n" + many(3_000, "type T%d implements I { x: I }\n")), ""},
		{"conditions that multiply", one(link + "type Query { a: I }\ninterface I { x: Int }\n" + many(40, "type T%[1]d implements I { x: Int @requiresScopes(scopes: [[\"a%[1]d\"], [\"b%[1]d\"]]) }\n")), composition.DirectiveCompositionError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			_, err := composition.Compose(tt.subs)
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
			var errs composition.Errors
			switch {
			case tt.code == "" && err != nil:
				t.Errorf("got %.500v", err)
			case tt.code != "" && (!errors.As(err, &errs) || errs[0].Code != tt.code):
				t.Errorf("got %.500v, want %s", err, tt.code)
			}
		})
	}
}

// TestManyLabels: every label of a progressive override doubles the ways through the graph, and a monolith
// that is being taken apart has many.
func TestManyLabels(t *testing.T) {
	var a, b strings.Builder
	a.WriteString(link + "type Query { t: T0 }\n")
	b.WriteString(link)
	for i := range 40 {
		fmt.Fprintf(&a, "type T%d @key(fields: \"id\") { id: ID! n: T%d m: T%d }\n", i, (i+1)%40, (i+7)%40)
		fmt.Fprintf(&b, "type T%d @key(fields: \"id\") { id: ID! n: T%d @override(from: \"a\", label: \"l%d\") }\n", i, (i+1)%40, i)
	}
	start := time.Now()
	if _, err := composition.Compose([]composition.Subgraph{{Name: "a", SDL: a.String()}, {Name: "b", SDL: b.String()}}); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("took %v", d)
	}
}

func one(sdl string) []composition.Subgraph { return []composition.Subgraph{{Name: "a", SDL: sdl}} }

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
