package introspection_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/introspection"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

func load(t testing.TB, sdl string) *ast.Schema {
	t.Helper()
	api, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// selections is what the planner makes of a query.
func selections(t testing.TB, api *ast.Schema, query string) []*queryplan.Selection {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	return convert(api, doc, api.Query, doc.Operations[0].SelectionSet)
}

func convert(api *ast.Schema, doc *ast.QueryDocument, parent *ast.Definition, set ast.SelectionSet) []*queryplan.Selection {
	var out []*queryplan.Selection
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			sel := &queryplan.Selection{Name: s.Alias, Field: s.Name, Parent: parent.Name}
			for _, a := range s.Arguments {
				sel.Arguments = append(sel.Arguments, &queryplan.Argument{Name: a.Name, Value: a.Value})
			}
			if def := parent.Fields.ForName(s.Name); def != nil {
				sel.Type = def.Type
				sel.Selections = convert(api, doc, api.Types[def.Type.Name()], s.SelectionSet)
			}
			out = append(out, sel)
		case *ast.InlineFragment:
			on := api.Types[s.TypeCondition]
			out = append(out, &queryplan.Selection{On: on.Name, Selections: convert(api, doc, on, s.SelectionSet)})
		case *ast.FragmentSpread:
			f := doc.Fragments.ForName(s.Name)
			on := api.Types[f.TypeCondition]
			out = append(out, &queryplan.Selection{On: on.Name, Selections: convert(api, doc, on, f.SelectionSet)})
		}
	}
	return out
}

func execute(t testing.TB, api *ast.Schema, query, variables string) ([]byte, error) {
	t.Helper()
	return introspection.New(api).Execute(selections(t, api, query), []byte(variables))
}

// TestScenarios answers the query of each file in testdata; UPDATE=1 rewrites the answers.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := func(name string) string {
				for _, f := range archive.Files {
					if f.Name == name {
						return string(f.Data)
					}
				}
				return ""
			}
			body, err := execute(t, load(t, part("schema.graphql")), part("query.graphql"), part("variables.json"))
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, body, "", "  "); err != nil {
				t.Fatalf("%v in %s", err, body)
			}
			got.WriteByte('\n')
			if os.Getenv("UPDATE") != "" {
				archive.Files[len(archive.Files)-1] = txtar.File{Name: "response.json", Data: got.Bytes()}
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(part("response.json"), got.String()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestAnswerIsBounded(t *testing.T) {
	var sdl, query strings.Builder
	sdl.WriteString("type Query {")
	query.WriteString("{ __schema { types {")
	for i := range 200 {
		name := string(rune('a'+i%26)) + strings.Repeat("x", 1+i/26)
		sdl.WriteString(" " + name + ": Query")
		query.WriteString(" " + name + ": fields { name type { " + name + ": fields { name description } } }")
	}
	sdl.WriteString("}")
	query.WriteString("} } }")
	_, err := execute(t, load(t, sdl.String()), query.String(), "")
	if !errors.Is(err, introspection.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkWholeSchema(b *testing.B) {
	api := load(b, "type Query { a(x: Int = 1): String b: [Query!]! } enum E { A B } input I { e: E = A }")
	schema := introspection.New(api)
	set := selections(b, api, "{ __schema { types { kind name description fields(includeDeprecated: true) { name args { name defaultValue type { name ofType { name } } } } } } }")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := schema.Execute(set, nil); err != nil {
			b.Fatal(err)
		}
	}
}
