package engine_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

const guarded = `
schema
  @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/policy/v0.1", as: "rule", for: SECURITY) { query: Query mutation: Mutation }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
type Query @join__type(graph: A) { open: Int me: User @authenticated people: [User!] nodes: [Node!] either: Either strict: Int! @authenticated balance: Int @rule(policies: [["owner", "vip"], ["admin"]]) }
type Mutation @join__type(graph: A) { wipe: Int @requiresScopes(scopes: [["write"]]) touch: Int }
interface Node @join__type(graph: A) { id: ID note: String }
type User implements Node @join__type(graph: A) @join__implements(graph: A, interface: "Node") { id: ID note: String @authenticated name: String email: String @requiresScopes(scopes: [["email", "read"], ["admin"]]) }
type Vault implements Node @join__type(graph: A) @join__implements(graph: A, interface: "Node") @requiresScopes(scopes: [["vault"]]) { id: ID note: String gold: Int }
union Either @join__type(graph: A) @join__unionMember(graph: A, member: "User") @join__unionMember(graph: A, member: "Vault") = User | Vault
`

const guardedData = `{"data":{"open":1,"me":{"name":"Ann"},"people":[{"id":"1","name":"Ann","email":"a@b"},{"id":"2","name":"Bob","email":null}],
"nodes":[{"__typename":"User","id":"1","note":"u","name":"Ann"},{"__typename":"Vault","id":"2","note":"v","gold":9}],
"either":{"__typename":"Vault","gold":9,"id":"2"},"strict":3,"balance":5,"touch":1,"wipe":1}}`

// asked keeps the documents that it was asked, and answers all with guardedData.
type asked struct {
	mu        sync.Mutex
	documents []string
}

func (a *asked) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.documents = append(a.documents, r.Fetch.Operation)
	return &executor.Response{Body: []byte(guardedData)}, nil
}

type accessKey struct{}

func accessOf(ctx context.Context, _ authorization.Asked) authorization.Access {
	a, _ := ctx.Value(accessKey{}).(authorization.Access)
	return a
}

func denied(path string) string {
	return `{"message":"Unauthorized field or type","path":["` + strings.ReplaceAll(path, ".", `","`) + `"],"extensions":{"code":"UNAUTHORIZED_FIELD_OR_TYPE"}}`
}

