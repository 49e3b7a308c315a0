package mocks

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// saidOf is what mutations said of what an argument is called: a field, or the key of what a field returns.
func (a *answer) saidOf(c *change, name string) (any, bool) {
	if v, ok := c.fields[name]; ok {
		return v, true
	}
	base, isRef := strings.CutSuffix(name, "Id")
	if v, ok := c.fields[base]; ok && isRef {
		return idOf(v), true
	}
	return nil, false
}

// idOf is the one value of a key that has one, or what is given itself.
func idOf(v any) any {
	fields, ok := v.(map[string]any)
	if id, has := fields["id"]; ok && has {
		return id
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name != "__typename" {
			return fields[name]
		}
	}
	return v
}

// meets reports whether a value is the one that an argument asks for, or one of them.
func meets(want, have any) bool {
	if list, several := have.([]any); several {
		return slices.ContainsFunc(list, func(one any) bool { return meets(want, idOf(one)) })
	}
	if list, several := want.([]any); several {
		return slices.ContainsFunc(list, func(one any) bool { return alike(one, have) })
	}
	return alike(want, have)
}

// references are, for each thing that was said of an entity which refers to one of the type of another, whether it is
// that one: a field of the type, or a name such as organizationId or orgId.
func (a *answer) references(c *change, to *object) []bool {
	t := a.graph.Type(c.typ)
	key := single(to.typ, a.keys(to.typ)[0])
	if key == nil {
		return nil
	}
	var out []bool
	for _, name := range slices.Sorted(maps.Keys(c.fields)) {
		base, isRef := strings.CutSuffix(name, "Id")
		f := t.Field(name)
		if f == nil && isRef {
			f = t.Field(base)
		}
		switch {
		case f != nil && f.Type.Elem == nil && a.isType(f.Type, to.typ):
		case f == nil && isRef && len(base) >= leastWord && strings.HasPrefix(strings.ToLower(to.typ.Name), strings.ToLower(base)):
		case f != nil && isRef && f.Name == name && strings.EqualFold(base, to.typ.Name):
		default:
			continue
		}
		out = append(out, alike(to.known[key.Name], idOf(c.fields[name])))
	}
	return out
}

func (a *answer) isType(t *ast.Type, of *supergraph.Type) bool {
	named := a.graph.Type(t.Name())
	return named != nil && a.is(of, named.Name)
}

// valueIn is the value that a field of a changed entity has.
func (a *answer) valueIn(t *supergraph.Type, c *change, f *supergraph.Field) any {
	probe := *a
	probe.out, probe.failures = nil, failures{}
	o := probe.child(t, seat{given: c.key, place: c.self})
	if named := a.graph.Type(f.Type.Name()); named != nil && !named.IsLeaf() {
		return nil
	}
	if err := probe.field(o, collected{&queryplan.Selection{Name: f.Name, Field: f.Name, Parent: t.Name}, nil}); err != nil {
		return nil
	}
	out, err := decode([]byte(`{"value":` + string(probe.out) + `}`))
	if err != nil {
		return nil // it was written as JSON
	}
	return out["value"]
}

// leastWord is how long the beginning of a type's name is that stands for it.
const leastWord = 3
