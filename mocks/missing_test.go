package mocks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

func lines(list []mocks.Coordinate) string {
	out := make([]string, 0, len(list))
	for _, c := range list {
		out = append(out, strings.TrimSpace(c.Subgraph+" "+c.String()))
	}
	return strings.Join(out, "\n")
}

func TestMissingIsWhatTheServiceDoesNotHave(t *testing.T) {
	contract := read(t, `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { T @join__graph(name: "tickets", url: "http://t") M @join__graph(name: "monolith", url: "http://m") }
type Query @join__type(graph: T) @join__type(graph: M) { ticket: Ticket @join__field(graph: T) tickets: [Ticket] @join__field(graph: T) site: Site @join__field(graph: M) }
type Ticket @join__type(graph: T, key: "id") { id: ID! subject: String! mood: Mood }
enum Mood @join__type(graph: T) { CALM @join__enumValue(graph: T) }
type Site @join__type(graph: T, key: "id") @join__type(graph: M, key: "id") { id: ID! name: String @join__field(graph: T, external: true) @join__field(graph: M) tickets: [Ticket] @join__field(graph: T) speed: Int @join__field(graph: T, requires: "name") }
type Sla @join__type(graph: T) { hours: Int }`)
	cases := []struct{ name, sdl, want string }{
		{"all of it", `type Query { ticket: Ticket tickets: [Ticket] } type Ticket @key(fields: "id") { id: ID! subject: String! mood: String } extend type Site @key(fields: "id") { id: ID! @external tickets: [Ticket] speed: Int } type Sla { hours: Int }`, ""},
		{"types, fields and root fields", `type Query { ticket: Ticket _service: _Service! } type Ticket { id: ID! subject: String! } type Site { id: ID! } extend type Site { tickets: [Ticket] }`, "tickets Query.tickets\ntickets Ticket.mood\ntickets Site.speed\ntickets Sla.hours"},
		{"a root type of another name", `schema { query: Root } type Root { ticket: Ticket tickets: [Ticket] } type Ticket { id: ID! subject: String! mood: String } type Site { id: ID! tickets: Int speed: Int } type Sla { hours: Int }`, ""},
		{"a root type of another name, extended", `extend schema { query: Root } type Root { ticket: Int } type Ticket { id: ID! subject: String! mood: String } type Site { id: ID! tickets: Int speed: Int } type Sla { hours: Int }`, "tickets Query.tickets"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := mocks.Missing(contract, "tickets", c.sdl)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, lines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := mocks.Missing(contract, "tickets", "type Query {\n"); err == nil || !strings.HasPrefix(err.Error(), "SDL of tickets: 2:1: ") {
		t.Error(err)
	}
	if _, err := mocks.Missing(contract, "nobody", ""); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Error(err)
	}
}

func TestMarkedIsWhatCarriesTheDirective(t *testing.T) {
	cases := []struct{ name, sdl, want string }{
		{"imported", `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"]) type A { a: Int @mock b: Int } extend type A { c: Int @mock }`, "A.a\nA.c"},
		{"by another name", `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: [{name: "@mock", as: "@fake"}]) type A { a: Int @mock b: Int @fake }`, "A.b"},
		{"under the link's name", `extend schema @link(url: "https://ficus.dev/spec/v0.1", as: "ficus") type A { a: Int @ficus__mock }`, "A.a"},
		{"under the spec's name", `schema @link(url: "https://ficus.dev/spec/v0.1") { query: Q } type Q { a: Int @spec__mock }`, "Query.a"},
		{"a type, wherever it is marked", `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"]) type A { a: Int } extend type A @mock { b: Int }`, "A.a\nA.b"},
		{"another's directive", `type A { a: Int @mock }`, ""},
		{"another's link", `extend schema @link(url: "https://example.com/spec/v0.1", import: ["@mock"]) type A { a: Int @mock }`, ""},
		{"inputs are none", `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"]) input A { a: Int @mock }`, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := mocks.Marked(c.sdl)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, lines(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := mocks.Marked("type {"); err == nil || !strings.HasPrefix(err.Error(), "SDL of the subgraph: 1:6: ") {
		t.Error(err)
	}
}

func TestIsMock(t *testing.T) {
	for s, want := range map[supergraph.Subgraph]bool{
		{Name: "a_mock", Of: "a"}: true, {Name: "a_mock"}: false, {Name: "a_Query_b", Of: "a"}: false,
	} {
		if mocks.IsMock(&s) != want {
			t.Errorf("%+v", s)
		}
	}
}
