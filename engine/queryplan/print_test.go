package queryplan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// outline is a plan's text without what is fetched.
func outline(p *queryplan.Plan) string {
	var out []string
	for _, line := range strings.Split(p.String(), "\n") {
		for _, word := range []string{"Sequence", "Parallel", "Flatten", "Fetch"} {
			if strings.HasPrefix(strings.TrimSpace(line), word) {
				out = append(out, strings.TrimSuffix(line, " {"))
			}
		}
	}
	return strings.Join(out, "\n")
}

func TestPlansArePrintedAsFarAsDependenciesAllow(t *testing.T) {
	chain := func(deps ...[]int) *queryplan.Plan {
		p := &queryplan.Plan{}
		for i, d := range deps {
			p.Fetches = append(p.Fetches, &queryplan.Fetch{ID: i, Subgraph: string(rune('a' + i)), DependsOn: d})
		}
		return p
	}
	for _, c := range []struct {
		name string
		plan *queryplan.Plan
		want string
	}{
		{"nothing", chain(), ""},
		{"one", chain(nil), `  Fetch(service: "a")`},
		{"a chain", chain(nil, []int{0}, []int{1}), `  Sequence
    Fetch(service: "a")
    Fetch(service: "b")
    Fetch(service: "c")`},
		{"a diamond", chain(nil, []int{0}, []int{0}, []int{1, 2}), `  Sequence
    Fetch(service: "a")
    Parallel
      Fetch(service: "b")
      Fetch(service: "c")
    Fetch(service: "d")`},
		{"two chains", chain(nil, []int{0}, nil, []int{2}), `  Parallel
    Sequence
      Fetch(service: "a")
      Fetch(service: "b")
    Sequence
      Fetch(service: "c")
      Fetch(service: "d")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, outline(c.plan)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRepresentationsAndPathsArePrinted(t *testing.T) {
	f := &queryplan.Fetch{
		Subgraph: "b",
		Path:     queryplan.Path{{Name: "media"}, {Name: queryplan.List, Types: []string{"Book", "Film"}}},
		Also:     []queryplan.Target{{Path: queryplan.Path{{Name: "top"}}}},
		Representations: []*queryplan.Representation{{
			Types: []string{"Book"}, Typename: "Media",
			Fields: []*queryplan.Input{{Name: "id", From: "_0_id"}, {Name: "by", From: "by", Fields: []*queryplan.Input{{Name: "name", From: "name", On: []string{"Person"}}}}},
		}},
		Selections: []*queryplan.Selection{{On: "Media", Selections: []*queryplan.Selection{{Name: "stars", Field: "rating"}}}},
	}
	want := `QueryPlan {
  Flatten(paths: ["media.@|[Book,Film]", "top"]) {
    Fetch(service: "b") {
      {
        ... on Book {
          __typename: "Media"
          id: _0_id
          by {
            ... on Person { name }
          }
        }
      } =>
      {
        ... on Media {
          stars: rating
        }
      }
    }
  }
}
`
	if diff := cmp.Diff(want, (&queryplan.Plan{Fetches: []*queryplan.Fetch{f}}).String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
