package owners

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/mocks"
)

// without is the schemas without the fields that nobody answers. A schema that has all of its own is left as it is.
func without(schemas []composition.Subgraph, dropped []Dropped) ([]composition.Subgraph, error) {
	out := slices.Clone(schemas)
	for i, s := range schemas {
		var marked []mocks.Coordinate
		for _, d := range dropped {
			if d.Subgraph == s.Name {
				marked = append(marked, d.Coordinate)
			}
		}
		if len(marked) == 0 {
			continue
		}
		doc, err := parser.ParseSchema(&ast.Source{Name: s.File, Input: s.SDL})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
		remove(doc, marked)
		var b strings.Builder
		formatter.NewFormatter(&b).FormatSchemaDocument(doc)
		out[i].SDL = b.String()
	}
	return out, nil
}

// remove takes the fields out of the document; a type that has none left goes, and with it the fields that
// return it.
func remove(doc *ast.SchemaDocument, marked []mocks.Coordinate) {
	gone := func(def *ast.Definition, f *ast.FieldDefinition) bool {
		return slices.ContainsFunc(marked, func(c mocks.Coordinate) bool { return c.Type == def.Name && c.Field == f.Name })
	}
	for {
		var empty []string
		for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
			before := len(def.Fields)
			def.Fields = slices.DeleteFunc(def.Fields, func(f *ast.FieldDefinition) bool { return gone(def, f) })
			if before > 0 && len(def.Fields) == 0 {
				empty = append(empty, def.Name)
			}
		}
		if len(empty) == 0 {
			return
		}
		is := func(def *ast.Definition) bool { return slices.Contains(empty, def.Name) && len(def.Fields) == 0 }
		doc.Definitions, doc.Extensions = slices.DeleteFunc(doc.Definitions, is), slices.DeleteFunc(doc.Extensions, is)
		gone = func(_ *ast.Definition, f *ast.FieldDefinition) bool { return slices.Contains(empty, f.Type.Name()) }
	}
}
