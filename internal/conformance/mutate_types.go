package conformance

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

func (m *mutation) dropInterface() string {
	t := m.typ(func(t *ast.Definition) bool { return len(t.Interfaces) > 0 })
	if t == nil {
		return ""
	}
	name := pick(m.rng, t.Interfaces)
	t.Interfaces = remove(t.Interfaces, name)
	return t.Name + " implements no " + name
}

func (m *mutation) addInterface() string {
	it := m.typ(func(t *ast.Definition) bool { return t.Kind == ast.Interface })
	t := m.typ(func(t *ast.Definition) bool { return t.Kind == ast.Object || t.Kind == ast.Interface })
	if it == nil || t == nil || slices.Contains(t.Interfaces, it.Name) {
		return ""
	}
	t.Interfaces = append(slices.Clone(t.Interfaces), it.Name)
	if m.rng.IntN(2) == 0 {
		for _, f := range it.Fields {
			if t.Fields.ForName(f.Name) == nil {
				double := *f
				t.Fields = append(t.Fields, &double)
			}
		}
	}
	return t.Name + " implements " + it.Name
}

func (m *mutation) changeEnum() string {
	t := m.typ(func(t *ast.Definition) bool { return len(t.EnumValues) > 0 })
	if t == nil {
		return ""
	}
	if v := pick(m.rng, t.EnumValues); m.rng.IntN(2) == 0 && len(t.EnumValues) > 1 {
		t.EnumValues = remove(t.EnumValues, v)
		return "drop " + t.Name + "." + v.Name
	}
	t.EnumValues = append(t.EnumValues, &ast.EnumValueDefinition{Name: "MUT"})
	return "add " + t.Name + ".MUT"
}

func (m *mutation) changeUnion() string {
	t := m.typ(func(t *ast.Definition) bool { return len(t.Types) > 0 })
	if t == nil {
		return ""
	}
	if name := pick(m.rng, t.Types); m.rng.IntN(2) == 0 && len(t.Types) > 1 {
		t.Types = remove(t.Types, name)
		return t.Name + " can be no " + name
	}
	name := m.typeName()
	if slices.Contains(t.Types, name) {
		return ""
	}
	t.Types = append(slices.Clone(t.Types), name)
	return t.Name + " can be " + name
}

func (m *mutation) dropType() string {
	if len(m.doc.Definitions) < 2 {
		return ""
	}
	t := pick(m.rng, m.doc.Definitions)
	m.doc.Definitions = remove(m.doc.Definitions, t)
	return "drop " + t.Name
}

// borrowType adds a type that another subgraph has.
func (m *mutation) borrowType() string {
	other := pick(m.rng, m.docs)
	if len(other.Definitions) == 0 {
		return ""
	}
	t := *pick(m.rng, other.Definitions)
	if m.doc.Definitions.ForName(t.Name) != nil {
		return ""
	}
	t.Directives, t.Fields = slices.Clone(t.Directives), slices.Clone(t.Fields)
	m.doc.Definitions = append(m.doc.Definitions, &t)
	return "borrow " + t.Name
}

func (m *mutation) turnToExtension() string {
	if len(m.doc.Definitions) == 0 {
		return ""
	}
	t := pick(m.rng, m.doc.Definitions)
	m.doc.Definitions = remove(m.doc.Definitions, t)
	t.Description = ""
	m.doc.Extensions = append(m.doc.Extensions, t)
	return "extend " + t.Name
}

// changeKind makes an interface of an object, an object of an interface.
func (m *mutation) changeKind() string {
	t := m.typ(func(t *ast.Definition) bool { return t.Kind == ast.Object || t.Kind == ast.Interface })
	if t == nil {
		return ""
	}
	if t.Kind == ast.Object {
		t.Kind = ast.Interface
	} else {
		t.Kind = ast.Object
	}
	return t.Name + " is an " + string(t.Kind)
}

// renameType renames a definition, not what refers to it.
func (m *mutation) renameType() string {
	if len(m.doc.Definitions) == 0 {
		return ""
	}
	t := pick(m.rng, m.doc.Definitions)
	old := t.Name
	t.Name = pick(m.rng, []string{t.Name + "M", "Mutation", "Query", "Int", "__M"})
	return "rename " + old + " to " + t.Name
}
