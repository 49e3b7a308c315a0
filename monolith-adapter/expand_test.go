package monolith_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// TestExpansion expands the schemas of each scenario in testdata/expand. The section `expanded` is what each
// connector knows of the graph, `errors` what is wrong with the connectors. UPDATE=1 rewrites them.
func TestExpansion(t *testing.T) {
	scenarios(t, "testdata/expand/*.txtar", func(t *testing.T, a *txtar.Archive) map[string]string {
		sg, connectors, err := expanded(t, a)
		if err != nil {
			return map[string]string{"errors": err.Error() + "\n"}
		}
		out := map[string]string{"expanded": sg.String()}
		if w := append(warnings(t, a), connectors.Warnings...); len(w) > 0 {
			out["warnings"] = w.Error() + "\n"
		}
		return out
	})
}

// warnings are those of all schemas of a scenario.
func warnings(t *testing.T, a *txtar.Archive) monolith.Errors {
	t.Helper()
	var out monolith.Errors
	for _, f := range a.Files {
		if name, ok := strings.CutSuffix(f.Name, ".graphql"); ok {
			list, err := monolith.Inspect(name, f.Name, string(f.Data))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, list...)
		}
	}
	return out
}

// scenarios runs each file, and compares or rewrites the sections that run gives.
func scenarios(t *testing.T, pattern string, run func(*testing.T, *txtar.Archive) map[string]string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios in %s: %v", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := run(t, archive)
			for i, section := range archive.Files {
				text, ok := got[section.Name]
				delete(got, section.Name)
				switch {
				case !ok:
				case os.Getenv("UPDATE") != "":
					archive.Files[i].Data = []byte(text)
				default:
					if diff := cmp.Diff(string(section.Data), text); diff != "" {
						t.Errorf("%s (-want +got):\n%s", section.Name, diff)
					}
				}
			}
			for _, name := range slices.Sorted(maps.Keys(got)) {
				text := got[name]
				if os.Getenv("UPDATE") != "" {
					archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
				} else {
					t.Errorf("unexpected %s:\n%s", name, text)
				}
			}
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// expanded checks, composes and expands the schemas of a scenario: all its sections that end in .graphql.
func expanded(t testing.TB, a *txtar.Archive) (*supergraph.Supergraph, *monolith.Connectors, error) {
	t.Helper()
	var subgraphs []composition.Subgraph
	for _, f := range a.Files {
		if name, ok := strings.CutSuffix(f.Name, ".graphql"); ok {
			if err := monolith.Check(name, f.Name, string(f.Data)); err != nil {
				return nil, nil, err
			}
			sdl, err := monolith.Declare(name, f.Name, string(f.Data))
			if err != nil {
				t.Fatal(err)
			}
			subgraphs = append(subgraphs, composition.Subgraph{Name: name, File: f.Name, SDL: sdl})
		}
	}
	result, err := composition.Compose(subgraphs)
	if err != nil {
		t.Fatalf("composition: %v", err)
	}
	sg, err := supergraph.Read("supergraph.graphql", result.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	return monolith.Expand(sg)
}
