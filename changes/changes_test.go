package changes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/changes"
)

func load(t *testing.T, name, sdl string) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestScenarios compares the two schemas of each scenario.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range a.Files {
				parts[f.Name] = string(f.Data)
			}
			var b strings.Builder
			for _, c := range changes.Compare(load(t, "old", parts["old.graphql"]), load(t, "new", parts["new.graphql"])) {
				b.WriteString(c.Severity.String() + " " + c.Code + " " + c.Coordinate + ": " + c.Message + "\n")
			}
			if os.Getenv("UPDATE") != "" {
				rewrite(t, file, a, b.String())
			} else if diff := cmp.Diff(parts["changes"], b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// rewrite replaces the changes of a scenario, which come last.
func rewrite(t *testing.T, file string, a *txtar.Archive, text string) {
	t.Helper()
	if last := len(a.Files) - 1; a.Files[last].Name == "changes" {
		a.Files = a.Files[:last]
	}
	a.Files = append(a.Files, txtar.File{Name: "changes", Data: []byte(text)})
	if err := os.WriteFile(file, txtar.Format(a), 0o600); err != nil {
		t.Fatal(err)
	}
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
