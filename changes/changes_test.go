package changes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/changes"
	"github.com/ficusgraph/ficus/internal/scenario"
)

func load(t *testing.T, name, sdl string) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestScenarios compares the two schemas of each scenario. UPDATE=1 rewrites the changes.
func TestScenarios(t *testing.T) {
	scenario.Each(t, "testdata/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		old, is := load(t, "old", scenario.Section(a, "old.graphql")), load(t, "new", scenario.Section(a, "new.graphql"))
		var b strings.Builder
		for _, c := range changes.Compare(old, is) {
			b.WriteString(c.Severity.String() + " " + c.Code + " " + c.Coordinate + ": " + c.Message + "\n")
		}
		return scenario.With(a, func(section string) (string, bool) { return b.String(), section == "changes" })
	})
}

func TestOperationsThatBreakAreNamed(t *testing.T) {
	old := load(t, "old", `type Query { a: Int b(x: Int): Int }`)
	is := load(t, "new", `type Query { b(x: Int!): Int }`)
	got := changes.Operations(old, is, []changes.Saved{
		{Name: "fine", Text: `{ b(x: 1) }`},
		{Name: "gone", Text: "{\n  a\n}"},
		{Name: "required", Text: `{ b }`},
		{Name: "never valid", Text: `{ c }`},
	})
	want := []changes.Broken{
		{Name: "gone", Errors: []string{`2:3: Cannot query field "a" on type "Query". Did you mean "b"?`}},
		{Name: "required", Errors: []string{`1:3: Field "b" argument "x" of type "Int!" is required, but it was not provided.`}},
		{Name: "never valid", Errors: []string{`1:3: Cannot query field "c" on type "Query". Did you mean "b"?`}, Before: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
