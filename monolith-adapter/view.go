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
	// entity is the type that is entered by key.
	entity string
	key    supergraph.FieldSet
	// leaves are the scalars, enums and inputs that the known fields use.
	leaves map[string]bool
}

// coordinate is a field of a type.
type coordinate struct{ typ, field string }

func newView(sg *supergraph.Supergraph, from int, c *Connector, o *outline) *view {
	v := &view{old: sg, from: from, objects: map[string]map[string]bool{}, external: map[coordinate]bool{}, provides: map[coordinate]supergraph.FieldSet{}, leaves: map[string]bool{}}
	// tops are the objects that the connector answers with: the root, the entity.
	var tops []*outline
	switch c.Kind {
	case Entity:
		tops = append(tops, &outline{c.typ, []*outlined{{c.field, o}}}, v.entry(c.result.Name(), c.keys, o))
	case Root:
		tops = append(tops, &outline{c.typ, []*outlined{{c.field, o}}})
	case Field:
		tops = append(tops, v.entry(c.typ, c.keys, &outline{c.typ, []*outlined{{c.field, o}}}))
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
		case typ == v.entity:
			v.compare(typ, tops[len(tops)-1:]) // elsewhere the key is enough to ask again
		case !v.isRoot(typ):
			v.compare(typ, list)
		}
	}
	for _, t := range tops {
		for _, f := range t.fields {
			if p := v.provided(f.within); len(p) > 0 {
				v.provides[coordinate{t.typ, f.name}] = p
			}
		}
	}
	return v
}

// entry is the entity as it is entered: what the connector answers, and the key, which is in the representation.
func (v *view) entry(typ string, k keys, o *outline) *outline {
	v.entity, v.key = typ, k.fieldSet()
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
	places[o.typ] = append(places[o.typ], o)
	for _, f := range o.fields {
		gather(places, f.within)
	}
}

// compare makes external what is not at every place.
func (v *view) compare(typ string, list []*outline) {
	for name := range v.objects[typ] {
		if slices.ContainsFunc(list, func(o *outline) bool { return o.field(name) == nil }) {
			v.external[coordinate{typ, name}] = true
		}
	}
}

// provided is what must be provided beneath a field so that all of its outline is resolved.
func (v *view) provided(o *outline) supergraph.FieldSet {
	if o == nil {
		return nil
	}
	var out supergraph.FieldSet
	for _, f := range o.fields {
		inner := v.provided(f.within)
		external := v.external[coordinate{o.typ, f.name}]
		if external && f.within != nil {
			inner = whole(f.within)
		}
		if external || len(inner) > 0 {
			out = append(out, &supergraph.FieldSetItem{Name: f.name, Fields: inner})
		}
	}
	return out
}

func whole(o *outline) supergraph.FieldSet {
	if o == nil {
		return nil
	}
	var out supergraph.FieldSet
	for _, f := range o.fields {
		out = append(out, &supergraph.FieldSetItem{Name: f.name, Fields: whole(f.within)})
	}
	return out
}

// typeIn is what the connector knows of the type; nil if nothing.
func (v *view) typeIn(t *supergraph.Type) *supergraph.TypeIn {
	was := t.In[v.from]
	switch {
	case was == nil:
		return nil
	case t.Kind != ast.Object && t.Kind != ast.Interface && t.Kind != ast.Union:
		if v.leaves[t.Name] {
			return was
		}
		return nil
	case v.old.Query != nil && t.Name == v.old.Query.Name:
		return &supergraph.TypeIn{Members: []string{t.Name}}
	case t.Kind != ast.Object:
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
	out := &supergraph.TypeIn{Members: []string{t.Name}, Interfaces: was.Interfaces}
	if t.Name == v.entity {
		out.Keys = []*supergraph.Key{{Fields: v.key, Resolvable: true}}
	}
	return out
}

// fieldIn is what the connector knows of the field; nil if nothing.
func (v *view) fieldIn(t *supergraph.Type, f *supergraph.Field) *supergraph.FieldIn {
	was := f.In[v.from]
	switch {
	case was == nil:
		return nil
	case t.Kind == ast.InputObject || t.Kind == ast.Interface:
		if v.typeIn(t) == nil {
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
