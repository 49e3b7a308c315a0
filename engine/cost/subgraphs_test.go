package cost_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/cost"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/planner"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

const (
	federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@cost", "@listSize", "@external", "@requires"]) `
	shopSDL    = federation + `
type Query { products(first: Int): [Product] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false) top: Product page(size: Int!): Page @listSize(slicingArguments: ["size"], sizedFields: ["nodes"]) }
type Mutation { rename(id: ID!): Product }
type Page { nodes: [Product] }
type Product @key(fields: "id") { id: ID! name: String parts: [Product] @listSize(assumedSize: 3) weight: Int @cost(weight: 2) }`
	reviewSDL = federation + `
type Product @key(fields: "id") { id: ID! reviews: [Review] @listSize(assumedSize: 4) score: Int @cost(weight: 5) weight: Int @external shipping: Int @requires(fields: "weight") @cost(weight: 1) }
type Review { id: ID by: User }
type User @cost(weight: 2) { name: String }`
)

// TestShares: what an operation costs each subgraph, where lists of which nothing is known have 10 elements, and 20 of
// those of reviews.
func TestShares(t *testing.T) {
	composed, err := composition.Compose([]composition.Subgraph{{Name: "shop", URL: "http://a", SDL: shopSDL}, {Name: "reviews", URL: "http://b", SDL: reviewSDL}})
	if err != nil {
		t.Fatal(err)
	}
	graph, err := supergraph.Read("supergraph", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"{ top { name } }":                                                              "shop 1",
		"{ products { id } }":                                                           "shop 10",
		"{ products(first: 5) { name } }":                                               "shop 5",
		"{ top { score } }":                                                             "reviews 5, shop 1",
		"{ products(first: 5) { score } }":                                              "reviews 25, shop 5",
		"{ products { reviews { by { name } } } }":                                      "reviews 120, shop 10",
		"{ products(first: 2) { parts { score } } }":                                    "reviews 30, shop 8",
		"{ products(first: 2) { score parts { score } } }":                              "reviews 40, shop 8",
		"{ page(size: 6) { nodes { score } } }":                                         "reviews 30, shop 7",
		"{ products(first: 3) { shipping } }":                                           "reviews 3, shop 9",
		"mutation { rename(id: 1) { score } }":                                          "reviews 5, shop 11",
		"{ __schema { types { name } } top { name } }":                                  "shop 1",
		"query($n: Int = 7) { products(first: $n) { score } }":                          "reviews 35, shop 7",
		"{ a: products(first: 2) { score } b: products(first: 3) { score } }":           "reviews 25, shop 5",
		"{ a: products(first: 2) { x: score } b: products(first: 3) { parts { id } } }": "reviews 10, shop 14",
	} {
		t.Run(query, func(t *testing.T) {
			doc, err := operation.Parse(graph.API, query, operation.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			p, err := doc.Operation("")
			if err != nil {
				t.Fatal(err)
			}
			values, err := p.Coerce(nil)
			if err != nil {
				t.Fatal(err)
			}
			op, err := p.Decide(0)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := planner.New(graph, planner.Config{SharePaths: true}).Plan(op, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range cost.Shares(graph, plan, func(name string) int { return map[string]int{"shop": 10, "reviews": 20}[name] }) {
				n, err := s.Estimate.Of(values)
				if err != nil {
					t.Error(err)
				}
				got = append(got, fmt.Sprint(s.Subgraph, " ", n))
			}
			if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, plan)
			}
		})
	}
}
