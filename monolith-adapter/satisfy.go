package monolith

import (
	"fmt"
	"strings"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Composition takes a subgraph with connectors for one that resolves all its fields wherever it has an object. A
// connector resolves less: what it maps at one place, it need not map at another. So here every object that a
// connector answers with is looked at: each field that clients may ask of it must be mapped there, or be resolved by
// a connector or a subgraph whose key is, perhaps over several.

// satisfaction looks for fields that cannot be resolved where a query finds their object.
type satisfaction struct {
	*resolved
	graph *supergraph.Supergraph
	id    int
	// of are the connectors that resolve something of entities, by type.
	of map[string][]*Connector
	// told are the places and types that were spoken of.
	told map[string]bool
}

// satisfy reports such fields of what one subgraph's connectors answer with. They are warnings: the rest of the object
// is answered, and many a schema has one type for what is short in a list and long alone.
func (r *resolved) satisfy(sg *supergraph.Supergraph, id int) {
	s := r.satisfaction(sg, id)
	answers := map[string]*outline{}
	for _, c := range r.connectors {
		if o := r.outlines[c]; o != nil {
			if answers[c.place()] == nil {
				answers[c.place()] = &outline{typ: o.typ}
			}
			answers[c.place()].merge(o.copied())
		}
	}
	for _, c := range r.connectors {
		o := answers[c.place()]
		if delete(answers, c.place()); c.field == "" {
			s.beneath(c, o) // the entity itself is where it was asked for
		} else {
			s.walk(c, o)
		}
	}
}

func (r *resolved) satisfaction(sg *supergraph.Supergraph, id int) *satisfaction {
	s := &satisfaction{resolved: r, graph: sg, id: id, told: map[string]bool{}, of: map[string][]*Connector{}}
	for _, c := range r.connectors {
		if of := r.contract.byName[c.entity()]; c.Kind != Root && of != nil {
			for _, t := range r.contract.objects(of) {
				s.of[t.name] = append(s.of[t.name], c)
			}
		}
	}
	return s
}

// place is what connectors that are asked together have in common: the field, or the type.
func (c *Connector) place() string { return c.typ + "." + c.field }

// copied is an outline that may be merged into.
func (o *outline) copied() *outline {
	if o == nil {
		return nil
	}
	out := &outline{typ: o.typ}
	for _, f := range o.fields {
		out.fields = append(out.fields, &outlined{f.name, f.within.copied()})
	}
	for _, b := range o.branches {
		out.branches = append(out.branches, b.copied())
	}
	return out
}

func (s *satisfaction) walk(c *Connector, o *outline) {
	o.each(func(object *outline) {
		s.object(c, object)
		s.beneath(c, object)
	})
}

func (s *satisfaction) beneath(c *Connector, o *outline) {
	if o == nil {
		return
	}
	for _, f := range o.fields {
		s.walk(c, f.within)
	}
}

// object checks one object of a connector's answer.
func (s *satisfaction) object(c *Connector, o *outline) {
	t := s.graph.Type(o.typ)
	if t == nil || s.contract.root(o.typ) != "" {
		return
	}
	have := &outline{typ: o.typ, fields: append([]*outlined(nil), o.fields...)}
	if c.Kind == Entity { // what it was asked for by is known, though it need not be mapped
		have.all(c.keys)
	}
	for s.extend(t, have) {
	}
	var remedies []string
	missing := map[string][]string{}
	for _, f := range t.Fields {
		if f.Inaccessible || have.field(f.Name) != nil || !known(f) || s.told[c.place()+" "+o.typ+"."+f.Name] {
			continue
		}
		s.told[c.place()+" "+o.typ+"."+f.Name] = true
		remedy := s.remedy(t, f.Name)
		if missing[remedy] == nil {
			remedies = append(remedies, remedy)
		}
		missing[remedy] = append(missing[remedy], f.Name)
	}
	for _, remedy := range remedies {
		s.add(codeUnresolved, c.Coordinate, nil, "it gives %s, of which a query cannot have %s here: map %s", o.typ, strings.Join(missing[remedy], ", "), remedy)
		s.warn()
	}
}

// known reports whether any subgraph has the field.
func known(f *supergraph.Field) bool {
	for _, in := range f.In {
		if in != nil {
			return true
		}
	}
	return false
}

// extend adds what can be asked for by what there is; it reports whether that was anything.
func (s *satisfaction) extend(t *supergraph.Type, have *outline) bool {
	before := len(have.fields)
	for _, c := range s.of[t.Name] {
		if have.has(c.keys.fieldSet()) {
			have.take(c, s.outlines[c])
		}
	}
	for id, in := range t.In {
		if in == nil || id == s.id || !have.entered(in) {
			continue
		}
		for _, f := range t.Fields {
			if f.In[id] != nil && !f.In[id].External && have.field(f.Name) == nil {
				have.fields = append(have.fields, &outlined{name: f.Name})
			}
		}
	}
	return len(have.fields) > before
}

// take adds what a connector resolves of an object.
func (o *outline) take(c *Connector, resolves *outline) {
	if c.Kind == Field {
		if o.field(c.field) == nil {
			o.fields = append(o.fields, &outlined{c.field, resolves})
		}
		return
	}
	resolves.each(func(branch *outline) {
		if branch.typ != o.typ {
			return
		}
		for _, f := range branch.fields {
			if o.field(f.name) == nil {
				o.fields = append(o.fields, f)
			}
		}
	})
}

// all adds the fields of keys, as a whole.
func (o *outline) all(k keys) {
	for _, e := range k {
		if o.field(e.name) == nil {
			o.fields = append(o.fields, &outlined{name: e.name})
		}
	}
}

// has reports whether the fields are there. What is not an object here, or of another subgraph, is there as a whole.
func (o *outline) has(set supergraph.FieldSet) bool {
	for _, item := range set {
		f := o.field(item.Name)
		switch {
		case item.Name == "__typename":
		case f == nil:
			return false
		case f.within != nil && !f.within.has(item.Fields):
			return false
		}
	}
	return true
}

// entered reports whether a subgraph's entities can be asked for by what there is.
func (o *outline) entered(in *supergraph.TypeIn) bool {
	for _, k := range in.Keys {
		if k.Resolvable && o.has(k.Fields) {
			return true
		}
	}
	return false
}

// remedy says what to map: the field, or a key by which it is asked for.
func (s *satisfaction) remedy(t *supergraph.Type, field string) string {
	var ways []string
	if f := s.contract.byName[t.Name].field(field); f != nil && len(f.connects) == 0 && !f.foreign && !f.hidden {
		ways = append(ways, "it")
	}
	for _, c := range s.of[t.Name] {
		o := &outline{typ: t.Name}
		o.take(c, s.outlines[c])
		if o.field(field) != nil {
			ways = append(ways, fmt.Sprintf("%s, by which %s asks for it", c.keys.fieldSet(), c.Coordinate))
		}
	}
	for id, in := range t.In {
		if f := t.Field(field); in == nil || id == s.id || f.In[id] == nil {
			continue
		}
		for _, k := range in.Keys {
			if k.Resolvable {
				ways = append(ways, fmt.Sprintf("%s, by which %s asks for it", k.Fields, s.graph.Subgraphs[id].Name))
			}
		}
	}
	return strings.Join(ways, "; or ")
}
