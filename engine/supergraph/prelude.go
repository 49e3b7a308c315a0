package supergraph

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// respelled is what the parser's prelude writes otherwise than the reference implementation, whose words clients
// compare.
var respelled = strings.NewReplacer(
	"The `String`scalar", "The `String` scalar",
	`any string (such as "4") or integer (such as 4)`, "any string (such as `\"4\"`) or integer (such as `4`)",
	"](http://", "](https://",
)

// prelude is the definitions that every schema has: the parser's, as the reference implementation has them.
func prelude() (*ast.SchemaDocument, error) {
	doc, err := parser.ParseSchema(validator.Prelude)
	if err != nil {
		return nil, err
	}
	for _, def := range doc.Definitions {
		switch def.Description = respelled.Replace(def.Description); def.Name {
		case "__Schema":
			f := def.Fields.ForName("directives")
			f.Arguments = append(f.Arguments, &ast.ArgumentDefinition{
				Name: "includeDeprecated", Type: ast.NonNullNamedType("Boolean", def.Position), Position: def.Position,
				DefaultValue: &ast.Value{Raw: "false", Kind: ast.BooleanValue, Position: def.Position},
			})
		case "__Directive":
			def.Fields = append(def.Fields,
				&ast.FieldDefinition{Name: "isDeprecated", Type: ast.NonNullNamedType("Boolean", def.Position), Position: def.Position},
				&ast.FieldDefinition{Name: "deprecationReason", Type: ast.NamedType("String", def.Position), Position: def.Position},
			)
		}
	}
	return doc, nil
}
