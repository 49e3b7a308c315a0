package composition_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/internal/scenario"
)

// TestScenarios composes the subgraphs of each file in testdata and compares what comes out with the file's
// own sections: errors, or the supergraph (less the definitions that are the same in all), the API schema
// where it is asked for, and hints. UPDATE=1 rewrites them.
func TestScenarios(t *testing.T) {
	scenario.Each(t, "testdata/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		var subs []composition.Subgraph
		got := &txtar.Archive{Comment: a.Comment}
		wantAPI := false
		for _, f := range a.Files {
			name, isSDL := strings.CutSuffix(f.Name, ".graphql")
			wantAPI = wantAPI || f.Name == "api"
			if isSDL {
				subs = append(subs, composition.Subgraph{Name: name, URL: "http://" + name, SDL: string(f.Data), File: f.Name})
				got.Files = append(got.Files, f)
			}
		}
		got.Files = append(got.Files, outcome(t, subs, wantAPI)...)
		return got
	})
}

func outcome(t *testing.T, subs []composition.Subgraph, api bool) []txtar.File {
	t.Helper()
	res, err := composition.Compose(subs)
	if err != nil {
		var errs composition.Errors
		if !errors.As(err, &errs) {
			t.Fatalf("error is %T, want composition.Errors", err)
		}
		return []txtar.File{{Name: "errors", Data: []byte(err.Error() + "\n")}}
	}
	again, err := composition.Compose(subs)
	if err != nil || again.SupergraphSDL != res.SupergraphSDL {
		t.Error("composing the same subgraphs again gave another supergraph")
	}
	out := []txtar.File{{Name: "supergraph", Data: []byte(essence(res.SupergraphSDL))}}
	if api {
		out = append(out, txtar.File{Name: "api", Data: []byte(res.APISchemaSDL)})
	}
	var hints bytes.Buffer
	for _, h := range res.Hints {
		hints.WriteString(h.String() + "\n")
	}
	if hints.Len() > 0 {
		out = append(out, txtar.File{Name: "hints", Data: hints.Bytes()})
	}
	return out
}

// essence leaves out of a supergraph what the join and link specifications add to every one.
func essence(sdl string) string {
	var out []string
	for block := range strings.SplitSeq(strings.TrimSuffix(sdl, "\n"), "\n\n") {
		head, _, _ := strings.Cut(block, "{")
		switch {
		case strings.HasPrefix(block, "directive @join__"), strings.HasPrefix(block, "directive @link("),
			strings.Contains(head, "join__") && !strings.Contains(head, "@") && !strings.HasPrefix(block, "schema"),
			strings.Contains(block, "link__Import") && strings.HasPrefix(block, "scalar"),
			strings.HasPrefix(block, "enum link__Purpose"), strings.HasPrefix(block, "  \"\"\"\n  `EXECUTION`"):
			continue
		}
		out = append(out, block)
	}
	return strings.Join(out, "\n\n") + "\n"
}
