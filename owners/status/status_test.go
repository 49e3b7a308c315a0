package status_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/internal/scenario"
	"github.com/ficusgraph/ficus/owners/contract"
	"github.com/ficusgraph/ficus/owners/status"
)

// TestReports: a file has the subgraphs' schemas, what is lacking or contradicts, an owners file and saved operations,
// and the report on them.
func TestReports(t *testing.T) {
	scenario.Each(t, "testdata/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		facts, err := read(t, a)
		return scenario.With(a, func(section string) (string, bool) {
			switch section {
			case "report":
				if err != nil {
					return "", true
				}
				return show(status.Of(facts), status.OperationsOf(facts, saved(a))), true
			case "errors":
				if err == nil {
					return "", true
				}
				return err.Error() + "\n", true
			}
			return "", false
		})
	})
}

// read makes the facts of a scenario; the error is the owners file's.
func read(t *testing.T, a *txtar.Archive) (status.Facts, error) {
	t.Helper()
	facts := status.Facts{Contract: compose(t, a)}
	mocked, missing := map[string][]string{}, map[string][]string{}
	for line := range strings.Lines(scenario.Section(a, "lacking")) {
		var state, subgraph, coordinate string
		if _, err := fmt.Sscan(line, &state, &subgraph, &coordinate); err != nil {
			t.Fatalf("lacking: %q: %v", line, err)
		}
		of := map[string]map[string][]string{"mocked": mocked, "missing": missing}[state]
		of[subgraph] = append(of[subgraph], coordinate)
	}
	for line := range strings.Lines(scenario.Section(a, "contradictions")) {
		var subgraph, coordinate string
		if _, err := fmt.Sscan(line, &subgraph, &coordinate); err != nil {
			t.Fatalf("contradictions: %q: %v", line, err)
		}
		facts.Contradictions = append(facts.Contradictions, contract.Contradiction{Subgraph: subgraph, Coordinate: coordinate})
	}
	for _, g := range facts.Contract.Subgraphs {
		s := status.Subgraph{Subgraph: g.Name, Owner: "service"}
		facts.Subgraphs = append(facts.Subgraphs, s.Count(facts.Contract, mocked[g.Name], missing[g.Name], facts.Contradictions))
	}
	var err error
	if text := scenario.Section(a, "OWNERS.yaml"); text != "" {
		facts.Teams, err = status.ReadTeams("OWNERS.yaml", text, facts.Contract)
	}
	return facts, err
}

func compose(t *testing.T, a *txtar.Archive) *supergraph.Supergraph {
	t.Helper()
	var list []composition.Subgraph
	for _, f := range a.Files {
		if name, is := strings.CutSuffix(f.Name, ".graphql"); is && !strings.Contains(name, "/") {
			list = append(list, composition.Subgraph{Name: name, SDL: string(f.Data), File: f.Name, URL: "http://" + name})
		}
	}
	composed, err := composition.Compose(list)
	if err != nil {
		t.Fatal(err)
	}
	sg, err := supergraph.Read("supergraph", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	return sg
}

func saved(a *txtar.Archive) []status.Saved {
	var out []status.Saved
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, "operations/") {
			out = append(out, status.Saved{Name: f.Name, Text: string(f.Data)})
		}
	}
	return out
}

// show is a report in lines.
func show(r *status.Report, o *status.Operations) string {
	var b strings.Builder
	counts := func(name string, implemented int, lists ...[]string) {
		fmt.Fprintf(&b, "%s: %d implemented, mocked %v, missing %v, contradicting %v\n", name, implemented, lists[0], lists[1], lists[2])
	}
	for _, s := range r.Subgraphs {
		counts("subgraph "+s.Subgraph, s.Implemented, s.Mocked, s.Missing, s.Contradicting)
	}
	for _, t := range r.Teams {
		counts("team "+t.Team, t.Implemented, t.Mocked, t.Missing, t.Contradicting)
	}
	for _, t := range r.Types {
		for _, f := range t.Fields {
			fmt.Fprintf(&b, "%s.%s: %s in %s, of %q, also %v\n", t.Name, f.Name, f.State, f.Subgraph, f.Team, f.Also)
		}
	}
	for _, one := range o.List {
		fmt.Fprintln(&b, one)
	}
	if o.Total > 0 {
		fmt.Fprintf(&b, "%d of %d, %.2f\n", o.Ready, o.Total, o.Share)
	}
	return b.String()
}

// TestTheJSONIsStable: pipelines and the page read it.
func TestTheJSONIsStable(t *testing.T) {
	a := txtar.Parse([]byte("-- a.graphql --\ntype Query { x: Int y: Int }\n-- lacking --\nmocked a Query.y\n-- OWNERS.yaml --\n\"*\": core\n-- operations/o --\nquery O { y }\n"))
	facts, err := read(t, a)
	if err != nil {
		t.Fatal(err)
	}
	r := status.Of(facts)
	r.Operations = status.OperationsOf(facts, saved(a))
	got, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"subgraphs":[{"subgraph":"a","owner":"service","implemented":1,"mocked":["Query.y"],"missing":[],"contradicting":[]}],` +
		`"teams":[{"team":"core","implemented":1,"mocked":["Query.y"],"missing":[],"contradicting":[]}],` +
		`"types":[{"name":"Query","kind":"OBJECT","fields":[{"name":"x","subgraph":"a","owner":"service","team":"core","state":"implemented"},{"name":"y","subgraph":"a","owner":"service","team":"core","state":"mocked"}]}],` +
		`"contradictions":[],` +
		`"operations":{"total":1,"ready":0,"share":0,"list":[{"name":"operations/o","operation":"O","state":"mocked","mocked":["Query.y"],"missing":[],"contradicting":[],"errors":[]}]}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
