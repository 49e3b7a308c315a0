package conformance

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

func hasArguments(f *ast.FieldDefinition) bool { return len(f.Arguments) > 0 }

func (m *mutation) dropField() string {
	t, f := m.field()
	if t == nil || len(t.Fields) == 1 {
		return ""
	}
	t.Fields = remove(t.Fields, f)
	return "drop " + coordinate(t, f)
}

func (m *mutation) renameField() string {
	t, f := m.field()
	if t == nil {
		return ""
	}
	old := coordinate(t, f)
	f.Name += "M"
	return "rename " + old + " to " + f.Name
}

// copyField adds a field like another, under a name that other subgraphs may have too.
func (m *mutation) copyField() string {
	t, f := m.field()
	if t == nil {
		return ""
	}
	double := *f
	double.Name = pick(m.rng, []string{"id", "name", "extra", "email", "price"})
	if t.Fields.ForName(double.Name) != nil {
		return ""
	}
	double.Directives = slices.Clone(f.Directives)
	t.Fields = append(t.Fields, &double)
	return "copy " + coordinate(t, f) + " as " + double.Name
}

func (m *mutation) moveField() string {
	t, f := m.field()
	if t == nil {
		return ""
	}
	to, _ := m.field()
	if to == t || to.Fields.ForName(f.Name) != nil || (to.Kind == ast.InputObject) != (t.Kind == ast.InputObject) {
		return ""
	}
	to.Fields = append(to.Fields, f)
	if m.rng.IntN(2) == 0 && len(t.Fields) > 1 {
		t.Fields = remove(t.Fields, f)
		return "move " + coordinate(t, f) + " to " + to.Name
	}
	return "repeat " + coordinate(t, f) + " in " + to.Name
}

// borrowField adds to a type a field that it has in another subgraph.
func (m *mutation) borrowField() string {
	other := pick(m.rng, m.docs)
	if other == m.doc {
		return ""
	}
	t := m.typ(withFields)
	if t == nil {
		return ""
	}
	for _, o := range typesOf(other) {
		if o.Name != t.Name || o.Kind != t.Kind || len(o.Fields) == 0 {
			continue
		}
		f := *pick(m.rng, o.Fields)
		if t.Fields.ForName(f.Name) != nil {
			return ""
		}
		f.Directives = slices.Clone(f.Directives)
		t.Fields = append(t.Fields, &f)
		return "borrow " + coordinate(t, &f)
	}
	return ""
}

func (m *mutation) changeNullability() string {
	t, f := m.field()
	if t == nil {
		return ""
	}
	typ := *f.Type
	typ.NonNull = !typ.NonNull
	f.Type = &typ
	return coordinate(t, f) + " is " + typ.String()
}

func (m *mutation) changeList() string {
	t, f := m.field()
	if t == nil {
		return ""
	}
	if f.Type.Elem != nil {
		f.Type = f.Type.Elem
	} else {
		f.Type = &ast.Type{Elem: f.Type}
	}
	return coordinate(t, f) + " is " + f.Type.String()
}

func (m *mutation) typeName() string {
	names := []string{"Int", "String", "ID", "Boolean", "Float", "Query"}
	for _, t := range m.types() {
		names = append(names, t.Name)
	}
	return pick(m.rng, names)
}

func (m *mutation) changeType() string {
	t, f := m.field()
	if t == nil {
		return ""
	}
	f.Type = renamed(f.Type, m.typeName())
	return coordinate(t, f) + " is " + f.Type.String()
}

func renamed(t *ast.Type, name string) *ast.Type {
	out := *t
	if t.Elem != nil {
		out.Elem = renamed(t.Elem, name)
	} else {
		out.NamedType = name
	}
	return &out
}

func (m *mutation) addArgument() string {
	t, f := m.field()
	if t == nil || t.Kind == ast.InputObject {
		return ""
	}
	text := pick(m.rng, []string{"m: Int", "m: Int!", "m: Int = 1", `n: String = "x"`, `n: String = "y"`, "o: [ID!]!", "o: [ID!]! = []", "p: Missing"})
	f.Arguments = append(slices.Clone(f.Arguments), argument(text)...)
	return "add argument " + text + " to " + coordinate(t, f)
}

func (m *mutation) dropArgument() string {
	t, f := m.fieldWith(hasArguments)
	if t == nil {
		return ""
	}
	a := pick(m.rng, f.Arguments)
	f.Arguments = remove(f.Arguments, a)
	return "drop argument " + a.Name + " of " + coordinate(t, f)
}

func (m *mutation) changeArgument() string {
	t, f := m.fieldWith(hasArguments)
	if t == nil {
		return ""
	}
	a := *pick(m.rng, f.Arguments)
	typ := *a.Type
	switch m.rng.IntN(3) {
	case 0:
		typ.NonNull = !typ.NonNull
	case 1:
		typ = *renamed(a.Type, m.typeName())
	default:
		typ = ast.Type{Elem: a.Type}
	}
	i := slices.IndexFunc(f.Arguments, func(b *ast.ArgumentDefinition) bool { return b.Name == a.Name })
	a.Type = &typ
	f.Arguments = slices.Clone(f.Arguments)
	f.Arguments[i] = &a
	return coordinate(t, f) + "(" + a.Name + ":) is " + typ.String()
}

// changeDefault gives an argument or an input field another default, or none.
func (m *mutation) changeDefault() string {
	text := pick(m.rng, []string{"null", "1", "2", `"m"`, "true", "[]", "[1]", "{}", "MUT", "{m: 1}", "1.5"})
	val := argument("x: Int = " + text)[0].DefaultValue
	if m.rng.IntN(4) == 0 {
		val, text = nil, "none"
	}
	if t := m.typ(func(t *ast.Definition) bool { return t.Kind == ast.InputObject && withFields(t) }); t != nil && m.rng.IntN(2) == 0 {
		f := pick(m.rng, t.Fields)
		f.DefaultValue = val
		return "default of " + coordinate(t, f) + " is " + text
	}
	t, f := m.fieldWith(hasArguments)
	if t == nil {
		return ""
	}
	a := pick(m.rng, f.Arguments)
	a.DefaultValue = val
	return "default of " + coordinate(t, f) + "(" + a.Name + ":) is " + text
}
