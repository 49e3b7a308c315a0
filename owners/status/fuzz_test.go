package status_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/owners/status"
)

// FuzzTeams: whatever is in an owners file, it is read, or refused by errors that name the file.
func FuzzTeams(f *testing.F) {
	sg := contractOf(txtar.Parse([]byte("-- subgraphs/a.graphql --\ntype Query { x: Int y: T }\ntype T { z: Int }\n")))
	for _, seed := range []string{
		"", "\"*\": a", "Query.x: a\nT: b # c\n", "subgraph:a: {}", "- a", "*: b", "&x T: y", "? [a]\n: b", "T: |\n  a\n", "---\nT: a\n---\nQuery: b", "T: *x", "!!str T: a", "T.*: a\n<<: {}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		teams, err := status.ReadTeams("OWNERS.yaml", text, sg)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if line == "" {
					t.Errorf("an empty line in %q", err)
				}
			}
			if !strings.HasPrefix(err.Error(), "OWNERS.yaml:") {
				t.Errorf("%q does not name the file", err)
			}
			return
		}
		for _, name := range teams.Names() {
			if name == "" {
				t.Error("a team without a name")
			}
		}
		teams.Owner("a", "T", "z")
	})
}
