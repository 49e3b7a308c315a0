package mocks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// TestSplitScenarios splits the supergraph of each scenario by its missing coordinates and compares the other
// sections: what goes along, the joins, or the error. UPDATE=1 rewrites them.
func TestSplitScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/split/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sg := read(t, string(archive.Files[0].Data))
			before := sg.String()
			for i, section := range archive.Files[2:] {
				text := splitSection(sg, coordinates(string(archive.Files[1].Data)), section.Name)
				if os.Getenv("UPDATE") != "" {
					archive.Files[i+2].Data = []byte(text)
				} else if diff := cmp.Diff(string(section.Data), text); diff != "" {
					t.Errorf("%s (-want +got):\n%s", section.Name, diff)
				}
			}
			if diff := cmp.Diff(before, sg.String()); diff != "" {
				t.Errorf("the graph that was given has changed: %s", diff)
			}
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func coordinates(text string) []mocks.Coordinate {
	var out []mocks.Coordinate
	for line := range strings.Lines(text) {
		subgraph, c, _ := strings.Cut(strings.TrimSpace(line), " ")
		typ, field, _ := strings.Cut(c, ".")
		out = append(out, mocks.Coordinate{Subgraph: subgraph, Type: typ, Field: field})
	}
	return out
}

func splitSection(sg *supergraph.Supergraph, missing []mocks.Coordinate, name string) string {
	var b strings.Builder
	along, err := mocks.Along(sg, missing)
	for _, c := range along {
		b.WriteString(c.Subgraph + " " + c.String() + "\n")
	}
	split, splitErr := mocks.Split(sg, missing)
	switch {
	case name == "error" && err != nil && splitErr != nil && err.Error() == splitErr.Error():
		return err.Error() + "\n"
	case err != nil || splitErr != nil:
		return "error\n"
	case name == "along":
		return b.String()
	case name == "joins":
		return split.String()
	}
	return "no such section; there are along, joins, error\n"
}
