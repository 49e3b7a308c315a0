package shadow_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/internal/scenario"
	"github.com/ficusgraph/ficus/rollout/shadow"
)

const contract = `
type Query { site(id: ID!, in: Where): Site sites(first: Int = 10, ids: [ID!]): [Site!] node(id: ID!): Node search(text: JSON): [Found] now: String }
input Where { city: String tags: [String!] size: Size within: Where }
enum Size { SMALL LARGE }
scalar JSON
interface Node { id: ID! health: Health }
union Found = Site | Owner
type Site implements Node { id: ID! name: String health(at: String): Health owner: Owner tracked: Int }
type Owner implements Node { id: ID! mail: String! health: Health sites(first: Int): [Site!] }
type Health { status: String load: Float checks(last: Int): [Check!] }
type Check { at: String ok: Boolean }
`

// TestWhatIsLeftOfAnOperation: only what leads to what moves, with keys on the way, and without values in the text.
func TestWhatIsLeftOfAnOperation(t *testing.T) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: contract})
	if err != nil {
		t.Fatal(err)
	}
	g := &shadow.Graph{API: schema, Keys: map[string][][]string{"Site": {{"id"}}, "Owner": {{"id"}, {"mail"}}}}
	scenario.Each(t, "testdata/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		query := scenario.Section(a, "query")
		text, places, values, err := g.Prune(query, strings.TrimSpace(scenario.Section(a, "operation")),
			strings.Fields(scenario.Section(a, "moved")), strings.Fields(scenario.Section(a, "side effects")), scenario.Section(a, "variables"))
		if err != nil {
			t.Fatal(err)
		}
		if text != "" {
			if _, err := gqlparser.LoadQuery(schema, text); err != nil {
				t.Errorf("what is left is not valid: %v\n%s", err, text)
			}
		}
		return scenario.With(a, func(section string) (string, bool) {
			switch section {
			case "pruned":
				return text, true
			case "places":
				return places, true
			case "values":
				return values + "\n", true
			}
			return "", false
		})
	})
}

// TestAnOperationThatIsTooLargeIsLeftAlone: by its text, by what is in it, by fragments that make much of little.
func TestAnOperationThatIsTooLargeIsLeftAlone(t *testing.T) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: contract})
	if err != nil {
		t.Fatal(err)
	}
	g := &shadow.Graph{API: schema}
	doubling := "{ sites { ...F0 } }"
	for i := range 20 {
		n := string(rune('a' + i))
		doubling += " fragment F" + []string{n, "0"}[b(i == 0)] + " on Site { ...F" + string(rune('b'+i)) + " ...F" + string(rune('b'+i)) + " }"
	}
	for _, query := range []string{
		"{ " + strings.Repeat("site(id: 1) { health { status } } ", 10_000) + "}",
		"{ sites { " + strings.Repeat("health{load}", 4_000) + " } }",
		doubling + " fragment Fu on Site { health { load } }",
		"{ sites { ...L } } fragment L on Site { owner { sites { ...L } } health { load } }",
	} {
		if text, _, _, err := g.Prune(query, "", []string{"Site.health"}, nil, ""); err == nil {
			t.Errorf("%.60s is compared: %.100s", query, text)
		}
	}
}

func b(v bool) int {
	if v {
		return 1
	}
	return 0
}
