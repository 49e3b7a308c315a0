package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/owners/contract"
)

const linked = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@external", "@requires", "@provides", "@shareable", "@interfaceObject"])` + "\n"

// TestWhatGoesAlong with a field that nobody implements, why, and that no more does.
func TestWhatGoesAlong(t *testing.T) {
	tests := []struct {
		name    string
		missing string // subgraph Type.field
		a, b    string
		gone    string
		api     string // types with their fields, in order
	}{
		{
			"a field that nothing needs", "a User.name",
			linked + `type Query { user: User } type User @key(fields: "id") { id: ID! name: String }`,
			linked + `type User @key(fields: "id") { id: ID! score: Int }`,
			"", "Query user; User id score",
		},
		{
			"what requires it", "a User.name",
			linked + `type Query { user: User } type User @key(fields: "id") { id: ID! name: String }`,
			linked + `type User @key(fields: "id") { id: ID! name: String @external slug: String @requires(fields: "name") score: Int }`,
			"b User.slug requires User.name, which nobody implements", "Query user; User id score",
		},
		{
			"what only its key led to", "a User.id",
			linked + `type Query { user: User } type User @key(fields: "id") { id: ID! name: String }`,
			linked + `type User @key(fields: "id") { id: ID! score: Int }`,
			"b User.id cannot stay without what is not implemented: SATISFIABILITY_ERROR: nothing that is implemented leads to it\n" +
				"b User.score cannot stay without what is not implemented: SATISFIABILITY_ERROR: nothing that is implemented leads to it",
			"Query user; User name",
		},
		{
			"one key of two", "a User.email",
			linked + `type Query { user: User } type User @key(fields: "id") @key(fields: "email") { id: ID! email: String }`,
			linked + `type User @key(fields: "id") { id: ID! score: Int }`,
			"", "Query user; User id score",
		},
		{
			"the rest of a key of two fields may come from both still", "a User.org",
			linked + `type Query { user: User } type User @key(fields: "id") @key(fields: "org name") { id: ID! org: ID name: String }`,
			linked + `type User @key(fields: "id") @key(fields: "org name") { id: ID! org: ID name: String }`,
			"", "Query user; User id name org",
		},
		{
			"a type that is left empty, and what returns it", "a Price.amount",
			linked + `type Query { product: Product prices: [Price] } type Product @key(fields: "id") { id: ID! price: Price } type Price { amount: Int }`,
			linked + `type Product @key(fields: "id") { id: ID! stock: Int }`,
			"a Query.prices returns Price, of which nothing is implemented\na Product.price returns Price, of which nothing is implemented", "Query product; Product id stock",
		},
		{
			"an interface's field", "a Book.title",
			linked + `type Query { media: [Media] } interface Media { id: ID title: String } type Book implements Media { id: ID title: String pages: Int } type Film implements Media { id: ID title: String }`,
			linked + `type Query { b: Int }`,
			"a Media.title is promised by an interface, and Book.title is not implemented", "Query media b; Book id pages; Film id title; Media id",
		},
		{
			"a member of a union", "a Film.length",
			linked + `type Query { all: [Any] film: Film } union Any = Book | Film type Book { pages: Int } type Film { length: Int }`,
			linked + `type Query { b: Int }`,
			"a Query.film returns Film, of which nothing is implemented", "Query all b; Book pages",
		},
		{
			"an interface object's key", "b Media.id",
			linked + `type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! } type Book implements Media @key(fields: "id") { id: ID! pages: Int }`,
			linked + `type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }`,
			"b Media.stars cannot stay without what is not implemented: INTERFACE_OBJECT_USAGE_ERROR: The @interfaceObject directive can only be applied to entity types but type \"Media\" has no @key in this subgraph.",
			"Query media; Book id pages; Media id",
		},
		{
			"a Federation 1 extension of a type that is gone", "a User.id",
			`type Query { user: User } type User @key(fields: "id") { id: ID! }`,
			`extend type User @key(fields: "id") { id: ID! @external score: Int } type Query { b: Int }`,
			"a Query.user returns User, of which nothing is implemented\nb User.score extends User, of which nothing is implemented", "Query b",
		},
		{
			"a field that another subgraph resolves too", "a User.name",
			linked + `type Query { user: User } type User @key(fields: "id") { id: ID! name: String @shareable }`,
			linked + `type User @key(fields: "id") { id: ID! name: String @shareable }`,
			"", "Query user; User id name",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			subgraph, coordinate, _ := strings.Cut(test.missing, " ")
			typ, field, _ := strings.Cut(coordinate, ".")
			list := []composition.Subgraph{{Name: "a", URL: "http://a", SDL: test.a}, {Name: "b", URL: "http://b", SDL: test.b}}
			result, gone, err := contract.Reduce(list, []mocks.Coordinate{{Subgraph: subgraph, Type: typ, Field: field}}, composition.Compose)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, g := range gone {
				lines = append(lines, g.Subgraph+" "+g.String()+" "+g.Because)
			}
			if diff := cmp.Diff(test.gone, strings.Join(lines, "\n")); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.api, fieldsOf(t, result.SupergraphSDL)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// fieldsOf are the types of a graph with their fields.
func fieldsOf(t *testing.T, sdl string) string {
	t.Helper()
	sg, err := supergraph.Read("", sdl)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, typ := range sg.Types {
		if len(typ.Fields) == 0 {
			continue
		}
		line := typ.Name
		for _, f := range typ.Fields {
			line += " " + f.Name
		}
		out = append(out, line)
	}
	slices.SortStableFunc(out, func(a, b string) int { return strings.Compare(first(a), first(b)) })
	return strings.Join(out, "; ")
}

// first puts the query before all others.
func first(line string) string {
	if strings.HasPrefix(line, "Query") {
		return ""
	}
	return "x"
}
