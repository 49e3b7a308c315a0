package monolith

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// view is what one connector knows of the graph.
//
// A type may appear at several places of what a connector answers, with different fields at each. Then the
// fields that are not at all of them are external to the connector, and the field that leads to them provides
// them; so no plan asks for a field where it is not.
type view struct {
	old  *supergraph.Supergraph
	from int
	// objects are the fields that are known, by type.
	objects map[string]map[string]bool
	// external are the fields that are resolved only where a field provides them.
	external map[coordinate]bool
	provides map[coordinate]supergraph.FieldSet
	// entities are the types that are entered by key: one, or those that an interface or a union can be.
	entities map[string]bool
	key      supergraph.FieldSet
	// leaves are the scalars, enums and inputs that the known fields use.
	leaves map[string]bool
}

// coordinate is a field of a type.
type coordinate struct{ typ, field string }

func newView(sg *supergraph.Supergraph, from int, c *Connector, o *outline) *view {
	v := &view{old: sg, from: from, objects: map[string]map[string]bool{}, external: map[coordinate]bool{}, provides: map[coordinate]supergraph.FieldSet{}, leaves: map[string]bool{}, entities: map[string]bool{}}
	// tops are the objects that the connector answers with: the root, the entity.
	var tops []*outline
	switch c.Kind {
	case Entity:
		tops = append(tops, top(c, o), v.entry(c.result.Name(), c.keys, o))
	case Root:
		tops = append(tops, top(c, o))
	case Field:
		tops = append(tops, v.entry(c.typ, c.keys, top(c, o)))
	case Type, Batch:
		tops = append(tops, v.entry(c.typ, c.keys, o))
	}
	for _, t := range tops {
		v.add(t)
	}
	v.use(c.args)
	places := map[string][]*outline{}
	for _, t := range tops {
		gather(places, t)
	}
	for typ, list := range places {
		switch {
		case v.entities[typ]:
			tops[len(tops)-1].each(func(o *outline) { // elsewhere the key is enough to ask again
				if o.typ == typ {
					v.compare(typ, []*outline{o})
				}
			})
		case !v.isRoot(typ):
			v.compare(typ, list)
		}
	}
	for _, t := range tops {
		t.each(v.provide)
	}
	return v
}

// top is the object that has the connector's field.
func top(c *Connector, o *outline) *outline {
	return &outline{typ: c.typ, fields: []*outlined{{c.field, o}}}
}

// provide says what the fields of an object that the connector answers with provide.
func (v *view) provide(o *outline) {
	for _, f := range o.fields {
		if p := v.provided(f.within); len(p) > 0 {
			v.provides[coordinate{o.typ, f.name}] = p
		}
	}
}

// entry is the entity as it is entered: what the connector answers, and the key, which is in the representation.
func (v *view) entry(typ string, k keys, o *outline) *outline {
	v.key = k.fieldSet()
	if o == nil || len(o.branches) == 0 {
		return v.entered(typ, k, o)
	}
	out := &outline{typ: typ}
	for _, b := range o.branches {
		out.branches = append(out.branches, v.entered(b.typ, k, b))
	}
	return out
}

func (v *view) entered(typ string, k keys, o *outline) *outline {
	v.entities[typ] = true
	out := &outline{typ: typ}
	if o != nil {
		out.fields = append(out.fields, o.fields...)
	}
	for _, f := range v.keyOutline(typ, k).fields {
		if out.field(f.name) == nil {
			out.fields = append(out.fields, f)
		}
	}
	return out
}

func (v *view) keyOutline(typ string, k keys) *outline {
	out := &outline{typ: typ}
	t := v.old.Type(typ)
	for _, e := range k {
		f := &outlined{name: e.name}
		if len(e.sub) > 0 && t != nil && t.Field(e.name) != nil {
			f.within = v.keyOutline(t.Field(e.name).Type.Name(), e.sub)
		}
		out.fields = append(out.fields, f)
	}
	return out
}

