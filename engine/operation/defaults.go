package operation

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"
)

// defaults turns values as they are written in GraphQL into JSON of the type at their place.
type defaults struct {
	api *ast.Schema
	// open are the defaults that are being expanded: a default that contains itself, which the specification
	// forbids, is left out.
	open map[*ast.FieldDefinition]bool
	// values of the variables that stand in literals; a variable in a list that has none is null.
	values Values
}

// absent says that the value is a variable that has none.
func (d *defaults) absent(v *ast.Value) bool {
	return v.Kind == ast.Variable && d.values.Get(v.Raw) == nil
}

// appendValue appends the literal as the type has it: a single value becomes a list, input objects get
// their defaults. What does not fit the type is written as it stands.
// https://spec.graphql.org/October2021/#sec-Input-Values
func (d *defaults) appendValue(dst []byte, v *ast.Value, t *ast.Type) []byte {
	switch {
	case v.Kind == ast.NullValue, d.absent(v):
		return append(dst, "null"...)
	case v.Kind == ast.Variable:
		return append(dst, d.values.Get(v.Raw)...)
	}
	if t.Elem != nil {
		return d.appendList(dst, v, t.Elem)
	}
	def := d.api.Types[t.NamedType]
	switch {
	case def == nil:
		return d.appendUntyped(dst, v)
	case def.Kind == ast.InputObject && v.Kind == ast.ObjectValue:
		return d.appendObject(dst, v, def)
	case def.Name == "ID" && v.Kind == ast.IntValue:
		return appendString(dst, v.Raw)
	}
	return d.appendUntyped(dst, v)
}

func (d *defaults) appendList(dst []byte, v *ast.Value, elem *ast.Type) []byte {
	dst = append(dst, '[')
	if v.Kind != ast.ListValue {
		return append(d.appendValue(dst, v, elem), ']')
	}
	for i, c := range v.Children {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = d.appendValue(dst, c.Value, elem)
	}
	return append(dst, ']')
}

func (d *defaults) appendObject(dst []byte, v *ast.Value, def *ast.Definition) []byte {
	dst = append(dst, '{')
	first := true
	for _, f := range def.Fields {
		value := v.Children.ForName(f.Name)
		if value != nil && d.absent(value) {
			value = nil
		}
		if value == nil && (f.DefaultValue == nil || d.open[f]) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendString(dst, f.Name), ':')
		if value != nil {
			dst = d.appendValue(dst, value, f.Type)
		} else {
			dst = d.appendDefault(dst, f)
		}
	}
	return append(dst, '}')
}

// appendDefault appends the default of an input field that has one.
func (d *defaults) appendDefault(dst []byte, f *ast.FieldDefinition) []byte {
	if d.open == nil {
		d.open = map[*ast.FieldDefinition]bool{}
	}
	d.open[f] = true
	dst = d.appendValue(dst, f.DefaultValue, f.Type)
	delete(d.open, f)
	return dst
}

// appendUntyped appends the literal as a custom scalar has it.
func (d *defaults) appendUntyped(dst []byte, v *ast.Value) []byte {
	switch v.Kind {
	case ast.Variable:
		return d.appendValue(dst, v, nil)
	case ast.IntValue, ast.FloatValue, ast.BooleanValue, ast.NullValue:
		return append(dst, v.Raw...)
	case ast.ListValue:
		dst = append(dst, '[')
		for i, c := range v.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = d.appendUntyped(dst, c.Value)
		}
		return append(dst, ']')
	case ast.ObjectValue:
		dst = append(dst, '{')
		for i, c := range v.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, c.Name), ':')
			dst = d.appendUntyped(dst, c.Value)
		}
		return append(dst, '}')
	}
	return appendString(dst, v.Raw)
}

func appendString(dst []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil { // a string has no other way to fail than none
		return append(dst, `""`...)
	}
	return append(dst, text...)
}
