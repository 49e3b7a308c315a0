package operation_test

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
)

const sdl = `
type Query {
  node(id: ID!): Node
  pet(id: Int, filter: Filter, tags: [String!]): Pet
  dog: Dog
  any: Anything
  count(n: Int!): Int
  grid(cells: [[Int]]): Int
  json(value: JSON, by: By, size: Size, at: Float, yes: Boolean): JSON
}
type Mutation { rename(name: String!): Dog }
interface Node { id: ID! }
interface Pet implements Node { id: ID! name(short: Boolean): String owner: Node }
type Dog implements Pet & Node { id: ID! name(short: Boolean): String owner: Person barks: Boolean }
type Cat implements Pet & Node { id: ID! name(short: Boolean): String owner: Node meows: Boolean }
type Person implements Node { id: ID! pets: [Pet!]! }
union Anything = Dog | Person
scalar JSON
enum Size { SMALL LARGE }
input Filter { name: String! limit: Int = 10 sizes: [Size!] = [SMALL] and: [Filter!] id: ID }
input By @oneOf { id: ID name: String }
`

func load(t testing.TB) *ast.Schema {
	t.Helper()
	api, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func prepare(t testing.TB, text string) *operation.Prepared {
	t.Helper()
	doc, err := operation.Parse(load(t), text, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := doc.Operation("")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func decide(t testing.TB, text, variables string) *operation.Operation {
	t.Helper()
	p := prepare(t, text)
	values, err := p.Coerce([]byte(variables))
	if err != nil {
		t.Fatal(err)
	}
	mask, err := p.Mask(values)
	if err != nil {
		t.Fatal(err)
	}
	op, err := p.Decide(mask)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

func TestDecide(t *testing.T) {
	for name, c := range map[string]struct{ text, variables, want string }{
		"fragments are inlined":           {"{ dog { ...A } } fragment A on Dog { id ...B } fragment B on Pet { name }", "", "query{dog{id name}}"},
		"the same type is no condition":   {"{ dog { ... on Dog { ... { id } } } }", "", "query{dog{id}}"},
		"an interface of the parent":      {"{ pet { ... on Node { id } } }", "", "query{pet{id}}"},
		"a condition that can fail stays": {"{ pet { id ... on Dog { barks } } }", "", "query{pet{id ... on Dog{barks}}}"},
		"one that never holds is dropped": {"{ dog { id ... on Pet { ... on Cat { meows } } } }", "", "query{dog{id}}"},
		"a union around its member":       {"{ dog { ... on Anything { ... on Dog { barks } } } }", "", "query{dog{barks}}"},
		"skip and include":                {"query($a: Boolean!) { dog { id @skip(if: $a) name @include(if: $a) barks @skip(if: true) } }", `{"a":true}`, "query{dog{name}}"},
		"conditions on fragments":         {"query($a: Boolean = false) { dog { id ... @include(if: $a) { name } ...F @skip(if: $a) } } fragment F on Dog { barks }", "", "query{dog{id barks}}"},
		"nothing is left":                 {"query($a: Boolean!) { dog { id @skip(if: $a) } }", `{"a":true}`, "query{dog}"},
		"variables that are used":         {"query Q($a: Boolean!, $n: Int!) { count(n: $n) dog @skip(if: $a) { name(short: $a) } }", `{"a":true,"n":1}`, "query Q($n:Int!){count(n:$n)}"},
		"aliases and arguments":           {`{ x: pet(id: 1, filter: {name: "a\"b", sizes: [SMALL]}, tags: ["t"]) { id } }`, "", `query{x:pet(id:1,filter:{name:"a\"b",sizes:[SMALL]},tags:["t"]){id}}`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, decide(t, c.text, c.variables).Key); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestParentIsTheTypeWhereTheFieldIsSelected(t *testing.T) {
	op := decide(t, "{ dog { ... on Pet { owner { id } } } }", "")
	owner := op.Selections[0].Selections[0]
	if owner.Parent != "Dog" || owner.Definition.Type.Name() != "Person" || owner.Selections[0].Parent != "Person" {
		t.Errorf("owner on %s of type %s, its id on %s", owner.Parent, owner.Definition.Type, owner.Selections[0].Parent)
	}
}

func TestStringIsADocument(t *testing.T) {
	op := decide(t, "query Q($id: Int = 1) { p: pet(id: $id, tags: []) { id ... on Dog { barks } } }", "")
	want := "query Q($id: Int = 1) {\n  p: pet(id: $id, tags: []) {\n    id\n    ... on Dog {\n      barks\n    }\n  }\n}"
	if diff := cmp.Diff(want, op.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if again := decide(t, op.String(), ""); again.Key != op.Key {
		t.Errorf("read again it is %s, was %s", again.Key, op.Key)
	}
}

func TestOperationIsPickedByName(t *testing.T) {
	doc, err := operation.Parse(load(t), "query A { dog { id } } mutation B { rename(name: \"x\") { id } } subscription S { x }", operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := doc.Operation("B")
	if err != nil || b.Kind() != ast.Mutation || b.Name() != "B" {
		t.Errorf("B is %v, %v", b, err)
	}
	for name, want := range map[string]string{
		"":  "Must provide operation name if query contains multiple operations.",
		"C": `Unknown operation named "C".`,
		"S": "Schema is not configured to execute subscription operation.",
	} {
		if _, err := doc.Operation(name); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}

func TestManyRequestsShareADocument(t *testing.T) {
	api := load(t)
	text := "query($n: Int!, $a: Boolean = true) { count(n: $n) dog { ...F @include(if: $a) } } fragment F on Pet { name(short: $a) }"
	doc, err := operation.Parse(api, text, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			p, _ := doc.Operation("")
			values, err := p.Coerce([]byte(`{"n":1}`))
			if err != nil {
				t.Error(err)
			}
			mask, _ := p.Mask(values)
			if op, err := p.Decide(mask); err != nil || len(op.Selections) != 2 {
				t.Error(op, err)
			}
			if _, err := operation.Parse(api, text, operation.Limits{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestErrorsAreWrittenAsTheSpecificationHasThem(t *testing.T) {
	_, err := operation.Parse(load(t), "{\n  dog { wings }\n}", operation.Limits{})
	got, _ := json.Marshal(err)
	want := `[{"message":"Cannot query field \"wings\" on type \"Dog\".","locations":[{"line":2,"column":9}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
