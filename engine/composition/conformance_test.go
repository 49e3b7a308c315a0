package composition_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/composition"
)

// verdict is what another composer said of a set of subgraphs.
type verdict struct {
	ID        string `json:"id"`
	Subgraphs []struct{ Name, URL, SDL string }
	Apollo    *struct {
		Errors        []struct{ Code, Message string }
		SupergraphSdl string
		Hints         []struct{ Code, Message string }
	}
}

func (v *verdict) input() []composition.Subgraph {
	var out []composition.Subgraph
	for _, s := range v.Subgraphs {
		out = append(out, composition.Subgraph{Name: s.Name, URL: s.URL, SDL: s.SDL})
	}
	return out
}

// score counts the sets on which the verdicts agree.
type score struct {
	sets, verdict, rejected, codes, accepted, api, supergraph int
}

// TestConformance composes the sets of a public collection, beside which Apollo's verdict is recorded.
// The floors are what was reached; a lower score is a regression.
func TestConformance(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "guild-composition.jsonl")
	if p := os.Getenv("FICUS_VERDICTS"); p != "" {
		path = p
	}
	sc := play(t, path)
	t.Logf("%+v", sc)
	if os.Getenv("FICUS_VERDICTS") != "" {
		return
	}
	floor := score{verdict: 1904, codes: 922, api: 982, supergraph: 982}
	if sc.verdict < floor.verdict || sc.codes < floor.codes || sc.api < floor.api || sc.supergraph < floor.supergraph {
		t.Errorf("got %+v, want at least %+v", sc, floor)
	}
}

func play(t *testing.T, path string) score {
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("no verdicts to compare with: %v", err)
	}
	defer f.Close()
	var sc score
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if only := os.Getenv("FICUS_ONLY"); only != "" && only != v.ID {
			continue
		}
		if v.Apollo != nil {
			compare(t, &v, &sc)
		}
	}
	return sc
}

func compare(t *testing.T, v *verdict, sc *score) {
	sc.sets++
	res, err := composition.Compose(v.input())
	if os.Getenv("FICUS_ONLY") != "" {
		t.Logf("%v\n%v", err, res)
	}
	want := v.Apollo.SupergraphSdl
	if (err == nil) != (want != "") {
		t.Logf("%s: got error %v, want errors %v", v.ID, err, v.Apollo.Errors)
		return
	}
	sc.verdict++
	if err != nil {
		sc.rejected++
		var wantCodes []string
		for _, e := range v.Apollo.Errors {
			if e.Code == "" { // raised by the library beneath, which has no codes
				e.Code = string(composition.InvalidGraphQL)
			}
			wantCodes = append(wantCodes, e.Code)
		}
		if got, want := codes(err), unique(wantCodes); !slices.Equal(got, want) {
			t.Logf("%s: got %v, want %v", v.ID, err, v.Apollo.Errors)
		} else {
			sc.codes++
		}
		return
	}
	sc.accepted++
	if a, b := difference(facts(t, res.APISchemaSDL, true), facts(t, want, true)); len(a)+len(b) > 0 {
		t.Logf("%s: API schema\n+%s\n-%s", v.ID, strings.Join(a, "\n+"), strings.Join(b, "\n-"))
	} else {
		sc.api++
	}
	if a, b := difference(facts(t, res.SupergraphSDL, false), facts(t, want, false)); len(a)+len(b) > 0 {
		t.Logf("%s: supergraph\n+%s\n-%s", v.ID, strings.Join(a, "\n+"), strings.Join(b, "\n-"))
	} else {
		sc.supergraph++
	}
}

func codes(err error) []string {
	var errs composition.Errors
	if !errors.As(err, &errs) {
		return []string{"no composition.Errors"}
	}
	var out []string
	for _, e := range errs {
		out = append(out, string(e.Code))
	}
	return unique(out)
}

func unique(in []string) []string {
	out := slices.Clone(in)
	sort.Strings(out)
	return slices.Compact(out)
}

