package mocks_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// chooser makes random selections on one subgraph.
type chooser struct {
	*rand.Rand
	sg    *supergraph.Supergraph
	id    int
	names int
	// within counts the fragments around: in them each name is used once, as objects of different types may have
	// fields of one name and different types.
	within int
}

// selections picks fields that the subgraph has, under names of their own.
func (c *chooser) selections(t *supergraph.Type, depth int) []*queryplan.Selection {
	var out []*queryplan.Selection
	if c.IntN(3) == 0 {
		out = append(out, &queryplan.Selection{Name: "__typename", Field: "__typename", Parent: t.Name})
	}
	for _, f := range t.Fields {
		if f.In[c.id] == nil || c.IntN(2) == 0 {
			continue
		}
		if s := c.field(t, f, depth); s != nil {
			out = append(out, s)
		}
	}
	if in := t.In[c.id]; in != nil && t.IsAbstract() {
		for _, m := range in.Members {
			if c.IntN(2) == 0 {
				c.within++
				out = append(out, &queryplan.Selection{On: m, Selections: c.selections(c.sg.Type(m), depth)})
				c.within--
			}
		}
	}
	if len(out) == 0 {
		out = append(out, &queryplan.Selection{Name: "__typename", Field: "__typename", Parent: t.Name})
	}
	return out
}

func (c *chooser) field(t *supergraph.Type, f *supergraph.Field, depth int) *queryplan.Selection {
	c.names++
	s := &queryplan.Selection{Name: fmt.Sprintf("f%d", c.names), Field: f.Name, Parent: t.Name, Type: f.In[c.id].Type}
	if c.within == 0 && c.IntN(2) == 0 {
		s.Name = f.Name
	}
	for _, a := range f.Args {
		if v := c.argument(a.Type); v != nil && (a.Type.NonNull || c.IntN(2) == 0) {
			s.Arguments = append(s.Arguments, &queryplan.Argument{Name: a.Name, Value: v})
		}
	}
	named := c.sg.Type(f.Type.Name())
	if named == nil || named.IsLeaf() {
		return s
	}
	if depth == 0 || named.In[c.id] == nil {
		return nil
	}
	s.Name = fmt.Sprintf("f%d", c.names) // composite fields are not merged: their arguments differ
	s.Selections = c.selections(named, depth-1)
	return s
}

// argument is a value, or a null, that need not fit the field of the same name.
func (c *chooser) argument(t *ast.Type) *ast.Value {
	switch {
	case !t.NonNull && c.IntN(4) == 0:
		return &ast.Value{Kind: ast.NullValue, Raw: "null"}
	case t.Elem != nil:
		return &ast.Value{Kind: ast.ListValue, Children: ast.ChildValueList{{Value: c.argument(t.Elem)}}}
	case t.NamedType == "Int":
		return &ast.Value{Kind: ast.IntValue, Raw: fmt.Sprint(c.IntN(5))}
	case t.NamedType == "Boolean":
		return &ast.Value{Kind: ast.BooleanValue, Raw: "true"}
	case t.NamedType == "ID" || t.NamedType == "String":
		return &ast.Value{Kind: ast.StringValue, Raw: fmt.Sprintf("v%d", c.IntN(9))}
	}
	if e := c.sg.Type(t.NamedType); e != nil && len(e.Values) > 0 {
		return &ast.Value{Kind: ast.EnumValue, Raw: e.Values[c.IntN(len(e.Values))].Name}
	}
	return nil
}

