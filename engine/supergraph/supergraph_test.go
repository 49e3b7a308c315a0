package supergraph_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/formatter"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// TestScenarios reads the supergraph of each scenario and compares what its sections name: the joins, the
// API schema, or the error. UPDATE=1 rewrites them.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := sections(string(archive.Files[0].Data))
			for i, section := range archive.Files[1:] {
				text := got(section.Name)
				if os.Getenv("UPDATE") != "" {
					archive.Files[i+1].Data = []byte(text)
				} else if diff := cmp.Diff(string(section.Data), text); diff != "" {
					t.Errorf("%s (-want +got):\n%s", section.Name, diff)
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

// sections gives the text of a scenario's section by its name.
func sections(sdl string) func(name string) string {
	sg, err := supergraph.Read("supergraph.graphql", sdl)
	return func(name string) string {
		switch {
		case name == "error" && err != nil:
			return err.Error() + "\n"
		case err != nil:
			return "error: " + err.Error() + "\n"
		case name == "joins":
			return sg.String()
		case name == "api":
			var b strings.Builder
			formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchema(sg.API)
			return b.String()
		default:
			return "no such section; there are joins, api, error\n"
		}
	}
}
