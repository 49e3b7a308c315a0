package record_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/mocks/record"
	"github.com/ficusgraph/ficus/mocks/response"
)

// TestStatesAreRecorded: nulls, errors, empty and long lists of a running graph are what the scenario answers.
func TestStatesAreRecorded(t *testing.T) {
	for _, choice := range []string{
		"scenario=empty", "scenario=one", "scenario=nulls", "scenario=errors", "scenario=longest", "scenario=many",
		"error=Product.inStock:TIMEOUT", "null=Product.price; error=Cart.note:NOT_HERE", "error=Query.cart:GONE; list=Product.reviews:0",
		"error=Review.stars:LOST",
	} {
		t.Run(choice, func(t *testing.T) {
			live := serve(t, 3, "")
			live.choice = chosen(t, choice)
			out := recording(t, live, nil, shelfRequest())
			served := serve(t, 99, string(out.Text))
			compare(t, live, served, shelfRequest())
			if have, want := failures(t, served), failures(t, live); len(out.Warnings) == 0 && !cmp.Equal(have, want) {
				t.Errorf("errors %v, want %v", have, want)
			}
		})
	}
}

func chosen(t *testing.T, text string) *mocks.Choice {
	t.Helper()
	c, err := mocks.ParseChoice(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// failures are the codes of the errors of an answer, by their paths.
func failures(t *testing.T, g *gateway) map[string]string {
	t.Helper()
	body, err := g.ask(t.Context(), shelfRequest())
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Errors []struct {
			Path       []any
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range answer.Errors {
		path, err := json.Marshal(e.Path)
		if err != nil {
			t.Fatal(err)
		}
		out[string(path)] = e.Extensions.Code
	}
	return out
}

// TestNothingButWhatIsKeptIsWritten: no text of the answers is in the scenario, but for those that are kept and those that
// the operation says.
func TestNothingButWhatIsKeptIsWritten(t *testing.T) {
	live := serve(t, 1, "")
	r := shelfRequest()
	out := string(recording(t, live, []string{"Product.name"}, r).Text)
	body, err := live.ask(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	v, err := response.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	var walk func(typ string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(key, e)
			}
		case map[string]any:
			for name, e := range v {
				walk(name, e)
			}
		case string:
			if key == "state" || len(v) < 4 || strings.Contains(out, "\n    value: "+quote(v)) && key == "name" {
				return
			}
			checked++
			if strings.Contains(out, v) {
				t.Errorf("%s %q is in the scenario", key, v)
			}
		}
	}
	walk("", v.Get("data").Plain())
	if checked < 10 {
		t.Errorf("%d texts were looked for", checked)
	}
}

func quote(text string) string {
	out, _ := json.Marshal(text)
	return string(out)
}

// TestTwoAnswersForOneKey: what changed between two operations is not mixed without a word.
func TestTwoAnswersForOneKey(t *testing.T) {
	live := serve(t, 1, "")
	calls := 0
	r := &record.Recorder{Schema: live.graph.API, Graph: live.graph, Ask: func(ctx context.Context, r response.Request) ([]byte, error) {
		calls++
		live.choice = chosen(t, []string{"list=Cart.lines:2", "list=Cart.lines:3"}[calls-1])
		return live.ask(ctx, r)
	}}
	request := response.Request{Query: `{ cart(id: 1) { lines { quantity } } }`}
	out, err := r.Record(t.Context(), "x", []response.Request{request, request})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Query.cart was answered in several ways for the same key and arguments; the first is recorded"}
	if diff := cmp.Diff(want, out.Warnings); diff != "" {
		t.Error(diff)
	}
}

// TestIdentifiersAgree: a detail page that is recorded by the id of a list's element has the values of that element.
func TestIdentifiersAgree(t *testing.T) {
	live := serve(t, 1, "")
	list := response.Request{Query: `{ products(first: 2) { edges { node { id } } } }`}
	body, err := live.ask(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	v, err := response.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	id := v.At([]any{"data", "products", "edges", json.Number("1"), "node", "id"}).Leaf
	cart := response.Request{Query: `query($id: ID!) { cart(id: $id) { lines { product { id } } } }`, Variables: map[string]any{"id": id}}
	served := serve(t, 99, string(recording(t, live, nil, list, cart).Text))
	body, err = served.ask(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), quote(id.(string))) {
		t.Errorf("%s has not the id %v that the other operation names", body, id)
	}
}

func TestWhatCannotBeRecorded(t *testing.T) {
	live := serve(t, 1, "")
	cases := []struct {
		name, query string
		keep        []string
		want        string
	}{
		{"a pattern that is none", `{ matrix }`, []string{"name"}, `keep: "name" is to be a coordinate such as Product.name, Product.* or *.name`},
		{"a type that is not there", `{ matrix }`, []string{"Produkt.name"}, `keep: Produkt.name: there is no type Produkt; did you mean Product?`},
		{"a field that is not there", `{ matrix }`, []string{"Product.nam"}, `keep: Product.nam: Product has no field nam; did you mean name?`},
		{"an operation that is not valid", `{ matrox }`, nil, `record the operation: 1:3: Cannot query field "matrox"`},
		{"a mutation", `mutation { pay }`, nil, `record the operation: is a mutation; only queries are recorded`},
		{"nothing to say", `{ __typename }`, nil, `the answers hold nothing that a rule could say`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := &record.Recorder{Schema: live.graph.API, Graph: live.graph, Keep: c.keep, Ask: live.ask}
			_, err := r.Record(t.Context(), "x", []response.Request{{Query: c.query}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}
