package universe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/internal/universe"
)

// TestADirectiveOfEachKindIsDrawn, or the tests that stand on random graphs would say nothing of it.
func TestADirectiveOfEachKindIsDrawn(t *testing.T) {
	var all strings.Builder
	for seed := range uint64(60) {
		g := universe.New(seed, universe.Options{})
		for _, s := range g.Subgraphs {
			all.WriteString(g.SDL(s.ID))
		}
	}
	for _, text := range []string{
		`@key(fields: "area code")`, `@key(fields: "spec { mark }")`, `@key(fields: "parent { id } no")`, "resolvable: false",
		"@shareable", "@external", "@requires(", "@provides(", "@provides(fields: \"... on ", "@override(", "label:", "@inaccessible", "@interfaceObject",
		"extend type", "interface ", "union ", "schema { query: Root mutation: Changes }", "@fed__key", "[[", "= SLOW", "Split",
	} {
		if !strings.Contains(all.String(), text) {
			t.Errorf("no graph has %s", text)
		}
	}
}

func TestASeedIsAlwaysTheSameGraphAndOperation(t *testing.T) {
	text := func() string {
		g := universe.New(7, universe.Options{})
		m, err := universe.NewMonolith(g)
		if err != nil {
			t.Fatal(err)
		}
		op := m.Operation(3)
		answer, err := m.Answer(op)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(g.SDL(0), g.API(), op.Text, answer)
	}
	if first, second := text(), text(); first != second {
		t.Error("two graphs of one seed")
	}
}

// TestSubgraphsRefuse what a service could not answer. The graph is that of seed 1, as its schemas say.
func TestSubgraphsRefuse(t *testing.T) {
	g := universe.New(1, universe.Options{})
	all, err := universe.NewSubgraphs(g)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(body string) []string {
		all.Begin(nil)
		r := &executor.Request{Fetch: &queryplan.Fetch{Subgraph: g.Subgraphs[0].Name}, Body: []byte(body)}
		if _, err := all.Fetch(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		return all.Violations()
	}
	if v := ask(`{"query":"{__typename}"}`); len(v) > 0 {
		t.Error(v)
	}
	entities := `{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}","variables":{"r":[%s]}}`
	for name, body := range map[string]string{
		"no JSON":                  "{",
		"an unknown field":         `{"query":"{nope}"}`,
		"an unknown type":          fmt.Sprintf(entities, `{"__typename":"Nope"}`),
		"no type":                  fmt.Sprintf(entities, `{"id":"1"}`),
		"an entity without a key":  fmt.Sprintf(entities, `{"__typename":"Entity7"}`),
		"an entity that is nobody": fmt.Sprintf(entities, `{"__typename":"Entity7","id":"x","sku":"x","area":1,"code":"x","spec":{"mark":"x"}}`),
	} {
		if len(ask(body)) == 0 {
			t.Errorf("%s was not refused", name)
		}
	}
}

func TestDifferencesAreSeen(t *testing.T) {
	want := universe.Answer{Data: `{"a":[{"b":null},null]}`, Errors: []universe.Path{{"a", 0, "b"}, {"a", 1, "c"}, {"a", 1, "d"}}}
	for _, test := range []struct {
		name string
		have universe.Answer
		same bool
	}{
		{"the same", want, true},
		{"one error for a null is enough", universe.Answer{Data: want.Data, Errors: []universe.Path{{"a", 0.0, "b"}, {"a", 1.0, "d"}}}, true},
		{"a null without an error", universe.Answer{Data: want.Data, Errors: want.Errors[1:]}, false},
		{"an error elsewhere", universe.Answer{Data: want.Data, Errors: append([]universe.Path{{"a", 0, "x"}}, want.Errors...)}, false},
		{"other data", universe.Answer{Data: `{"a":[{"b":1},null]}`, Errors: want.Errors}, false},
		{"another change", universe.Answer{Data: want.Data, Errors: want.Errors, Changes: []string{"x"}}, false},
	} {
		if got := universe.Differences(test.have, want); (len(got) == 0) != test.same {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