func difference(got, want []string) (more, less []string) {
	have, need := map[string]bool{}, map[string]bool{}
	for _, f := range got {
		have[f] = true
	}
	for _, f := range want {
		need[f] = true
		if !have[f] {
			less = append(less, f)
		}
	}
	for _, f := range got {
		if !need[f] {
			more = append(more, f)
		}
	}
	return more, less
}

// facts are all that a schema says, one statement a line, so that two schemas can be compared as sets.
func facts(t *testing.T, sdl string, api bool) []string {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatalf("%v in\n%s", err, sdl)
	}
	f := &factList{api: api, hidden: map[string]bool{}}
	for _, d := range doc.Definitions {
		if d.Directives.ForName("inaccessible") != nil {
			f.hidden[d.Name] = true
		}
	}
	for _, d := range doc.Definitions {
		if f.hidden[d.Name] && api || strings.Contains(d.Name, "__") {
			continue
		}
		f.definition(d)
	}
	for _, d := range doc.Directives {
		if strings.HasPrefix(d.Name, "join__") || d.Name == "link" {
			continue
		}
		if api && !slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool { return slices.Contains(forClients, l) }) {
			continue
		}
		f.add("directive", "@"+d.Name)
		f.args("@"+d.Name, d.Arguments)
	}
	for _, s := range doc.Schema {
		for _, o := range s.OperationTypes {
			if !api {
				f.add("schema " + string(o.Operation) + ": " + o.Type)
			}
		}
		for _, d := range s.Directives {
			if l := printDirective(d); !strings.Contains(l, "dev/join/") {
				if !api {
					f.add("schema " + l)
				}
			}
		}
	}
	return f.lines
}

var forClients = []ast.DirectiveLocation{
	ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField, ast.LocationFragmentDefinition,
	ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition,
}

type factList struct {
	api    bool
	hidden map[string]bool
	lines  []string
}

func (f *factList) add(parts ...string) { f.lines = append(f.lines, strings.Join(parts, " ")) }

func (f *factList) definition(d *ast.Definition) {
	f.add(string(d.Kind), d.Name, d.Description)
	f.directives(d.Name, d.Directives)
	for _, i := range d.Interfaces {
		if !f.api || !f.hidden[i] {
			f.add(d.Name, "implements", i)
		}
	}
	for _, m := range d.Types {
		if !f.api || !f.hidden[m] {
			f.add(d.Name, "=", m)
		}
	}
	for _, v := range d.EnumValues {
		if f.api && v.Directives.ForName("inaccessible") != nil {
			continue
		}
		f.add(d.Name, "value", v.Name, v.Description)
		f.directives(d.Name+"."+v.Name, v.Directives)
	}
	for _, fd := range d.Fields {
		if f.api && fd.Directives.ForName("inaccessible") != nil {
			continue
		}
		coord := d.Name + "." + fd.Name
		line := coord + ": " + fd.Type.String()
		if fd.DefaultValue != nil {
			line += " = " + fd.DefaultValue.String()
		}
		f.add(line, fd.Description)
		f.directives(coord, fd.Directives)
		f.args(coord, fd.Arguments)
	}
}

func (f *factList) args(coord string, args ast.ArgumentDefinitionList) {
	for _, a := range args {
		if f.api && a.Directives.ForName("inaccessible") != nil {
			continue
		}
		line := coord + "(" + a.Name + ":): " + a.Type.String()
		if a.DefaultValue != nil {
			line += " = " + a.DefaultValue.String()
		}
		f.add(line, a.Description)
		f.directives(coord+"("+a.Name+":)", a.Directives)
	}
}

func (f *factList) directives(coord string, ds ast.DirectiveList) {
	for _, d := range ds {
		if f.api && d.Name != "deprecated" && d.Name != "specifiedBy" {
			continue
		}
		f.add(coord, printDirective(d))
	}
}

func printDirective(d *ast.Directive) string {
	var args []string
	for _, a := range d.Arguments {
		args = append(args, a.Name+": "+a.Value.String())
	}
	sort.Strings(args)
	return "@" + d.Name + "(" + strings.Join(args, ", ") + ")"
}
