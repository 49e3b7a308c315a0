package mocks

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// stoodBeside reports whether an entity was in the same list under another value of what mutations changed of it: a
// card that is done now belongs to what is done of the board on which it was to do.
func (a *answer) stoodBeside(c *change, l *listing) bool {
	t := a.graph.Type(c.typ)
	if l.given != nil || l.def == nil {
		return false
	}
	for _, name := range slices.Sorted(maps.Keys(l.filters)) {
		if f := t.Field(name); f != nil && c.says(name) && a.stoodUnder(c, l, name, a.othersOf(f.Type, l.filters[name])) {
			return true
		}
	}
	return false
}

// othersOf are the values beside one of them, where there are a few, and none at all.
func (a *answer) othersOf(t *ast.Type, value any) []any {
	out := []any{nil}
	if t.NamedType == "Boolean" {
		out = append(out, true, false)
	}
	for _, v := range a.valuesFor(t) {
		out = append(out, v)
	}
	return slices.DeleteFunc(out, func(v any) bool { return v != nil && alike(v, value) })
}

// stoodUnder reports whether the entity is made up in one of the lists that have another value of the argument.
func (a *answer) stoodUnder(c *change, l *listing, name string, values []any) bool {
	for _, v := range values {
		other := *l
		other.args = replaced(l.args, name, v)
		other.place = l.owner.self.of(l.def.Name).ofValue(identifying(other.args))
		for i := range other.length() {
			if a.looked++; a.looked > maxLooked {
				return false
			}
			if a.elementAt(&other, i).self == c.self {
				return true
			}
		}
	}
	return false
}

// replaced are the arguments with another value of the one of that name, or of an input's field; nil leaves it out.
func replaced(args map[string]any, name string, v any) map[string]any {
	out := maps.Clone(args)
	for key, given := range args {
		input, ok := given.(map[string]any)
		if _, has := input[name]; ok && has {
			out[key] = replaced(input, name, v)
		}
	}
	if _, has := args[name]; has {
		if out[name] = v; v == nil {
			delete(out, name)
		}
	}
	return out
}
