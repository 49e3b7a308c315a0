package executor_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Sharing requests changes how many there are, and nothing in the response, whatever fails.
func TestSharedRequestsAnswerTheSame(t *testing.T) {
	alone := compile(t, load(t, "testdata/bench/reviews.txtar").plan)
	shared := compile(t, load(t, "testdata/bench/reviews_shared.txtar").plan)
	world := &shop{users: 6, products: 5, perProduct: []int{4, 4, 1, 2}}
	broken := func(what string) fetcherFunc {
		return func(ctx context.Context, r *executor.Request) (*executor.Response, error) {
			if what != "" && strings.Contains(r.Fetch.Operation, what) {
				return nil, &executor.Error{Code: "DOWN", Message: "down"}
			}
			return world.Fetch(ctx, r)
		}
	}
	for _, what := range []string{"", "inStock", "name price weight", "... on User { __typename name }", "reviews"} {
		want, one := alone.Run(t.Context(), broken(what), executor.Input{}, nil)
		got, other := shared.Run(t.Context(), broken(what), executor.Input{}, nil)
		if string(got) != string(want) {
			t.Errorf("without %q:\n%s\nshared:\n%s", what, want, got)
		}
		if what == "" && (one.Fetches != 13 || other.Fetches != 7) {
			t.Errorf("%d requests, %d shared", one.Fetches, other.Fetches)
		}
	}
}

// The bound on what one answer makes of it grows with the paths that it is read for, and stays a bound.
func TestCopiesAreBounded(t *testing.T) {
	const paths, n, wide = 20, 1000, 40
	var names, fields, one, many []string
	for i := range wide {
		fields = append(fields, fmt.Sprintf("g%d", i))
	}
	for i := range paths {
		name := fmt.Sprintf("f%d", i)
		names = append(names, name)
		one = append(one, fmt.Sprintf(`"%s":[%s{"__typename":"T","id":"0"}]`, name, strings.Repeat(`{"__typename":"T","id":"0"},`, 10)))
		var list []string
		for id := range n {
			list = append(list, fmt.Sprintf(`{"__typename":"T","id":"%d"}`, id))
		}
		many = append(many, fmt.Sprintf(`"%s":[%s]`, name, strings.Join(list, ",")))
	}
	plan := parse(t, txtar.Parse([]byte(garbageAtSeveralPaths)).Files).plan
	root, entity := plan.Fetches[0], plan.Fetches[1]
	root.Selections, entity.Also = nil, nil
	if err := operation(root, "{ "+strings.Join(names, " { __typename id } ")+" { __typename id } }"); err != nil {
		t.Fatal(err)
	}
	if err := operation(entity, "{ _entities { a list { "+strings.Join(fields, " ")+" } } }"); err != nil {
		t.Fatal(err)
	}
	entity.Path = queryplan.Path{{Name: names[0]}, {Name: queryplan.List}}
	for _, name := range names[1:] {
		entity.Also = append(entity.Also, queryplan.Target{Path: queryplan.Path{{Name: name}, {Name: queryplan.List}}})
	}
	plan.Shape.Variants[0].Fields = nil
	for _, name := range names {
		plan.Shape.Variants[0].Fields = append(plan.Shape.Variants[0].Fields, newNotation("{ " + name + ": [T] { id: ID, a: Int } }").shape().Variants[0].Fields...)
	}
	p := compile(t, plan)
	for _, test := range []struct {
		name, first, answer string
		fails               bool
	}{
		{"many", strings.Join(many, ","), strings.Repeat(`{"a":1},`, n-1) + `{"a":1}`, false},
		{"harmful", strings.Join(one, ","), `{"a":1,"list":[` + strings.Repeat("{},", 5000) + `{}]}`, true},
	} {
		answers := []string{`{"data":{` + test.first + `}}`, `{"data":{"_entities":[` + test.answer + `]}}`}
		text, out := p.Run(t.Context(), newCanned(answers), executor.Input{}, nil)
		if failed := out.Errors == paths*11; failed != test.fails || !failed && out.Errors > 0 {
			t.Errorf("%s: %d errors: have %.200s", test.name, out.Errors, text)
		}
	}
}

const garbageAtSeveralPaths = `
-- fetch 0 --
query: { one { __typename id } list { __typename id } }
-- fetch 1 --
after: 0
path: one
also: list.@
represent: T { id! }
query: query($representations: [_Any!]!) { _entities(representations: $representations) { ... on T { a } } }
-- shape --
{ one: T { id: ID, a: Int }, list: [T] { id: ID, a: Int } }
-- answer 0 --
{"data":{"one":{"__typename":"T","id":"2"},"list":[{"__typename":"T","id":"1"},{"__typename":"T","id":"2"}]}}
`

// What is no answer for the objects of several paths is an error at each of them.
func TestGarbageAtSeveralPaths(t *testing.T) {
	s := parse(t, txtar.Parse([]byte(garbageAtSeveralPaths)).Files)
	p := compile(t, s.plan)
	for name, garbage := range entityGarbage {
		t.Run(name, func(t *testing.T) {
			text, out := p.Run(t.Context(), newCanned([]string{s.answers[0], garbage}), executor.Input{}, nil)
			r := decodeResponse(t, text)
			want := `{"one":{"id":"2","a":null},"list":[{"id":"1","a":null},{"id":"2","a":null}]}`
			if string(r.Data) != want || len(r.Errors) != 3 || out.Errors != 3 {
				t.Errorf("have %s", text)
			}
		})
	}
	for name, good := range map[string]string{
		"in order":    `{"data":{"_entities":[{"a":2},{"a":1}]}}`,
		"white space": " {\n\"data\" : { \"_entities\" : [ { \"a\" : 2 } , { \"a\" : 1 } ] } } ",
		"twice":       `{"data":{"_entities":[{"a":3}],"_entities":[{"a":2},{"a":1}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			text, _ := p.Run(t.Context(), newCanned([]string{s.answers[0], good}), executor.Input{}, nil)
			if want := `{"data":{"one":{"id":"2","a":2},"list":[{"id":"1","a":1},{"id":"2","a":2}]}}`; string(text) != want {
				t.Errorf("have %s", text)
			}
		})
	}
}
