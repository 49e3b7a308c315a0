package supergraph_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/formatter"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/scenario"
)

// TestScenarios reads the supergraph of each scenario and compares what its sections name: the joins, the
// API schema, or the error. UPDATE=1 rewrites them.
func TestScenarios(t *testing.T) {
	scenario.Each(t, "testdata/*.txtar", func(_ *testing.T, a *txtar.Archive) *txtar.Archive {
		given := a.Files[0]
		text := sections(string(given.Data))
		return scenario.With(a, func(section string) (string, bool) { return text(section), section != given.Name })
	})
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
