package engine_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

const itemGraph = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
type Query @join__type(graph: A) { one: Item @join__field(graph: A) list: [Item] @join__field(graph: A) }
type Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID! price: Int @join__field(graph: B) }
`

// items answers for the graph of items.
type items struct{ asked atomic.Int64 }

func (s *items) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	s.asked.Add(1)
	answer := `{"data":{"one":{"id":"1"},"list":[{"id":"2"},{"id":"1"}]}}`
	if r.Fetch.IsEntity() {
		answer = `{"data":{"_entities":[{"price":10},{"price":20}]}}`
	}
	return &executor.Response{Body: []byte(answer)}, nil
}

func TestEntitiesOfSeveralPlacesAreAskedForAtOnce(t *testing.T) {
	sg, err := supergraph.Read("items", itemGraph)
	if err != nil {
		t.Fatal(err)
	}
	f := &items{}
	s, err := engine.NewSnapshot(sg, f, engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := engine.New(s, nil).Execute(t.Context(), &engine.Request{Query: "{ one { price } list { price } }"}, nil)
	if want := `{"data":{"one":{"price":10},"list":[{"price":20},{"price":10}]}}`; string(body) != want || f.asked.Load() != 2 {
		t.Errorf("%d requests, have %s", f.asked.Load(), body)
	}
}
