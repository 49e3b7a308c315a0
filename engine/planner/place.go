package planner

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// place is a position in the response: the objects of one path, merged over all fetches that fill them. Every
// value kept there has a slot, whose name means one field with one set of arguments.
type place struct {
	byName map[string]*slot
	// of is the slot whose values stand here; nil at the root.
	of *slot
	// byField finds slots by field and arguments, and by response key as well.
	byField map[fieldID][]*slot
	// bySelection finds the slot of a client's selection.
	bySelection map[*operation.Selection]*slot
	// byType finds it where it depends on the object's type.
	byType map[typed]*slot
	// typed: the answer depends on the objects' run-time types, so __typename must be fetched.
	typed bool
	// uncommon are the types whose nullable fields are answered null (see uncommon.go).
	uncommon []string
	// groups are the entity groups that extend the objects of this place.
	groups []*group
	// shapes that were made for this place, by type and selections.
	shapes map[string]*queryplan.Shape
}

// fieldID identifies a field with its arguments; with a key, as the client asked for it.
type fieldID struct{ key, field, args string }

// typed is a selection for objects of one type.
type typed struct {
	selection *operation.Selection
	typ       string
}

// slot is a named value at a place.
type slot struct {
	name, field, args string
	// key of the client's selection that it was made for; "" for an input.
	key string
	// definitions of the field, one for each parent type on which it is asked for.
	definitions []*supergraph.Field
	// types are the run-time types for which clients' selections use it.
	types []string
	child *place
	// in is where the slot is.
	in *place
	// steps from the enclosing object into the value, one "@" for each list.
	steps []string
}

func newPlace() *place {
	return &place{
		byName: map[string]*slot{}, bySelection: map[*operation.Selection]*slot{},
		byField: map[fieldID][]*slot{}, byType: map[typed]*slot{}, shapes: map[string]*queryplan.Shape{},
	}
}

// slotFor finds or makes the slot for a field, wanted for some types. A client's selection insists on its key,
// so that two aliases of one field stay two values; an input (key is "") takes any value of the same field and
// arguments.
func (p *place) slotFor(sg *supergraph.Supergraph, key string, f *supergraph.Field, args string, types []string) *slot {
	for _, s := range p.byField[fieldID{key, f.Name, args}] {
		if s.takes(sg, f, key != "" && intersects(s.types, types)) {
			if key != "" {
				s.types = union(s.types, types)
			}
			return s
		}
	}
	s := &slot{in: p, key: key, field: f.Name, args: args, name: p.freeName(key, f.Name), definitions: []*supergraph.Field{f}}
	if t := sg.Type(f.Type.Name()); t != nil && !t.IsLeaf() {
		s.child = newPlace()
		s.child.of = s
	}
	s.steps = append([]string{s.name}, lists(f.Type)...)
	p.byName[s.name] = s
	p.byField[fieldID{"", s.field, args}] = append(p.byField[fieldID{"", s.field, args}], s)
	if key != "" {
		s.types = types
		p.byField[fieldID{key, s.field, args}] = append(p.byField[fieldID{key, s.field, args}], s)
	}
	return s
}

// takes reports whether the slot can also hold the field as another type defines it: no subgraph may have to
// answer two types that cannot share a name in one document. It remembers the definition if so. Selections of
// one key for the same objects are one value in any case.
func (s *slot) takes(sg *supergraph.Supergraph, f *supergraph.Field, same bool) bool {
	if slices.Contains(s.definitions, f) {
		return true
	}
	if same {
		s.definitions = append(s.definitions, f)
		return true
	}
	for _, d := range s.definitions {
		if !sameShape(sg, d, f) {
			return false
		}
	}
	s.definitions = append(s.definitions, f)
	return true
}

// fits reports whether, in the subgraph, the field can stand beside all that the slot is used for.
func (s *slot) fits(sub int, f *supergraph.Field) bool {
	return !slices.ContainsFunc(s.definitions, func(d *supergraph.Field) bool {
		return d.In[sub] != nil && f.In[sub] != nil && !sameWrapping(d.In[sub].Type, f.In[sub].Type)
	})
}

// sameShape reports whether two fields may stand under one name, in the data and in a document of each
// subgraph that has both. https://spec.graphql.org/October2021/#SameResponseShape()
func sameShape(sg *supergraph.Supergraph, a, b *supergraph.Field) bool {
	if len(lists(a.Type)) != len(lists(b.Type)) || !sameKind(sg, a.Type, b.Type) {
		return false
	}
	for id, in := range a.In {
		if in != nil && b.In[id] != nil && !sameWrapping(in.Type, b.In[id].Type) {
			return false
		}
	}
	return true
}

// sameKind: both composite, or the same leaf.
func sameKind(sg *supergraph.Supergraph, a, b *ast.Type) bool {
	if a.Name() == b.Name() {
		return true
	}
	at, bt := sg.Type(a.Name()), sg.Type(b.Name())
	return at != nil && bt != nil && !at.IsLeaf() && !bt.IsLeaf()
}

func sameWrapping(a, b *ast.Type) bool {
	for a.Elem != nil && b.Elem != nil && a.NonNull == b.NonNull {
		a, b = a.Elem, b.Elem
	}
	return a.NonNull == b.NonNull && (a.Elem == nil) == (b.Elem == nil)
}

// slotOf is the slot of a client's selection for objects of a type; nil for introspection.
func (p *place) slotOf(s *operation.Selection, typ string) *slot {
	if out := p.byType[typed{s, typ}]; out != nil {
		return out
	}
	return p.bySelection[s]
}

func (p *place) freeName(key, field string) string {
	for _, name := range []string{key, field} {
		if name != "" && p.byName[name] == nil && name != queryplan.Typename {
			return name
		}
	}
	if key == "" {
		key = field
	}
	for i := 0; ; i++ {
		if name := "_" + strconv.Itoa(i) + "_" + key; p.byName[name] == nil {
			return name
		}
	}
}

// lists is one step for each list around a type.
func lists(t *ast.Type) []string {
	var out []string
	for ; t.Elem != nil; t = t.Elem {
		out = append(out, queryplan.List)
	}
	return out
}
