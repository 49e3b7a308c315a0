package contract_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/owners/contract"
)

func TestAServiceLacksWhatItDoesNotHave(t *testing.T) {
	graph, err := supergraph.Read("", `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { T @join__graph(name: "tickets", url: "http://t") M @join__graph(name: "monolith", url: "http://m") }
type Query @join__type(graph: T) @join__type(graph: M) { ticket: Ticket @join__field(graph: T) tickets: [Ticket] @join__field(graph: T) site: Site @join__field(graph: M) }
type Ticket @join__type(graph: T, key: "id") { id: ID! subject: String! mood: Mood }
enum Mood @join__type(graph: T) { CALM @join__enumValue(graph: T) }
type Site @join__type(graph: T, key: "id") @join__type(graph: M, key: "id") { id: ID! name: String @join__field(graph: T, external: true) @join__field(graph: M) tickets: [Ticket] @join__field(graph: T) speed: Int @join__field(graph: T, requires: "name") }
type Sla @join__type(graph: T) { hours: Int }`)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, sdl, want string }{
		{"all of it", `type Query { ticket: Ticket tickets: [Ticket] } type Ticket @key(fields: "id") { id: ID! subject: String! mood: String } extend type Site @key(fields: "id") { id: ID! @external tickets: [Ticket] speed: Int } type Sla { hours: Int }`, ""},
		{"types, fields and root fields", `type Query { ticket: Ticket _service: _Service! } type Ticket { id: ID! subject: String! } type Site { id: ID! } extend type Site { tickets: [Ticket] }`, "tickets Query.tickets\ntickets Ticket.mood\ntickets Site.speed\ntickets Sla.hours"},
		{"a root type of another name", `schema { query: Root } type Root { ticket: Ticket tickets: [Ticket] } type Ticket { id: ID! subject: String! mood: String } type Site { id: ID! tickets: Int speed: Int } type Sla { hours: Int }`, ""},
		{"what it calls external", `type Query { ticket: Ticket tickets: [Ticket] } extend type Ticket @key(fields: "id") { id: ID! @external subject: String! @external mood: String } type Site { id: ID! tickets: Int speed: Int } type Sla { hours: Int }`, "tickets Ticket.subject"},
		{"what it marks as made up", `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"]) type Query { ticket: Ticket tickets: [Ticket] @mock } type Ticket { id: ID! subject: String! mood: String } type Site { id: ID! tickets: Int speed: Int } type Sla @mock { hours: Int }`, "tickets Query.tickets\ntickets Sla.hours"},
		{"a root type of another name, extended", `extend schema { query: Root } type Root { ticket: Int } type Ticket { id: ID! subject: String! mood: String } type Site { id: ID! tickets: Int speed: Int } type Sla { hours: Int }`, "tickets Query.tickets"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			service, err := contract.Read("", c.sdl)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, lacks := range contract.Lacks(graph, "tickets", &contract.Schema{}, service) {
				got = append(got, lacks.Subgraph+" "+lacks.String())
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
