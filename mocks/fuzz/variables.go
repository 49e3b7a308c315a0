package fuzz

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// maxDepth of made up inputs.
const maxDepth = 8

// Complete is the variables with values for those that the operation needs and that are not given.
func Complete(schema *ast.Schema, query, operation string, given map[string]any) (map[string]any, error) {
	doc, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: query})
	if err != nil {
		return nil, err
	}
	out := maps.Clone(given)
	if out == nil {
		out = map[string]any{}
	}
	for _, op := range doc.Operations {
		if op.Name != operation {
			continue
		}
		for _, v := range op.VariableDefinitions {
			if _, ok := out[v.Variable]; ok || v.DefaultValue != nil || !v.Type.NonNull {
				continue
			}
			if out[v.Variable], err = input(schema, v.Type, 0); err != nil {
				return nil, fmt.Errorf("$%s: %w; give it in a file of variables", v.Variable, err)
			}
		}
	}
	return out, nil
}

// input is a value of an input type, as small as may be.
func input(schema *ast.Schema, t *ast.Type, depth int) (any, error) {
	if t.Elem != nil {
		e, err := input(schema, t.Elem, depth)
		return []any{e}, err
	}
	def := schema.Types[t.NamedType]
	switch {
	case def == nil:
		return nil, fmt.Errorf("there is no type %s", t.NamedType)
	case depth > maxDepth:
		return nil, fmt.Errorf("%s is nested deeper than %d", t.NamedType, maxDepth)
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name, nil
	case def.Kind == ast.InputObject:
		return inputObject(schema, def, depth)
	}
	switch t.NamedType {
	case "Int":
		return json.Number("3"), nil
	case "Float":
		return json.Number("1.5"), nil
	case "Boolean":
		return true, nil
	default: // an ID, a String, or a scalar of which texts are the most likely values
		return "1", nil
	}
}

// inputObject has the fields that it must have; of a type of which one may be given, the first.
func inputObject(schema *ast.Schema, def *ast.Definition, depth int) (any, error) {
	out := map[string]any{}
	oneOf := def.Directives.ForName("oneOf") != nil
	for i, f := range def.Fields {
		if (!oneOf || i > 0) && (!f.Type.NonNull || f.DefaultValue != nil) {
			continue
		}
		v, err := input(schema, f.Type, depth+1)
		if err != nil {
			return nil, err
		}
		out[f.Name] = v
	}
	return out, nil
}
