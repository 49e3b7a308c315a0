package mocks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/scenario"
	"github.com/ficusgraph/ficus/mocks"
)

// TestSplitScenarios splits the supergraph of each scenario by its missing coordinates and compares the other
// sections: what goes along, the joins, or the error. UPDATE=1 rewrites them.
func TestSplitScenarios(t *testing.T) {
	scenario.Each(t, "testdata/split/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		sg, missing := read(t, string(a.Files[0].Data)), coordinates(string(a.Files[1].Data))
		before := sg.String()
		out := scenario.With(a, func(section string) (string, bool) {
			return splitSection(sg, missing, section), section != a.Files[0].Name && section != a.Files[1].Name
		})
		if diff := cmp.Diff(before, sg.String()); diff != "" {
			t.Errorf("the graph that was given has changed: %s", diff)
		}
		return out
	})
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
