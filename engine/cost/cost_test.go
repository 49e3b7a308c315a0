package cost_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/cost"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/scenario"
)

// TestCosts estimates the operations of each file of testdata. Its section graph is one subgraph; any other is an
// operation, perhaps after a line `variables: {..}`, and after `=>` what it costs where an unknown list has 10 elements.
func TestCosts(t *testing.T) {
	scenario.Each(t, "testdata/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		out := &txtar.Archive{Comment: a.Comment, Files: a.Files[:1]}
		graph := compose(t, string(a.Files[0].Data))
		for _, f := range a.Files[1:] {
			input, _, _ := strings.Cut(string(f.Data), "=>\n")
			out.Files = append(out.Files, txtar.File{Name: f.Name, Data: []byte(input + "=>\n" + estimate(t, graph, input) + "\n")})
		}
		return out
	})
}

func compose(t *testing.T, sdl string) *supergraph.Supergraph {
	t.Helper()
	composed, err := composition.Compose([]composition.Subgraph{{Name: "a", URL: "http://a", SDL: sdl}})
	if err != nil {
		t.Fatal(err)
	}
	graph, err := supergraph.Read("supergraph", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

func estimate(t *testing.T, graph *supergraph.Supergraph, input string) string {
	t.Helper()
	variables := "{}"
	if line, rest, _ := strings.Cut(input, "\n"); strings.HasPrefix(line, "variables: ") {
		variables, input = strings.TrimPrefix(line, "variables: "), rest
	}
	doc, err := operation.Parse(graph.API, input, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := doc.Operation("")
	if err != nil {
		t.Fatal(err)
	}
	values, err := prepared.Coerce([]byte(variables))
	if err != nil {
		t.Fatal(err)
	}
	mask, err := prepared.Mask(values)
	if err != nil {
		t.Fatal(err)
	}
	op, err := prepared.Decide(mask)
	if err != nil {
		t.Fatal(err)
	}
	n, err := cost.New(graph, op, 10).Of(values)
	if err != nil {
		return fmt.Sprintf("%d, %v", n, err)
	}
	return fmt.Sprint(n)
}
