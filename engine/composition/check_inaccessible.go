package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

func hidden(as []*applied) bool {
	return slices.ContainsFunc(as, func(a *applied) bool { return a.kind == dInaccessible })
}

// checkInaccessible: what is left in the API schema must be a valid schema without what is hidden.
func (m *merger) checkInaccessible() {
	for i, op := range operations {
		if t := m.roots[i]; t != nil && i == 0 && hidden(t.applied) {
			m.fail(QueryRootInaccessible, typePlace(t), "Type %q is @inaccessible but is the root %s type, which must be in the API schema.", t.name, op.kind)
		}
	}
	m.checkHiddenArguments()
	for _, t := range m.types {
		if hidden(t.applied) {
			continue
		}
		m.checkHiddenChildren(t)
		for _, f := range t.fields {
			if !hidden(f.applied) {
				m.checkHiddenField(t, f)
			}
		}
		for _, in := range t.inputs {
			m.checkHiddenInput(in, t.name+"."+in.name, "Input field", "input field of its type")
		}
		m.checkHiddenImplementations(t)
	}
}

// checkHiddenArguments: the directives that @composeDirective keeps belong to their specifications, not to the API.
func (m *merger) checkHiddenArguments() {
	for _, name := range m.composedNames() {
		c := m.composed[name]
		for _, a := range c.def.def.Arguments {
			if hidden(c.in.apply(a.Directives, false)) {
				m.fail(DisallowedInaccessible, place{c.in, a.Position}, "Directive \"@%s\" of a linked specification cannot use @inaccessible; remove it from argument %q.", name, a.Name)
			}
		}
	}
}

func typePlace(t *mergedType) place { return place{t.in[0].in, t.in[0].pos} }

func (m *merger) typeHidden(name string) bool {
	t := m.byName[name]
	return t != nil && hidden(t.applied)
}

func (m *merger) checkHiddenChildren(t *mergedType) {
	total, gone, what := 0, 0, "fields"
	for _, f := range t.fields {
		total++
		if hidden(f.applied) {
			gone++
		}
	}
	for _, in := range t.inputs {
		total++
		if hidden(in.applied) {
			gone++
		}
	}
	for _, val := range t.values {
		what = "values"
		total++
		if hidden(val.applied) {
			gone++
		}
	}
	for _, u := range t.members {
		what = "members"
		total++
		if m.typeHidden(u) {
			gone++
		}
	}
	if total > 0 && total == gone {
		m.fail(OnlyInaccessibleChildren, typePlace(t), "Type %q is in the API schema but all of its %s are @inaccessible.", t.name, what)
	}
}

func (m *merger) checkHiddenField(t *mergedType, f *mergedField) {
	coord := t.name + "." + f.name
	at := typePlace(t)
	if len(f.in) > 0 {
		at = place{f.in[0].parent.in, f.in[0].pos}
	}
	if m.typeHidden(f.typ.Name()) {
		m.fail(ReferencedInaccessible, at, "Type %q is @inaccessible but is referenced by %q, which is in the API schema.", f.typ.Name(), coord)
	}
	if name := f.typ.Name(); m.byName[name] == nil && strings.Contains(name, "__") {
		m.fail(ReferencedInaccessible, at, "Type %q belongs to a linked specification and is not in the API schema, but is referenced by %q; define a type of your own.", name, coord)
	}
	for _, a := range f.args {
		m.checkHiddenInput(a, coord+"("+a.name+":)", "Argument", "argument of its field")
	}
}

// checkHiddenInput is about an argument or input field: it must not be hidden where it is required, and what
// it refers to must not be hidden where it is not.
func (m *merger) checkHiddenInput(in *mergedInput, coord, subject, of string) {
	var at place
	if len(in.in) > 0 {
		at.pos = in.in[0].pos
	}
	if hidden(in.applied) {
		if in.typ.NonNull && in.def == nil {
			m.fail(RequiredInaccessible, place{}, "%s %q is @inaccessible but is a required %s.", subject, coord, of)
		}
		return
	}
	if m.typeHidden(in.typ.Name()) {
		m.fail(ReferencedInaccessible, place{}, "Type %q is @inaccessible but is referenced by %q, which is in the API schema.", in.typ.Name(), coord)
	}
	if in.def != nil {
		m.checkHiddenDefault(in.def, in.typ, coord)
	}
}

func (m *merger) checkHiddenDefault(val *ast.Value, t *ast.Type, coord string) {
	if t.Elem != nil {
		if val.Kind != ast.ListValue {
			m.checkHiddenDefault(val, t.Elem, coord)
			return
		}
		for _, c := range val.Children {
			m.checkHiddenDefault(c.Value, t.Elem, coord)
		}
		return
	}
	def := m.byName[t.NamedType]
	if def == nil {
		return
	}
	for _, ev := range def.values {
		if ev.name == val.Raw && hidden(ev.applied) {
			m.fail(DefaultUsesInaccessible, place{}, "Enum value \"%s.%s\" is @inaccessible but is used in the default value of %q, which is in the API schema.", def.name, ev.name, coord)
		}
	}
	for _, in := range def.inputs {
		c := val.Children.ForName(in.name)
		switch {
		case c == nil:
		case hidden(in.applied):
			m.fail(DefaultUsesInaccessible, place{}, "Input field \"%s.%s\" is @inaccessible but is used in the default value of %q, which is in the API schema.", def.name, in.name, coord)
		default:
			m.checkHiddenDefault(c, in.typ, coord)
		}
	}
}

// checkHiddenImplementations: what implements a visible field of a visible interface has to be visible.
func (m *merger) checkHiddenImplementations(t *mergedType) {
	for _, name := range t.interfaces {
		it := m.byName[name]
		if it == nil || hidden(it.applied) {
			continue
		}
		for _, want := range it.fields {
			have := t.fieldByName[want.name]
			if have == nil || hidden(want.applied) {
				continue
			}
			if hidden(have.applied) {
				m.fail(ImplementedByInaccessible, typePlace(t), "Field \"%s.%s\" is @inaccessible but implements the interface field \"%s.%s\", which is in the API schema.", t.name, have.name, name, want.name)
				continue
			}
			m.checkHiddenArgs(t, it, have, want)
		}
	}
}

func (m *merger) checkHiddenArgs(t, it *mergedType, have, want *mergedField) {
	for _, a := range want.args {
		for _, b := range have.args {
			if a.name == b.name && !hidden(a.applied) && hidden(b.applied) {
				m.fail(ImplementedByInaccessible, typePlace(t), "Argument \"%s.%s(%s:)\" is @inaccessible but implements the interface argument \"%s.%s(%s:)\" which is in the API schema.", t.name, have.name, a.name, it.name, want.name, a.name)
			}
		}
	}
}