// fault says where a value is not of its type; "" if nowhere.
func (c *chooser) fault(path string, t *ast.Type, v any, beneath []*queryplan.Selection) string {
	switch {
	case v == nil && t.NonNull && !c.empty(t):
		return path + " is null"
	case v == nil:
		return ""
	case t.Elem != nil:
		list, ok := v.([]any)
		if !ok {
			return path + " is no list"
		}
		for i, e := range list {
			if f := c.fault(fmt.Sprintf("%s.%d", path, i), t.Elem, e, beneath); f != "" {
				return f
			}
		}
		return ""
	}
	named := c.sg.Type(t.NamedType)
	if named != nil && !named.IsLeaf() {
		o, ok := v.(map[string]any)
		if !ok {
			return path + " is no object"
		}
		return c.objectFault(path, o, beneath)
	}
	return c.leafFault(path, t.NamedType, named, v)
}

// empty reports whether no object of the type can be in the subgraph.
func (c *chooser) empty(t *ast.Type) bool {
	named := c.sg.Type(t.NamedType)
	return named != nil && named.IsAbstract() && !named.In[c.id].InterfaceObject && !slices.ContainsFunc(named.In[c.id].Members, func(m string) bool { return !c.sg.Type(m).Inaccessible })
}

// objectFault needs no run-time type: each name that is there must be selected, and fit.
func (c *chooser) objectFault(path string, o map[string]any, selections []*queryplan.Selection) string {
	want := map[string]*queryplan.Selection{}
	var required []string
	var walk func(list []*queryplan.Selection, always bool)
	walk = func(list []*queryplan.Selection, always bool) {
		for _, s := range list {
			if s.On != "" {
				walk(s.Selections, false)
				continue
			}
			if want[s.Name] = s; always {
				required = append(required, s.Name)
			}
		}
	}
	walk(selections, true)
	for _, name := range required {
		if _, ok := o[name]; !ok {
			return path + " has no " + name
		}
	}
	for name, v := range o {
		s := want[name]
		switch {
		case s == nil:
			return path + " has " + name + ", which nobody selected"
		case s.Field == "__typename":
			if m := c.sg.Type(fmt.Sprint(v)); m == nil || m.Kind != ast.Object && !m.In[c.id].InterfaceObject || m.In[c.id] == nil || m.Inaccessible {
				return fmt.Sprintf("%s is of the type %v", path, v)
			}
		default:
			if f := c.fault(path+"."+name, s.Type, v, s.Selections); f != "" {
				return f
			}
		}
	}
	return ""
}

func (c *chooser) leafFault(path, typ string, named *supergraph.Type, v any) string {
	ok := true
	switch typ {
	case "Int":
		n, is := v.(float64)
		ok = is && n == float64(int32(n))
	case "Float":
		_, ok = v.(float64)
	case "String", "ID":
		_, ok = v.(string)
	case "Boolean":
		_, ok = v.(bool)
	default:
		if named != nil && len(named.Values) > 0 {
			ok = slices.ContainsFunc(named.Values, func(e *supergraph.EnumValue) bool { return e.Name == v && e.In[c.id] && !e.Inaccessible })
		}
	}
	if !ok {
		return fmt.Sprintf("%s is %v, which is no %s", path, v, typ)
	}
	return ""
}

// answersFit asks each subgraph random queries and returns the first answer that does not fit its type.
func answersFit(t *testing.T, sg *supergraph.Supergraph, rounds int) {
	t.Helper()
	for _, g := range sg.Subgraphs {
		s := source(t, sg, g.Name, 1)
		for round := range rounds {
			c := &chooser{Rand: rand.New(rand.NewPCG(uint64(round), 1)), sg: sg, id: g.ID}
			fetch := &queryplan.Fetch{Subgraph: g.Name, Kind: ast.Query, Selections: c.selections(sg.Query, 3)}
			choice := choices[round%len(choices)]
			data, ok := dataOf(t, s, fetch, choice)
			if !ok {
				continue
			}
			if fault := c.objectFault("data", data, fetch.Selections); fault != "" {
				t.Fatalf("%s, round %d, %q: %s", g.Name, round, choice, fault)
			}
			shuffled := &queryplan.Fetch{Subgraph: g.Name, Kind: ast.Query, Selections: c.shuffled(fetch.Selections)}
			again, _ := dataOf(t, source(t, sg, g.Name, 1), shuffled, choice)
			if diff := cmp.Diff(data, again); diff != "" {
				t.Fatalf("%s, round %d, %q: another source, asked in another order: %s", g.Name, round, choice, diff)
			}
		}
	}
}

