package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

const ruled = `
schema
  @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
scalar join__FieldSet
input Filter @join__type(graph: A) { owner: ID = "none", tags: [String!] }
type Query @join__type(graph: A) @join__type(graph: B) {
  account(id: ID!, filter: Filter, deep: Boolean = true): Account @join__field(graph: A) @policy(policies: [["mine"]])
  open: Account @join__field(graph: A)
}
type Account @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  secret: Int @join__field(graph: A) @join__field(graph: B, external: true) @policy(policies: [["staff"]])
  score: Int @join__field(graph: B, requires: "secret")
}
`

// TestPoliciesOverArguments: each field with such a policy is decided by its own arguments, all of an operation at
// once, and callers who differ in nothing else share no plan where that differs.
func TestPoliciesOverArguments(t *testing.T) {
	sg, err := supergraph.Read("ruled", ruled)
	if err != nil {
		t.Fatal(err)
	}
	var questions []string
	var about authorization.Asked
	f := &asked{}
	s, err := engine.NewSnapshot(sg, f, engine.Config{Authorization: engine.Authorization{
		ByArguments: []string{"mine"},
		Access: func(_ context.Context, a authorization.Asked) authorization.Access {
			about = a
			return authorization.Access{Policies: func(list []authorization.Question) []bool {
				out := make([]bool, len(list))
				for i, q := range list {
					questions = append(questions, q.Policy+" "+string(q.Arguments))
					out[i] = strings.Contains(string(q.Arguments), `"id":"1"`)
				}
				return out
			}}
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(s, nil)
	const byVariable = `query Q($id: ID!, $tag: String!, $no: ID) { account(id: $id, filter: {owner: $no, tags: [$tag]}) { id } }`
	for range 2 {
		for _, c := range []struct {
			name, query, variables string
			questions              []string
			fetched                string
		}{
			{
				"literals", `query Q { a: account(id: 1) { id } b: account(id: "2", filter: {tags: "x"}, deep: null) { id } }`, ``,
				[]string{`mine {"deep":true,"id":"1"}`, `mine {"deep":null,"filter":{"owner":"none","tags":["x"]},"id":"2"}`},
				`{a:account(id:1){id}}`,
			},
			{"a variable", byVariable, `{"id": 1, "tag": "y"}`, []string{`mine {"deep":true,"filter":{"owner":"none","tags":["y"]},"id":"1"}`}, `account(`},
			{"the same with another value", byVariable, `{"id": "2", "tag": "y"}`, []string{`mine {"deep":true,"filter":{"owner":"none","tags":["y"]},"id":"2"}`}, ``},
			{
				"in fragments", `query Q { ...F ... on Query { x: account(id: 1) { id } } } fragment F on Query { y: account(id: 3) { id } }`, ``,
				[]string{`mine {"deep":true,"id":"3"}`, `mine {"deep":true,"id":"1"}`},
				`{x:account(id:1){id}}`,
			},
			{"what it requires is not for the caller", `query Q { open { id score } }`, ``, []string{`staff `}, `{open{id}}`},
		} {
			t.Run(c.name, func(t *testing.T) {
				questions, f.documents = nil, nil
				e.Execute(t.Context(), &engine.Request{Query: c.query, Variables: []byte(c.variables)}, nil)
				if diff := cmp.Diff(c.questions, questions); diff != "" {
					t.Error(diff)
				}
				if got := strings.Join(f.documents, " "); (c.fetched == "") != (got == "") || !strings.Contains(got, c.fetched) {
					t.Errorf("fetched %q, want %q", got, c.fetched)
				}
				if about != (authorization.Asked{Kind: "query", Name: "Q"}) {
					t.Errorf("asked about %v", about)
				}
			})
		}
	}
}
