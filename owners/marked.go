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

// withoutMarked is the schemas without the fields that are marked as not implemented: where nothing is made
// up, they are not in the graph. A schema without marks is left as it is.
func withoutMarked(schemas []composition.Subgraph) ([]composition.Subgraph, error) {
	out := slices.Clone(schemas)
	for i, s := range schemas {
		marked, err := mocks.Marked(s.SDL)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
		if len(marked) == 0 {
			continue
		}
		doc, parseErr := parser.ParseSchema(&ast.Source{Name: s.File, Input: s.SDL})
		if parseErr != nil {
			return nil, fmt.Errorf("%s: %w", s.File, parseErr)
		}
		for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
			def.Fields = slices.DeleteFunc(def.Fields, func(f *ast.FieldDefinition) bool {
				return slices.ContainsFunc(marked, func(c mocks.Coordinate) bool { return c.Type == def.Name && c.Field == f.Name })
			})
		}
		var b strings.Builder
		formatter.NewFormatter(&b).FormatSchemaDocument(doc)
		out[i].SDL = b.String()
	}
	return out, nil
}
