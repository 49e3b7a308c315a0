package composition

import "github.com/vektah/gqlparser/v2/ast"

// coerceDefaults writes default values in the form of their types, so that equal ones compare equal: the
// name of an enum's value may have been written as a string, a list of one without its brackets.
func (s *schema) coerceDefaults() {
	for _, t := range s.types {
		for _, f := range t.fields {
			for _, a := range f.args {
				a.def = s.coerce(a.def, a.typ)
			}
		}
		for _, in := range t.inputs {
			in.def = s.coerce(in.def, in.typ)
		}
	}
	for _, d := range s.directives {
		for _, a := range d.def.Arguments {
			a.DefaultValue = s.coerce(a.DefaultValue, a.Type)
		}
	}
}

// coerce is the value in the form of the type; values are known to fit.
func (s *schema) coerce(val *ast.Value, t *ast.Type) *ast.Value {
	switch {
	case val == nil || val.Kind == ast.NullValue:
		return val
	case t.Elem != nil && val.Kind == ast.ListValue:
		out := &ast.Value{Kind: ast.ListValue, Position: val.Position}
		for _, c := range val.Children {
			out.Children = append(out.Children, &ast.ChildValue{Value: s.coerce(c.Value, t.Elem)})
		}
		return out
	case t.Elem != nil:
		return s.coerce(val, t.Elem)
	}
	def := s.byName[t.NamedType]
	switch {
	case val.Kind == ast.EnumValue && (t.NamedType == "String" || t.NamedType == "ID"):
		return &ast.Value{Kind: ast.StringValue, Raw: val.Raw, Position: val.Position}
	case def == nil:
		return val
	case def.kind == ast.Enum && (val.Kind == ast.StringValue || val.Kind == ast.BlockValue):
		return &ast.Value{Kind: ast.EnumValue, Raw: val.Raw, Position: val.Position}
	case def.kind == ast.InputObject && val.Kind == ast.ObjectValue:
		out := &ast.Value{Kind: ast.ObjectValue, Position: val.Position}
		for _, c := range val.Children {
			field := c.Value
			if in := def.input(c.Name); in != nil {
				field = s.coerce(field, in.typ)
			}
			out.Children = append(out.Children, &ast.ChildValue{Name: c.Name, Value: field})
		}
		return out
	}
	return val
}
