package fuzz_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/mocks/fuzz"
	"github.com/ficusgraph/ficus/mocks/response"
)

const sdl = `
type Query { book(id: ID!, sort: Sort!): Book books: [Book!]! }
type Mutation { sell(in: Sale!): Book }
input Sale @oneOf { id: ID title: String }
input Sort { by: By! then: Sort n: Int! = 3 }
enum By { TITLE PRICE }
type Book { title: String! price: Float by: By }
`

// answers is a gateway that answers by the choice, and with the first where the choice is none of them.
type answers map[string]string

func (a answers) send(_ context.Context, _ response.Request, choice string) (*fuzz.Answer, error) {
	switch text, ok := a[choice]; {
	case choice == "probe" && !ok:
		return refusal, nil
	case text == "crash":
		return nil, errors.New("connection refused")
	case strings.HasPrefix(text, "5"):
		return &fuzz.Answer{Status: 500, Body: []byte(text)}, nil
	case ok:
		return &fuzz.Answer{Status: 200, Body: []byte(text)}, nil
	}
	return &fuzz.Answer{Status: 200, Body: []byte(a[""])}, nil
}

var refusal = &fuzz.Answer{Status: 400, Body: []byte(`{"errors":[{"message":"no","extensions":{"code":"MOCK_CHOICE_INVALID"}}]}`)}

func schema(t *testing.T) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema", Input: sdl + "\ndirective @oneOf on INPUT_OBJECT"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var book = response.Request{File: "book.graphql", Operation: "Book", Query: `query Book { book(id: 1, sort: {by: TITLE}) { title price by } }`}

const right = `{"data":{"book":{"title":"x","price":1,"by":null}}}`