func TestWhatTheCallerMayNotReadIsNeitherAskedForNorAnswered(t *testing.T) {
	user := authorization.Access{Authenticated: true}
	tests := []struct {
		name, query, want string
		access            authorization.Access
		asked             string
	}{
		{"nobody reads what is open", `{open}`, `{"data":{"open":1}}`, authorization.Access{}, `{open}`},
		{"nobody needs a token", `{open me{name}}`, `{"data":{"open":1,"me":null},"errors":[` + denied("me") + `]}`, authorization.Access{}, `{open}`},
		{"nothing is told of what is beneath", `{me{name email}}`, `{"data":{"me":null},"errors":[` + denied("me") + `]}`, authorization.Access{}, ``},
		{"a token is enough", `{me{name}}`, `{"data":{"me":{"name":"Ann"}}}`, user, `{me{name}}`},
		{"nothing is asked if all is denied", `{me{name}}`, `{"data":{"me":null},"errors":[` + denied("me") + `]}`, authorization.Access{}, ``},
		{"a denied field that may not be null takes its parent along", `{open strict}`, `{"data":null,"errors":[` + denied("strict") + `]}`, authorization.Access{}, `{open}`},
		{
			"one error for all elements of a list", `{people{name email}}`,
			`{"data":{"people":[{"name":"Ann","email":null},{"name":"Bob","email":null}]},"errors":[` + denied("people.@.email") + `]}`,
			authorization.Access{Scopes: []string{"read"}},
			`{people{name}}`,
		},
		{
			"all scopes of one alternative", `{people{email}}`, `{"data":{"people":[{"email":"a@b"},{"email":null}]}}`,
			authorization.Access{Scopes: []string{"read", "email"}},
			`{people{email}}`,
		},
		{
			"the other alternative", `{people{email}}`, `{"data":{"people":[{"email":"a@b"},{"email":null}]}}`,
			authorization.Access{Scopes: []string{"admin"}},
			`{people{email}}`,
		},
		{
			"through an interface each type has its own rules", `{nodes{id note}}`,
			`{"data":{"nodes":[{"id":"1","note":null},{"id":null,"note":null}]},"errors":[` + denied("nodes.@.id") + `,` + denied("nodes.@.note") + `]}`,
			authorization.Access{},
			`{nodes{__typename...on User{id}}}`,
		},
		{
			"__typename is open", `{nodes{__typename}}`, `{"data":{"nodes":[{"__typename":"User"},{"__typename":"Vault"}]}}`,
			authorization.Access{},
			`{nodes{__typename}}`,
		},
		{
			"a type is restricted in a union", `{either{... on User{name} ... on Vault{gold}}}`,
			`{"data":{"either":{"gold":null}},"errors":[` + denied("either.gold") + `]}`, user, `{either{__typename...on User{name}}}`,
		},
		{
			"an alias hides nothing", `{open x:me{name} ...{y:me{name}}}`, `{"data":{"open":1,"x":null,"y":null},"errors":[` + denied("x") + `,` + denied("y") + `]}`,
			authorization.Access{},
			`{open}`,
		},
		{
			"a mutation that is denied is not run", `mutation{wipe touch}`, `{"data":{"wipe":null,"touch":1},"errors":[` + denied("wipe") + `]}`,
			user, `mutation{touch}`,
		},
		{
			"policies", `{balance}`, `{"data":{"balance":5}}`,
			authorization.Access{Policies: func(asked []authorization.Question) []bool {
				if diff := cmp.Diff([]authorization.Question{{Policy: "admin"}, {Policy: "owner"}, {Policy: "vip"}}, asked); diff != "" {
					t.Error(diff)
				}
				return []bool{false, true, true}
			}},
			`{balance}`,
		},
		{
			"half of the policies", `{balance}`, `{"data":{"balance":null},"errors":[` + denied("balance") + `]}`,
			authorization.Access{Policies: func([]authorization.Question) []bool { return []bool{false, false, true} }},
			``,
		},
	}
	sg, err := supergraph.Read("guarded", guarded)
	if err != nil {
		t.Fatal(err)
	}
	f := &asked{}
	s, err := engine.NewSnapshot(sg, f, engine.Config{Authorization: engine.Authorization{Access: accessOf}})
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(s, nil)
	for range 2 { // the second time from the caches, which must not mix up callers
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				f.documents = nil
				ctx := context.WithValue(t.Context(), accessKey{}, tt.access)
				body, _ := e.Execute(ctx, &engine.Request{Query: tt.query}, nil)
				if diff := cmp.Diff(tt.want, string(body)); diff != "" {
					t.Error(diff)
				}
				if got := strings.Join(f.documents, " "); got != tt.asked {
					t.Errorf("asked %q, want %q", got, tt.asked)
				}
			})
		}
	}
}

func TestHowDenialsAreReported(t *testing.T) {
	const query = `{open me{name}}`
	tests := []struct {
		name, want string
		cfg        engine.Authorization
		documents  []string
	}{
		{"reject", `{"errors":[{"message":"Unauthorized field or type: me","extensions":{"code":"UNAUTHORIZED_FIELD_OR_TYPE"}}]}`, engine.Authorization{Reject: true}, nil},
		{"dry run", `{"data":{"open":1,"me":{"name":"Ann"}},"errors":[` + denied("me") + `]}`, engine.Authorization{DryRun: true, Reject: true}, []string{`{open me{name}}`}},
		{"silent", `{"data":{"open":1,"me":null}}`, engine.Authorization{Silent: true}, []string{`{open}`}},
		{"disabled", `{"data":{"open":1,"me":{"name":"Ann"}}}`, engine.Authorization{Disabled: true}, []string{`{open me{name}}`}},
	}
	sg, err := supergraph.Read("guarded", guarded)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &asked{}
			s, err := engine.NewSnapshot(sg, f, engine.Config{Authorization: tt.cfg})
			if err != nil {
				t.Fatal(err)
			}
			body, out := engine.New(s, nil).Execute(t.Context(), &engine.Request{Query: query}, nil)
			if string(body) != tt.want || !slices.Equal(f.documents, tt.documents) || out.Refused != (tt.name == "reject") {
				t.Errorf("asked %q, outcome %+v, have\n%s\nwant\n%s", f.documents, out, body, tt.want)
			}
		})
	}
}