func (v *view) isRoot(typ string) bool {
	for _, t := range []*supergraph.Type{v.old.Query, v.old.Mutation} {
		if t != nil && t.Name == typ {
			return true
		}
	}
	return false
}

func (v *view) add(o *outline) {
	if o == nil {
		return
	}
	for _, b := range o.branches {
		v.add(b)
	}
	if len(o.branches) > 0 {
		return
	}
	if v.objects[o.typ] == nil {
		v.objects[o.typ] = map[string]bool{}
	}
	t := v.old.Type(o.typ)
	for _, f := range o.fields {
		v.objects[o.typ][f.name] = true
		v.add(f.within)
		if f.within == nil && t != nil && t.Field(f.name) != nil {
			v.leaves[t.Field(f.name).Type.Name()] = true
		}
	}
}

// use adds the types of arguments, and what those are made of.
func (v *view) use(args ast.ArgumentDefinitionList) {
	for _, a := range args {
		v.useType(a.Type.Name())
	}
}

func (v *view) useType(name string) {
	t := v.old.Type(name)
	if v.leaves[name] || t == nil {
		return
	}
	v.leaves[name] = true
	for _, f := range t.Fields {
		v.useType(f.Type.Name())
	}
}

// gather lists the places at which each type appears.
func gather(places map[string][]*outline, o *outline) {
	if o == nil {
		return
	}
	for _, b := range o.branches {
		gather(places, b)
	}
	if len(o.branches) > 0 {
		return
	}
	places[o.typ] = append(places[o.typ], o)
	for _, f := range o.fields {
		gather(places, f.within)
	}
}

// typeIn is what the connector knows of the type; nil if nothing.
func (v *view) typeIn(t *supergraph.Type) *supergraph.TypeIn {
	was := t.In[v.from]
	switch {
	case was == nil:
		return nil
	case t.Kind != ast.Object && !t.IsAbstract():
		if v.leaves[t.Name] {
			return was
		}
		return nil
	case v.old.Query != nil && t.Name == v.old.Query.Name:
		return &supergraph.TypeIn{Members: []string{t.Name}}
	case t.Kind != ast.Object && !was.InterfaceObject:
		out := &supergraph.TypeIn{}
		for _, m := range was.Members {
			if v.objects[m] != nil {
				out.Members = append(out.Members, m)
			}
		}
		if len(out.Members) == 0 {
			return nil
		}
		return out
	case v.objects[t.Name] == nil:
		return nil
	}
	out := &supergraph.TypeIn{Members: []string{t.Name}, Interfaces: was.Interfaces, InterfaceObject: was.InterfaceObject}
	if v.entities[t.Name] {
		out.Keys = []*supergraph.Key{{Fields: v.key, Resolvable: true}}
	}
	return out
}

// all reports whether each of the types has the field wherever it is.
func (v *view) all(types []string, field string) bool {
	return !slices.ContainsFunc(types, func(t string) bool {
		return !v.objects[t][field] || v.external[coordinate{t, field}]
	})
}

// fieldIn is what the connector knows of the field; nil if nothing.
func (v *view) fieldIn(t *supergraph.Type, f *supergraph.Field) *supergraph.FieldIn {
	was := f.In[v.from]
	switch {
	case was == nil:
		return nil
	case t.Kind == ast.InputObject:
		if v.typeIn(t) == nil {
			return nil
		}
		return was
	case t.Kind == ast.Interface && !t.In[v.from].InterfaceObject:
		if in := v.typeIn(t); in == nil || !v.all(in.Members, f.Name) {
			return nil
		}
		return was
	case !v.objects[t.Name][f.Name]:
		return nil
	}
	at := coordinate{t.Name, f.Name}
	return &supergraph.FieldIn{
		Type: was.Type, External: v.external[at], Provides: v.provides[at],
		Override: was.Override, OverrideLabel: was.OverrideLabel, UsedOverridden: was.UsedOverridden,
	}
}
