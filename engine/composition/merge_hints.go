package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// hintPartialTypes is about types that subgraphs declare differently: an entity may be spread over them, a
// value had better be whole wherever it is.
func (m *merger) hintPartialTypes(t *mergedType) {
	entity := slices.ContainsFunc(t.in, func(d *typeDef) bool { return len(d.keys) > 0 })
	switch {
	case t.kind == ast.Object && entity:
		m.hintEntities(t)
	case t.kind == ast.Object && !t.in[0].root():
		m.hintPartialFields(t, "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD", "non-entity object type")
	case t.kind == ast.Interface && !entity:
		m.hintPartialFields(t, "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD", "interface type")
	}
}

func (m *merger) hintPartialFields(t *mergedType, code, what string) {
	var seen []string
	for _, d := range t.in {
		for _, f := range d.fields {
			if slices.Contains(seen, f.name) {
				continue
			}
			seen = append(seen, f.name)
			var with, without []string
			for _, o := range t.in {
				if o.field(f.name) != nil {
					with = append(with, o.in.Name)
				} else {
					without = append(without, o.in.Name)
				}
			}
			if len(without) > 0 {
				m.hint(code, f.coord(), "Field %q of %s %q is defined in some but not all subgraphs that define %q: %q is defined in %s but not in %s.", f.coord(), what, t.name, t.name, f.coord(), inSubgraphs(with), inSubgraphs(without))
			}
		}
	}
}

func (m *merger) hintEntities(t *mergedType) {
	var with, without []string
	for _, d := range t.in {
		if len(d.keys) > 0 {
			with = append(with, d.in.Name)
		} else {
			without = append(without, d.in.Name)
		}
	}
	if len(with) > 0 && len(without) > 0 {
		m.hint("INCONSISTENT_ENTITY", t.name, "Type %q is declared as an entity (has a @key applied) in some but not all defining subgraphs: it has no @key in %s but has some @key in %s.", t.name, inSubgraphs(without), inSubgraphs(with))
	}
}

func (m *merger) hintUnionMembers(t *mergedType) {
	for _, u := range t.members {
		var with, without []string
		for _, d := range t.in {
			if slices.Contains(d.members, u) {
				with = append(with, d.in.Name)
			} else {
				without = append(without, d.in.Name)
			}
		}
		if len(without) > 0 {
			m.hint("INCONSISTENT_UNION_MEMBER", t.name, "Union type %q includes member type %q in some but not all defining subgraphs: %q is defined in %s but not in %s.", t.name, u, u, inSubgraphs(with), inSubgraphs(without))
		}
	}
}
