package composition_test

import (
	"path/filepath"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/composition"
)

// FuzzCompose: whatever two subgraphs say, there is a supergraph that parses, or an error; never a crash.
func FuzzCompose(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var sdl []string
		for _, s := range a.Files {
			if filepath.Ext(s.Name) == ".graphql" {
				sdl = append(sdl, string(s.Data))
			}
		}
		f.Add(sdl[0], sdl[len(sdl)-1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		res, err := composition.Compose([]composition.Subgraph{{Name: "a", SDL: a}, {Name: "b", SDL: b}})
		if err != nil {
			return
		}
		for _, sdl := range []string{res.SupergraphSDL, res.APISchemaSDL} {
			if _, err := parser.ParseSchema(&ast.Source{Input: sdl}); err != nil {
				t.Fatalf("%v\n%s\n--\n%s\n--\n%s", err, a, b, sdl)
			}
		}
	})
}
