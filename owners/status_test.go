package owners_test

import (
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/owners/status"
)

// TestReadyIsWhatThePlanSays: what is made up along with a field is not ready, nor is what only a key leads to that is
// made up; and who makes up everything is no real owner.
func TestReadyIsWhatThePlanSays(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@shareable", "@key"]) @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"]) `
	cfg := parse(t, t.TempDir(), `environment: dev
contract: {poll_interval: off}
subgraphs:
  a: {routing_url: "http://a", schema: {sdl: '`+link+`type Query { here: Money item: Item parts: [Part] } type Part @key(fields: "sku") @key(fields: "upc") { sku: ID! upc: ID! @mock } type Money @shareable { amount: Int currency: String @mock } type Item @key(fields: "id") { id: ID! sum: Money @shareable }'}}
  b: {routing_url: "http://b", schema: {sdl: '`+link+`type Query { there: Money } type Part @key(fields: "upc") { upc: ID! left: Int } type Money @shareable { amount: Int currency: String } type Item @key(fields: "id") { id: ID! sum: Money @shareable }'}}
  c: {mock: always, schema: {sdl: 'type Query { all: Int }'}}
`)
	g, err := owners.New(cfg, owners.Ports{}).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"query X { there { currency } }":       "q X: ready",
		"{ here { amount } }":                  "q: mocked: Query.here",
		"{ item { sum { amount currency } } }": "q: ready",
		"{ here { currency } }":                "q: mocked: Query.here",
		"{ parts { sku } }":                    "q: ready",
		"{ parts { left } }":                   "q: mocked: Part.upc: ",
		"{ all }":                              "q: mocked: Query.all",
	} {
		got := g.Operations([]status.Saved{{Name: "q", Text: query}}).List
		if len(got) != 1 || !strings.HasPrefix(got[0].String(), want) {
			t.Errorf("%s: %v, want %s", query, got, want)
		}
	}
	if r := g.Report(); r.Environment != "dev" || r != g.Report() {
		t.Errorf("%+v", r)
	}
}
