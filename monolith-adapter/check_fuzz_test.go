package monolith_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// FuzzSchemas: no schema makes a panic of its check, nor of its expansion if it composes.
func FuzzSchemas(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if sdl := section(a, "legacy.graphql"); sdl != "" {
			f.Add(sdl)
		}
	}
	f.Fuzz(func(t *testing.T, sdl string) {
		if len(sdl) > 1<<14 || monolith.Check("legacy", "legacy.graphql", sdl) != nil {
			return
		}
		declared, err := monolith.Declare("legacy", "legacy.graphql", sdl)
		if err != nil {
			t.Fatalf("checked, and not declared: %v", err)
		}
		composed, err := composition.Compose([]composition.Subgraph{{Name: "legacy", SDL: declared}})
		if err != nil {
			return
		}
		sg, err := supergraph.Read("supergraph.graphql", composed.SupergraphSDL)
		if err != nil {
			t.Fatal(err)
		}
		_, _, _ = monolith.Expand(sg)
	})
}
