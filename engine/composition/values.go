package composition

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
)

// printValue is a value in SDL.
func printValue(val *ast.Value) string {
	var b strings.Builder
	writeValue(&b, val)
	return b.String()
}

func writeValue(b *strings.Builder, val *ast.Value) {
	switch {
	case val == nil || val.Kind == ast.NullValue:
		b.WriteString("null")
	case val.Kind == ast.StringValue || val.Kind == ast.BlockValue:
		writeString(b, val.Raw)
	case val.Kind == ast.ListValue:
		b.WriteByte('[')
		for i, c := range val.Children {
			if i > 0 {
				b.WriteString(", ")
			}
			writeValue(b, c.Value)
		}
		b.WriteByte(']')
	case val.Kind == ast.ObjectValue:
		b.WriteByte('{')
		for i, c := range val.Children {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(c.Name)
			b.WriteString(": ")
			writeValue(b, c.Value)
		}
		b.WriteByte('}')
	case val.Kind == ast.Variable:
		b.WriteByte('$')
		b.WriteString(val.Raw)
	default:
		b.WriteString(val.Raw)
	}
}

// writeString quotes as GraphQL does: control characters as \uXXXX, everything else as it is.
func writeString(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r == 0x7f:
			b.WriteString(`\u00`)
			b.WriteByte(hex[r>>4])
			b.WriteByte(hex[r&15])
		case r == utf8.RuneError:
			b.WriteString("\uFFFD")
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

// sameValue compares values as GraphQL does: the order of an object's fields does not matter.
func sameValue(a, b *ast.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind == ast.BlockValue || b.Kind == ast.BlockValue {
		ak, bk := a.Kind, b.Kind
		if (ak != ast.BlockValue && ak != ast.StringValue) || (bk != ast.BlockValue && bk != ast.StringValue) {
			return false
		}
		return a.Raw == b.Raw
	}
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	if a.Kind == ast.ObjectValue {
		for _, c := range a.Children {
			if !sameValue(c.Value, b.Children.ForName(c.Name)) {
				return false
			}
		}
		return true
	}
	for i := range a.Children {
		if !sameValue(a.Children[i].Value, b.Children[i].Value) {
			return false
		}
	}
	return true
}

// sameArguments compares applications of a directive whatever the order of their arguments.
func sameArguments(a, b ast.ArgumentList) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		y := b.ForName(x.Name)
		if y == nil || !sameValue(x.Value, y.Value) {
			return false
		}
	}
	return true
}

// sameType compares references to types, nullability included.
func sameType(a, b *ast.Type) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.NonNull == b.NonNull && a.NamedType == b.NamedType && sameType(a.Elem, b.Elem)
}

// stringValue and enumValue build values for directives that composition writes itself.
func stringValue(s string) *ast.Value { return &ast.Value{Kind: ast.StringValue, Raw: s} }

func enumValue(s string) *ast.Value { return &ast.Value{Kind: ast.EnumValue, Raw: s} }

func listValue(items []*ast.Value) *ast.Value {
	out := &ast.Value{Kind: ast.ListValue}
	for _, i := range items {
		out.Children = append(out.Children, &ast.ChildValue{Value: i})
	}
	return out
}

// stringsOf are the strings of a list value (or of a single string, as GraphQL coerces it), in order.
func stringsOf(val *ast.Value) []string {
	if val == nil {
		return nil
	}
	if val.Kind == ast.StringValue || val.Kind == ast.BlockValue || val.Kind == ast.EnumValue {
		return []string{val.Raw}
	}
	var out []string
	for _, c := range val.Children {
		out = append(out, stringsOf(c.Value)...)
	}
	return out
}

// list joins quoted names as people write them: "a", "b" and "c".
func list(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = `"` + s + `"`
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
}

// inSubgraphs is the end of a sentence that says where.
func inSubgraphs(names []string) string {
	names = slices.Compact(slices.Clone(names))
	if len(names) == 1 {
		return "subgraph " + list(names)
	}
	return "subgraphs " + list(names)
}
