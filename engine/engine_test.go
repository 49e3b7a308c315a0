package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

const graph = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query mutation: Mutation subscription: Subscription }
enum join__Graph { OLD @join__graph(name: "old", url: "http://old") NEW @join__graph(name: "new", url: "http://new") }
type Query @join__type(graph: OLD) @join__type(graph: NEW) {
  version: String @join__field(graph: OLD)
  count(of: Int): Int @join__field(graph: OLD) @join__field(graph: NEW, override: "old", overrideLabel: "moved")
}
type Mutation @join__type(graph: OLD) { touch: Boolean @join__field(graph: OLD) }
type Subscription @join__type(graph: OLD) { ticks: Int @join__field(graph: OLD) }
`

// source answers version with its own name, and counts what it was asked.
type source struct {
	version string
	asked   sync.Map
}

func (s *source) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	n, _ := s.asked.LoadOrStore(r.Fetch.Subgraph, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
	return &executor.Response{Body: fmt.Appendf(nil, `{"data":{"version":%q,"count":7,"touch":true}}`, s.version)}, nil
}

func (s *source) count(subgraph string) int64 {
	if n, ok := s.asked.Load(subgraph); ok {
		return n.(*atomic.Int64).Load()
	}
	return 0
}

// plans counts the plans that were made.
type plans struct{ made atomic.Int64 }

func (p *plans) FetchBegins(ctx context.Context, _ *executor.Request) context.Context    { return ctx }
func (p *plans) FetchDone(context.Context, *executor.Request, time.Duration, int, error) {}
func (p *plans) ParseDone(context.Context, time.Duration, error)                         {}
func (p *plans) CostDone(context.Context, int, bool)                                     {}
func (p *plans) LimitPassed(context.Context, string, operation.Excess, bool)             {}
func (p *plans) PlanDone(_ context.Context, _ time.Duration, _ int, err error) {
	if err == nil {
		p.made.Add(1)
	}
}

func snapshot(t testing.TB, f executor.Fetcher, cfg engine.Config) *engine.Snapshot {
	t.Helper()
	sg, err := supergraph.Read("graph", graph)
	if err != nil {
		t.Fatal(err)
	}
	s, err := engine.NewSnapshot(sg, f, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsRefusedIsNotExecuted(t *testing.T) {
	f := &source{}
	e := engine.New(snapshot(t, f, engine.Config{}), nil)
	tests := []struct {
		name string
		r    engine.Request
		code string
	}{
		{"syntax", engine.Request{Query: "{"}, operation.CodeParse},
		{"an unknown field", engine.Request{Query: "{ nope }"}, operation.CodeValidation},
		{"an unknown operation", engine.Request{Query: "query A { version }", OperationName: "B"}, operation.CodeUnknownOperation},
		{"a variable", engine.Request{Query: "query($n: Int) { count(of: $n) }", Variables: []byte(`{"n":"x"}`)}, operation.CodeVariable},
		{"a mutation where only reading is allowed", engine.Request{Query: "mutation { touch }", ReadOnly: true}, engine.CodeMutationForbidden},
		{"a subscription", engine.Request{Query: "subscription { ticks }"}, engine.CodeSubscription},
		{"introspection that is off", engine.Request{Query: "{ __schema { types { name } } }"}, engine.CodeIntrospection},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body, out := e.Execute(t.Context(), &test.r, nil)
			if !out.Refused || out.Code != test.code || !strings.Contains(string(body), test.code) || strings.Contains(string(body), `"data"`) {
				t.Errorf("%+v %s", out, body)
			}
		})
	}
	if f.count("old") != 0 {
		t.Error("a subgraph was asked")
	}
}

// TestAPlanIsMadeOnce for each operation, however it is laid out, and for each combination of its conditions.
func TestAPlanIsMadeOnce(t *testing.T) {
	observer := &plans{}
	e := engine.New(snapshot(t, &source{}, engine.Config{}), observer)
	run := func(query, variables string) {
		t.Helper()
		if body, out := e.Execute(t.Context(), &engine.Request{Query: query, Variables: []byte(variables)}, nil); out.Refused || out.Errors > 0 {
			t.Fatalf("%s", body)
		}
	}
	for range 3 {
		run("{ version count }", "")
		run("{\n  version\n  ...F\n}\nfragment F on Query { count }", "")
		run("query($on: Boolean!) { version count @include(if: $on) }", `{"on":true}`)
		run("query($on: Boolean!) { version count @include(if: $on) }", `{"on":false}`)
	}
	if n := observer.made.Load(); n > 3 {
		t.Errorf("%d plans were made", n)
	}
}

// TestLabelsSayWhoIsAsked and only those that matter to an operation make another plan.
func TestLabelsSayWhoIsAsked(t *testing.T) {
	f, observer := &source{}, &plans{}
	e := engine.New(snapshot(t, f, engine.Config{}), observer)
	ask := func(query string, labels ...string) {
		t.Helper()
		if body, out := e.Execute(t.Context(), &engine.Request{Query: query, Labels: labels}, nil); out.Errors > 0 {
			t.Fatalf("%s", body)
		}
	}
	ask("{ count }")
	if f.count("old") != 1 || f.count("new") != 0 {
		t.Error("without the label the new owner was asked")
	}
	ask("{ count }", "moved")
	if f.count("new") != 1 {
		t.Error("with the label the old owner was asked")
	}
	before := observer.made.Load()
	ask("{ version }")
	ask("{ version }", "moved")
	ask("{ version }", "other")
	if n := observer.made.Load() - before; n != 1 {
		t.Errorf("labels that do not matter made %d plans", n)
	}
}

// TestASwapLosesNoRequest: each request is answered whole from the snapshot that it began with.
func TestASwapLosesNoRequest(t *testing.T) {
	e := engine.New(snapshot(t, &source{version: "1"}, engine.Config{}), nil)
	next := snapshot(t, &source{version: "2"}, engine.Config{})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 200 {
				body, out := e.Execute(t.Context(), &engine.Request{Query: "{ version }"}, nil)
				if text := string(body); out.Errors > 0 || text != `{"data":{"version":"1"}}` && text != `{"data":{"version":"2"}}` {
					t.Errorf("%s", text)
				}
			}
		})
	}
	e.Swap(next)
	wait.Wait()
	if body, _ := e.Execute(t.Context(), &engine.Request{Query: "{ version }"}, nil); string(body) != `{"data":{"version":"2"}}` {
		t.Errorf("after the swap: %s", body)
	}
}

func TestIntrospectionAsksNoSubgraph(t *testing.T) {
	f := &source{}
	e := engine.New(snapshot(t, f, engine.Config{Introspection: true}), nil)
	body, _ := e.Execute(t.Context(), &engine.Request{
		Query: `query($t: String!) { __typename t: __type(name: $t) { __typename name fields { name } } }`, Variables: []byte(`{"t":"Mutation"}`),
	}, nil)
	const want = `{"data":{"__typename":"Query","t":{"__typename":"__Type","name":"Mutation","fields":[{"name":"touch"}]}}}`
	if string(body) != want || f.count("old") != 0 {
		t.Errorf("%s", body)
	}
}

func TestAPlanForPeople(t *testing.T) {
	plan, err := snapshot(t, nil, engine.Config{}).Plan(&engine.Request{Query: "query($on: Boolean!, $n: Int!) { version @include(if: $on) count(of: $n) }"})
	if err != nil {
		t.Fatal(err)
	}
	if text := plan.String(); !strings.Contains(text, `Fetch(service: "old")`) || !strings.Contains(text, "version") {
		t.Error(text)
	}
	var refused operation.Errors
	if _, err := snapshot(t, nil, engine.Config{}).Plan(&engine.Request{Query: "{ nope }"}); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
}

// TestIntrospectionIsThatOfGraphQLJS in what the parser's prelude has not, or has in other words.
func TestIntrospectionIsThatOfGraphQLJS(t *testing.T) {
	e := engine.New(snapshot(t, &source{}, engine.Config{Introspection: true}), nil)
	for query, want := range map[string]string{
		`{ __schema { directives(includeDeprecated: true) { name isDeprecated deprecationReason } } }`:              `{"name":"skip","isDeprecated":false,"deprecationReason":null}`,
		`{ __type(name: "__Schema") { fields { name args { name defaultValue type { kind ofType { name } } } } } }`: `{"name":"directives","args":[{"name":"includeDeprecated","defaultValue":"false","type":{"kind":"NON_NULL","ofType":{"name":"Boolean"}}}]}`,
		`{ __type(name: "__DirectiveLocation") { enumValues { name } } }`:                                           `{"name":"INPUT_FIELD_DEFINITION"},{"name":"DIRECTIVE_DEFINITION"}]`,
		`{ __type(name: "String") { description } }`:                                                                "The `String` scalar type",
		`{ __type(name: "__Directive") { fields { name } } }`:                                                       `{"name":"args"},{"name":"isDeprecated"},{"name":"deprecationReason"}]`,
	} {
		if body, _ := e.Execute(t.Context(), &engine.Request{Query: query}, nil); !strings.Contains(string(body), want) {
			t.Errorf("%s: %s", query, body)
		}
	}
}
