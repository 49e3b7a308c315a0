package service

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/examples/tickets/graph"
)

// Both versions of the service are in one program. What the second has beyond the first is version2.graphql; to
// the first, a field that is only there does not exist: it is not in its SDL, and a query that names it is refused.
const newest = 2

var (
	//go:embed schema.graphql
	firstSDL string
	//go:embed version2.graphql
	addedSDL string
)

// versioned is the schema as that version of the service has it.
func versioned(version int, r *Resolver) (graphql.ExecutableSchema, error) {
	whole := graph.NewExecutableSchema(graph.Config{Resolvers: r})
	if version == newest {
		return whole, nil
	}
	added, err := parser.ParseSchema(&ast.Source{Name: "version2.graphql", Input: addedSDL})
	if err != nil {
		return nil, fmt.Errorf("what version 2 adds: %w", err)
	}
	return graph.NewExecutableSchema(graph.Config{Resolvers: r, Schema: without(whole.Schema(), added)}), nil
}

// without is the schema without what the document adds to it.
func without(schema *ast.Schema, added *ast.SchemaDocument) *ast.Schema {
	out := *schema
	out.Types = maps.Clone(schema.Types)
	for _, def := range added.Definitions {
		delete(out.Types, def.Name)
	}
	for _, ext := range added.Extensions {
		def := *schema.Types[ext.Name]
		def.Fields = slices.DeleteFunc(slices.Clone(def.Fields), func(f *ast.FieldDefinition) bool {
			return ext.Fields.ForName(f.Name) != nil
		})
		out.Types[ext.Name] = &def
	}
	return &out
}

// saysFirst has the service say the SDL of its first version.
func saysFirst(ctx context.Context, next graphql.Resolver) (any, error) {
	if f := graphql.GetFieldContext(ctx); f.Object == "_Service" && f.Field.Name == "sdl" {
		return firstSDL, nil
	}
	return next(ctx)
}
