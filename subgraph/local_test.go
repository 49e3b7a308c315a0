package subgraph_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/graph"
	"github.com/ficusgraph/ficus/graph/model"
	"github.com/ficusgraph/ficus/resolvers"
	"github.com/ficusgraph/ficus/subgraph"
)

// usage answers for organizations; which makes it panic, fail, or answer.
type usage func(ids []string) ([]*model.Usage, error)

func (u usage) UsageByOrganization(_ context.Context, ids []string) ([]*model.Usage, error) {
	return u(ids)
}

type callerKey struct{}

func caller(ctx context.Context) (resolvers.Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(resolvers.Caller)
	return c, ok
}

// platform is the bundled graph in process, and what it reports.
func platform(u usage) (*subgraph.Local, func() []string) {
	var mu sync.Mutex
	var failed []string
	r := &resolvers.Resolver{Viewer: caller, Organizations: u}
	l := subgraph.NewLocal(graph.NewExecutableSchema(graph.Config{Resolvers: r}), subgraph.LocalConfig{
		Prepare: r.WithLoaders,
		Failed: func(_ context.Context, err error) {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err.Error())
		},
	})
	return l, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return failed
	}
}

func ask(ctx context.Context, f executor.Fetcher, operation, variables string) string {
	res, err := f.Fetch(ctx, &executor.Request{Fetch: &queryplan.Fetch{Subgraph: "platform", Operation: operation}, Variables: []byte(variables)})
	if err != nil {
		return err.Error()
	}
	return string(res.Body)
}

func TestLocalAnswersAsASubgraph(t *testing.T) {
	l, failed := platform(func(ids []string) ([]*model.Usage, error) {
		out := make([]*model.Usage, len(ids))
		for i, id := range ids {
			if id != "404" {
				out[i] = &model.Usage{Sites: 3}
			}
		}
		return out, nil
	})
	ctx := context.WithValue(t.Context(), callerKey{}, resolvers.Caller{Subject: "7", Scopes: []string{"read"}})
	cases := []struct{ name, operation, variables, want string }{
		{"a root field, with who asks in the context", `{ viewer { id scopes user { id } } }`, ``, `{"data":{"viewer":{"id":"7","scopes":["read"],"user":{"id":"7"}}}}`},
		{
			"entities", `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Organization { id allowance { sitesUsed } } } }`,
			`{"representations":[{"__typename":"Organization","id":"1"},{"__typename":"Organization","id":2}]}`,
			`{"data":{"_entities":[{"id":"1","allowance":{"sitesUsed":3}},{"id":"2","allowance":{"sitesUsed":3}}]}}`,
		},
		{
			"an ID of more digits than a float holds", `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Organization { id } } }`,
			`{"representations":[{"__typename":"Organization","id":12345678901234567890123}]}`,
			`{"data":{"_entities":[{"id":"12345678901234567890123"}]}}`,
		},
		{"not valid", `{ nothing }`, ``, `{"data":null,"errors":[{"message":"Cannot query field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`},
		{"not GraphQL", `{`, ``, `{"data":null,"errors":[{"message":"Expected Name, found \u003cEOF\u003e","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`},
		{"variables that are no JSON", `{ viewer { id } }`, `{`, `INTERNAL_SERVER_ERROR: internal error: fetch platform: variables: unexpected EOF`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for range 2 { // the second time from the cache
				if diff := cmp.Diff(c.want, ask(ctx, l, c.operation, c.variables)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	if got := failed(); len(got) > 0 {
		t.Error(got)
	}
}

const organization = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Organization { id allowance { sitesUsed } } } }`

func TestLocalKeepsWhatIsInternalToItself(t *testing.T) {
	cases := []struct {
		name  string
		usage usage
		want  string
	}{
		{
			"an error with a message for clients",
			func([]string) ([]*model.Usage, error) { return nil, errors.New("dial db7.internal: refused") },
			`"message":"the organization's usage could not be loaded"`,
		},
		{"a panic", func([]string) ([]*model.Usage, error) { panic("db7.internal") }, `"errors":[`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l, _ := platform(c.usage)
			got := ask(t.Context(), l, organization, `{"representations":[{"__typename":"Organization","id":"1"}]}`)
			if !strings.Contains(got, c.want) || strings.Contains(got, "db7.internal") {
				t.Error(got)
			}
		})
	}
}

// schema is one whose execution is the function.
func schema(t *testing.T, exec func(ctx context.Context) graphql.ResponseHandler) graphql.ExecutableSchema {
	t.Helper()
	s := gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { a: Int }`})
	return &graphql.ExecutableSchemaMock{ExecFunc: exec, SchemaFunc: func() *ast.Schema { return s }}
}

func TestLocalHidesErrorsThatWereNotMeantForClients(t *testing.T) {
	var failed []string
	cfg := subgraph.LocalConfig{Failed: func(_ context.Context, err error) { failed = append(failed, err.Error()) }}
	l := subgraph.NewLocal(schema(t, func(ctx context.Context) graphql.ResponseHandler {
		return func(ctx context.Context) *graphql.Response {
			graphql.AddError(ctx, errors.New("no route to db7.internal"))
			graphql.AddError(ctx, graphql.Recover(ctx, "nil map in resolver"))
			return &graphql.Response{Data: []byte(`{"a":null}`)}
		}
	}), cfg)
	want := `{"data":{"a":null},"errors":[{"message":"internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}},{"message":"internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
	if diff := cmp.Diff(want, ask(t.Context(), l, `{ a }`, ``)); diff != "" {
		t.Error(diff)
	}
	if len(failed) != 2 || !strings.Contains(failed[0], "db7.internal") || !strings.Contains(failed[1], "nil map") || !strings.Contains(failed[1], "local_test.go") {
		t.Errorf("the operator is told %q", failed)
	}
}

func TestLocalSurvivesASchemaThatDoesNot(t *testing.T) {
	l := subgraph.NewLocal(schema(t, func(context.Context) graphql.ResponseHandler { panic("generated code") }), subgraph.LocalConfig{})
	if got := ask(t.Context(), l, `{ a }`, ``); !strings.HasPrefix(got, "INTERNAL_SERVER_ERROR: internal error: panic: generated code") {
		t.Error(got)
	}
	l = subgraph.NewLocal(schema(t, func(context.Context) graphql.ResponseHandler {
		return func(context.Context) *graphql.Response { return nil }
	}), subgraph.LocalConfig{})
	if got := ask(t.Context(), l, `{ a }`, ``); got != "INTERNAL_SERVER_ERROR: internal error: fetch platform: the schema gave no response" {
		t.Error(got)
	}
}
