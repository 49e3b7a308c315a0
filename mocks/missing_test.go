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

func TestCheckSuggestsTheNearestCoordinate(t *testing.T) {
	graph := read(t, `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
type Query @join__type(graph: A) { ticket: Ticket }
type Ticket @join__type(graph: A) { id: ID! mood: Int }`)
	for coordinate, want := range map[string]string{
		"Ticket.mood": "", "Query.ticket": "", "Tiket.mood": "there is no type Tiket; did you mean Ticket?",
		"Ticket.mod": "Ticket has no field mod; did you mean mood?", "Ticket": "name a field, such as Ticket.id",
	} {
		if err := mocks.Check(graph, coordinate); want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v, want %q", coordinate, err, want)
		}
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
