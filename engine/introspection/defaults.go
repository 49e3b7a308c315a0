package introspection

import (
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// defaults prints default values as graphql-js does: as the value that they are for their type, not as they
// are written. A single value of a list type is a list, and input objects show the defaults of their fields.
type defaults struct {
	api *ast.Schema
	// open are the defaults that are being printed: one that contains itself is left out.
	open map[*ast.FieldDefinition]bool
}

func (d *defaults) text(v *ast.Value, t *ast.Type) string {
	switch {
	case v.Kind == ast.NullValue:
		return "null"
	case t.Elem != nil && v.Kind != ast.ListValue:
		return "[" + d.text(v, t.Elem) + "]"
	case t.Elem != nil:
		parts := make([]string, len(v.Children))
		for i, c := range v.Children {
			parts[i] = d.text(c.Value, t.Elem)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	def := d.api.Types[t.NamedType]
	if def == nil {
		return untyped(v)
	}
	if def.Kind == ast.InputObject && v.Kind == ast.ObjectValue {
		return d.object(v, def)
	}
	switch {
	case def.Name == "ID" && v.Kind == ast.StringValue && integer(v.Raw):
		return v.Raw
	case v.Kind == ast.FloatValue, def.Name == "Float" && v.Kind == ast.IntValue:
		return number(v.Raw)
	}
	return untyped(v)
}

func (d *defaults) object(v *ast.Value, def *ast.Definition) string {
	var parts []string
	for _, f := range def.Fields {
		value := v.Children.ForName(f.Name)
		switch {
		case value != nil:
			parts = append(parts, f.Name+": "+d.text(value, f.Type))
		case f.DefaultValue != nil && !d.open[f]:
			if d.open == nil {
				d.open = map[*ast.FieldDefinition]bool{}
			}
			d.open[f] = true
			parts = append(parts, f.Name+": "+d.text(f.DefaultValue, f.Type))
			delete(d.open, f)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// untyped prints a value as it is written.
func untyped(v *ast.Value) string {
	switch v.Kind {
	case ast.FloatValue:
		return number(v.Raw)
	case ast.BlockValue:
		plain := *v
		plain.Kind = ast.StringValue
		return plain.String()
	case ast.ListValue:
		parts := make([]string, len(v.Children))
		for i, c := range v.Children {
			parts[i] = untyped(c.Value)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case ast.ObjectValue:
		parts := make([]string, len(v.Children))
		for i, c := range v.Children {
			parts[i] = c.Name + ": " + untyped(c.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return v.String()
}

// integer reports whether the text could be an Int literal.
func integer(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || digits[0] == '0' && len(digits) > 1 {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// number prints a number as JavaScript does: 1.0 is 1, 1e3 is 1000.
func number(raw string) string {
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return raw
	}
	format := byte('f')
	if abs := max(f, -f); abs >= 1e21 || abs != 0 && abs < 1e-6 {
		format = 'e'
	}
	out := strconv.FormatFloat(f, format, -1, 64)
	return strings.Replace(out, "e-0", "e-", 1)
}