// TestWhatBreaksIsFound: each of these gateways breaks something in one state.
func TestWhatBreaksIsFound(t *testing.T) {
	failing := `{"data":{"book":{"title":"x","price":null,"by":"PRICE"}},"errors":[{"message":"no","path":["book","price"],"extensions":{"code":"MOCKED_ERROR"}}]}`
	cases := []struct {
		name, choice, answer string
		mocked               bool
		want                 string
	}{
		{"right", "scenario=one", right, false, ""},
		{"an error that was asked for", "error=Book.price:MOCKED_ERROR", failing, true, ""},
		{"a crash", "scenario=empty", "crash", false, "there is no answer: connection refused"},
		{"a status", "scenario=many", "500", false, "the status is 500|is no JSON object"},
		{"no JSON", "scenario=longest", "<html>", false, "is no JSON: byte 0: invalid character '<' looking for beginning of value"},
		{"null where it may not be", "scenario=nulls", `{"data":{"book":{"title":null,"price":null,"by":null}}}`, false, "book.title (Book.title): is null; it is String!"},
		{"an error that nobody asked for", "scenario=nulls", `{"data":null,"errors":[{"message":"no","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, false, "there are errors that nobody asked for: INTERNAL_SERVER_ERROR"},
		{"a field that is to fail and does not", "error=Book.price:MOCKED_ERROR", right, true, "Book.price was told to fail, and has a value"},
		{"one that may be a service's", "error=Book.price:MOCKED_ERROR", right, false, ""},
		{"a silent null", "error=Book.price:MOCKED_ERROR", `{"data":{"book":{"title":"x","price":null,"by":null}}}`, true, "Book.price failed, and no error says so"},
		{"another value", "value=Book.by:TITLE", `{"data":{"book":{"title":"x","price":1,"by":"PRICE"}}}`, true, "Book.by was told to be TITLE, and is PRICE"},
		{"a value of no enum", "value=Book.by:TITLE", `{"data":{"book":{"title":"x","price":1,"by":"title"}}}`, false, `book.by (Book.by): is "title", which is no By`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			base := right
			if strings.HasPrefix(c.choice, "value=") {
				base = `{"data":{"book":{"title":"x","price":1,"by":null}}}`
			}
			f := &fuzz.Fuzzer{Schema: schema(t), Mocked: c.mocked, Send: answers{"": base, c.choice: c.answer}.send}
			got := results(t, f, book)
			if diff := cmp.Diff(c.want, strings.Join(got[c.choice].Faults, "|")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// results are those of one operation by choice.
func results(t *testing.T, f *fuzz.Fuzzer, r response.Request) map[string]fuzz.Result {
	t.Helper()
	report, err := f.Run(t.Context(), []response.Request{r})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]fuzz.Result{}
	for _, one := range report[0].Results {
		out[one.Choice] = one
	}
	return out
}

func TestTheStatesOfAnOperation(t *testing.T) {
	f := &fuzz.Fuzzer{Schema: schema(t), Send: answers{"": right}.send}
	var got []string
	for choice := range results(t, f, book) {
		got = append(got, choice)
	}
	slices.Sort(got)
	want := []string{
		"", "error=Book.by:MOCKED_ERROR", "error=Book.price:MOCKED_ERROR", "error=Book.title:MOCKED_ERROR", "error=Query.book:MOCKED_ERROR",
		"latency=300ms", "null=Book.by", "null=Book.price", "null=Query.book", "scenario=empty", "scenario=errors", "scenario=longest",
		"scenario=many", "scenario=nulls", "scenario=one", "value=Book.by:PRICE", "value=Book.by:TITLE",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheBudgetIsKeptAndTheSeedChooses(t *testing.T) {
	chosen := func(seed int64) string {
		f := &fuzz.Fuzzer{Schema: schema(t), Budget: 11, Seed: seed, Send: answers{"": right}.send}
		report, err := f.Run(t.Context(), []response.Request{book})
		if err != nil {
			t.Fatal(err)
		}
		if len(report[0].Results) != 11 || report[0].Left != 6 {
			t.Errorf("%d states, %d left", len(report[0].Results), report[0].Left)
		}
		return fmt.Sprint(report[0].Results[8:])
	}
	if chosen(1) == chosen(2) {
		t.Error("another seed chooses the same states")
	}
}

func TestAClientThatBreaks(t *testing.T) {
	f := &fuzz.Fuzzer{Schema: schema(t), Send: answers{"": right}.send, Client: func(_ context.Context, _ response.Request, choice string, body []byte) error {
		if choice == "null=Book.price" && string(body) == right {
			return errors.New("TypeError")
		}
		return nil
	}}
	got := results(t, f, book)
	if diff := cmp.Diff([]string{"the client: TypeError"}, got["null=Book.price"].Faults); diff != "" {
		t.Error(diff)
	}
	if len(got["null=Book.by"].Faults) > 0 {
		t.Error("another state broke it")
	}
}

func TestASlowGateway(t *testing.T) {
	quick := answers{"": right}
	f := &fuzz.Fuzzer{Schema: schema(t), Limit: 20 * time.Millisecond, Budget: 8, Send: func(ctx context.Context, r response.Request, choice string) (*fuzz.Answer, error) {
		if choice == "scenario=many" || choice == "latency=300ms" {
			time.Sleep(25 * time.Millisecond)
		}
		return quick.send(ctx, r, choice)
	}}
	got := results(t, f, book)
	if faults := got["scenario=many"].Faults; len(faults) != 1 || !strings.Contains(faults[0], "it may take 20ms") {
		t.Errorf("%q", faults)
	}
	if faults := got["latency=300ms"].Faults; len(faults) > 0 {
		t.Errorf("what is to be slow is: %q", faults)
	}
}

func TestAGatewayThatIsDeaf(t *testing.T) {
	f := &fuzz.Fuzzer{Schema: schema(t), Send: answers{"": right, "probe": right}.send}
	if _, err := f.Run(t.Context(), []response.Request{book}); !errors.Is(err, fuzz.ErrDeaf) {
		t.Error(err)
	}
}

func TestWhatIsNotSent(t *testing.T) {
	sell := response.Request{Query: `mutation($in: Sale!) { sell(in: $in) { title } }`}
	f := &fuzz.Fuzzer{Schema: schema(t), Send: answers{"": `{"data":{"sell":null}}`, "scenario=one": refusalText}.send}
	if got := results(t, f, sell); got[""].Skipped != "it is a mutation" || len(got) != 1 {
		t.Errorf("%v", got)
	}
	f.Mutations = true
	if got := results(t, f, sell); len(got) < 9 {
		t.Errorf("%v", got)
	}
}

const refusalText = `{"errors":[{"message":"no","extensions":{"code":"MOCK_TOO_LARGE"}}]}`

func TestVariablesAreMadeUp(t *testing.T) {
	got, err := fuzz.Complete(schema(t), `query($id: ID!, $sort: Sort!, $no: Int, $given: Int!, $some: [By!]!, $one: Sale!) { __typename }`, "", map[string]any{"given": 7})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"id": "1", "sort": map[string]any{"by": "TITLE"}, "given": 7, "some": []any{"TITLE"}, "one": map[string]any{"id": "1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReports(t *testing.T) {
	f := &fuzz.Fuzzer{Schema: schema(t), Budget: 3, Send: answers{"": right, "scenario=empty": "crash"}.send}
	report, err := f.Run(t.Context(), []response.Request{book})
	if err != nil {
		t.Fatal(err)
	}
	replay := func(r fuzz.Ran, s fuzz.Result) string { return "replay " + r.Operation + " " + s.Choice }
	var text, junit strings.Builder
	report.Print(&text, replay)
	for _, want := range []string{"FAIL  book.graphql Book", "3 states     1 broke     0 skipped    14 left", "there is no answer: connection refused\n        replay Book scenario=empty\n", "1 operations, 3 states: 1 broke, 0 skipped"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%s\nhas not %q", text.String(), want)
		}
	}
	if err := report.WriteJUnit(&junit, replay); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(junit.String(), `<failure message="there is no answer: connection refused">`) {
		t.Error(junit.String())
	}
}
