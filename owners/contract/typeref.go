package contract

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// graphType is a type with the names that the graph has: root types go by their usual ones.
func (s *Schema) graphType(t *ast.Type) *ast.Type {
	out := *t
	if t.Elem != nil {
		out.Elem = s.graphType(t.Elem)
	} else {
		out.NamedType = rootName(s.doc, t.NamedType)
	}
	return &out
}

// same reports whether types are the same but for what may be null.
func same(a, b *ast.Type) bool {
	if a.Elem == nil || b.Elem == nil {
		return a.Elem == nil && b.Elem == nil && a.NamedType == b.NamedType
	}
	return same(a.Elem, b.Elem)
}

// fits reports whether every value of a type is one of another that is the same but for what may be null.
func fits(into, value *ast.Type) bool {
	if into.NonNull && !value.NonNull {
		return false
	}
	return into.Elem == nil || value.Elem == nil || fits(into.Elem, value.Elem)
}

// none is the text of a default that is not there; null is as good as none.
const none = "none"

// valueText is a default in one notation.
func valueText(v *ast.Value) string {
	if v == nil {
		return none
	}
	switch v.Kind {
	case ast.NullValue:
		return none
	case ast.FloatValue, ast.IntValue:
		if f, err := strconv.ParseFloat(v.Raw, 64); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	case ast.ListValue, ast.ObjectValue:
		parts := make([]string, len(v.Children))
		for i, c := range v.Children {
			parts[i] = valueText(c.Value)
			if c.Name != "" {
				parts[i] = c.Name + ": " + parts[i]
			}
		}
		if v.Kind == ast.ListValue {
			return "[" + strings.Join(parts, ", ") + "]"
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return v.String()
}

// machinery reports whether a name is of what federated services add to their schemas.
func machinery(name string) bool {
	return slices.Contains([]string{"_Any", "_Entity", "_Service", "_FieldSet", "_service", "_entities"}, name) ||
		strings.HasPrefix(name, "__") || strings.HasPrefix(name, "federation__") || strings.HasPrefix(name, "link__")
}