// choices are the built-in scenarios, and none.
var choices = []string{"", "scenario=longest", "", "scenario=empty", "scenario=one", "scenario=nulls", "", "scenario=errors", "scenario=many"}

// dataOf is the data of an answer; false where it would be too large.
func dataOf(t *testing.T, s *mocks.Source, f *queryplan.Fetch, choice string) (map[string]any, bool) {
	t.Helper()
	c, err := mocks.ParseChoice(choice)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Fetch(mocks.NewContext(t.Context(), &mocks.Request{Choice: c}), &executor.Request{Fetch: f})
	if err != nil {
		if strings.Contains(err.Error(), "MOCK_TOO_LARGE") {
			return nil, false
		}
		t.Fatal(err)
	}
	var out struct{ Data map[string]any }
	if err := json.Unmarshal(res.Body, &out); err != nil {
		t.Fatalf("%v: %s", err, res.Body)
	}
	return out.Data, true
}

// shuffled is the same selections in another order, all the way down.
func (c *chooser) shuffled(list []*queryplan.Selection) []*queryplan.Selection {
	out := slices.Clone(list)
	c.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	for i, s := range out {
		other := *s
		other.Selections = c.shuffled(s.Selections)
		out[i] = &other
	}
	return out
}

// rounds is how many random queries each subgraph is asked; MOCKS_ROUNDS asks for more of them.
func rounds(t *testing.T, otherwise int) int {
	t.Helper()
	text := os.Getenv("MOCKS_ROUNDS")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// atHand runs a test for each schema in the folder MOCKS_SCHEMAS.
func atHand(t *testing.T, test func(*testing.T, *supergraph.Supergraph)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv("MOCKS_SCHEMAS"), "*.graphql"))
	if os.Getenv("MOCKS_SCHEMAS") == "" || err != nil {
		t.Skip("MOCKS_SCHEMAS names no folder")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			test(t, composed(t, []mocks.SDL{{Name: "a", File: file, Text: string(text)}}))
		})
	}
}

// TestEveryAnswerFitsItsTypesInSchemasAtHand asks what the schemas in the folder MOCKS_SCHEMAS have, each a subgraph.
func TestEveryAnswerFitsItsTypesInSchemasAtHand(t *testing.T) {
	atHand(t, func(t *testing.T, sg *supergraph.Supergraph) { answersFit(t, sg, rounds(t, 20)) })
}

func TestEveryAnswerFitsItsTypes(t *testing.T) { answersFit(t, shop(t), rounds(t, 300)) }

func TestEveryAnswerFitsItsTypesInPublicGraphs(t *testing.T) {
	file, err := os.Open("../../shared/data/audit-rows.jsonl")
	if err != nil {
		t.Skipf("no rows: %v", err)
	}
	defer func() { _ = file.Close() }()
	seen := map[string]bool{}
	rows := bufio.NewScanner(file)
	rows.Buffer(nil, 64<<20)
	for rows.Scan() {
		var row struct{ ID, SupergraphSDL string }
		if err := json.Unmarshal(rows.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		if !seen[row.SupergraphSDL] {
			seen[row.SupergraphSDL] = true
			answersFit(t, read(t, row.SupergraphSDL), rounds(t, 5))
		}
	}
}

func BenchmarkFetch(b *testing.B) {
	t := &testing.T{}
	sg := shop(t)
	s := source(t, sg, "shop", 1)
	r := &executor.Request{Fetch: fetchOf(t, sg, "shop", `{ ticket(id: 1) { id subject body status user { id email name } } }`)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Fetch(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
