package mocks

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// suffix is what the name of a subgraph's mock ends in.
const suffix = "_mock"

// IsMock reports whether the subgraph is one that Split made.
func IsMock(s *supergraph.Subgraph) bool { return s.Of != "" && s.Name == s.Of+suffix }

// Split moves the missing coordinates of each subgraph, and those that go Along with them, into a virtual
// subgraph beside it, "<name>_mock", for which a Source then answers. The given graph is not changed.
//
// The mock of a subgraph enters an entity by the subgraph's first key and resolves what is missing, and no
// other field: it never turns one key into another, as it would make up a key that is real elsewhere. What only
// a missing field returns is made up in full, entities as far as the subgraph knows them, since no entity has
// their made up keys; only where an argument is the key, the subgraph is asked for the rest. A missing field
// that another subgraph resolves too is only taken away.
func Split(sg *supergraph.Supergraph, missing []Coordinate) (*supergraph.Supergraph, error) {
	if err := known(sg, missing); err != nil {
		return nil, err
	}
	for _, g := range sg.Subgraphs {
		l := lose(sg, g, missing)
		if len(l.fields) == 0 {
			continue
		}
		if sg.Subgraph(g.Name+suffix) != nil {
			return nil, fmt.Errorf("mock %s: there is a subgraph %s already; rename it", g.Name, g.Name+suffix)
		}
		p := &part{loss: l, types: map[*supergraph.Type]*supergraph.TypeIn{}, fields: map[*supergraph.Field]*supergraph.FieldIn{}, full: map[*supergraph.Type]bool{}}
		p.take()
		sg = p.build(g)
	}
	return sg, nil
}

// part is what a subgraph's mock knows: joins, as for any subgraph.
type part struct {
	*loss
	types  map[*supergraph.Type]*supergraph.TypeIn
	fields map[*supergraph.Field]*supergraph.FieldIn
	// full are the types of which the mock has all fields.
	full map[*supergraph.Type]bool
}

// take gathers the lost fields with all that they lead to.
func (p *part) take() {
	for _, t := range p.sg.Types {
		for _, f := range t.Fields {
			if c := coordinate(f); p.fields[f] != nil || !p.lost(c) || p.elsewhere[c] || t.Kind != ast.Object {
				continue
			}
			switch {
			case p.isRoot(t):
				p.types[t] = &supergraph.TypeIn{Members: t.In[p.id].Members}
			case !p.whole[t]:
				p.enter(t)
			case len(t.In[p.id].Keys) > 0:
				p.typ(t)
			default:
				continue // what returns the object leads to it
			}
			p.field(f)
		}
	}
	p.restrict()
}

func (p *part) lost(c string) bool { return p.loss.fields[c] }

// field makes the mock resolve the field. What @requires brings, no mock needs.
func (p *part) field(f *supergraph.Field) {
	in := f.In[p.id]
	if in == nil || p.fields[f] != nil && !p.fields[f].External {
		return
	}
	made := &supergraph.FieldIn{Type: in.Type, Override: in.Override, OverrideLabel: in.OverrideLabel}
	p.fields[f] = made
	p.reach(f)
	made.Provides = p.provides(f, depth)
}

// reach makes the types known that a field returns and takes.
func (p *part) reach(f *supergraph.Field) {
	p.named(f.In[p.id].Type.Name())
	for _, a := range f.Args {
		p.named(a.Type.Name())
	}
}

func (p *part) named(name string) {
	if t := p.sg.Type(name); t != nil {
		p.typ(t)
	}
}

// enter makes an entity known by its key.
func (p *part) enter(t *supergraph.Type) {
	if p.types[t] != nil {
		return
	}
	kept := *t.In[p.id]
	key := p.key(t)
	kept.Keys = []*supergraph.Key{{Fields: key.Fields, Resolvable: true}}
	kept.Extension = true // of what another owns: the key is known here, though its fields are external
	p.types[t] = &kept
	p.keyFields(t, key.Fields)
}

// typ makes a type known that the mock returns or takes.
func (p *part) typ(t *supergraph.Type) {
	in := t.In[p.id]
	if in == nil || p.full[t] {
		return
	}
	if t.Kind == ast.Object && !p.whole[t] && p.key(t) != nil {
		p.enter(t)
		if slices.ContainsFunc(in.Keys, func(k *supergraph.Key) bool { return k.Resolvable }) {
			return // the subgraph is asked for the rest
		}
	}
	p.full[t] = true
	if p.types[t] == nil {
		kept := *in
		p.types[t] = &kept
		for _, k := range kept.Keys {
			p.keyFields(t, k.Fields)
		}
	}
	for _, f := range t.Fields {
		if f.In[p.id] != nil && !f.In[p.id].External {
			p.field(f)
		}
	}
	for _, m := range in.Members {
		p.named(m)
	}
}

// keyFields makes the fields of a key known as external: part of the key, and no more.
func (p *part) keyFields(t *supergraph.Type, fields supergraph.FieldSet) {
	for _, item := range fields {
		f := t.Field(item.Name)
		if f == nil || f.In[p.id] == nil {
			continue
		}
		if p.fields[f] == nil {
			p.fields[f] = &supergraph.FieldIn{Type: f.In[p.id].Type, External: true}
		}
		named := p.sg.Type(f.Type.Name())
		if named == nil || named.In[p.id] == nil {
			continue
		}
		if len(item.Fields) == 0 {
			p.typ(named)
			continue
		}
		if p.types[named] == nil {
			p.types[named] = &supergraph.TypeIn{Members: named.In[p.id].Members}
		}
		p.keyFields(named, item.Fields)
	}
}

// restrict leaves to interfaces what the mock resolves for every object of theirs, and takes away names that the
// mock does not know.
func (p *part) restrict() {
	unknown := func(name string) bool { return p.types[p.sg.Type(name)] == nil }
	for t, in := range p.types {
		in.Interfaces = slices.DeleteFunc(slices.Clone(in.Interfaces), unknown)
		in.Members = slices.DeleteFunc(slices.Clone(in.Members), unknown)
		if t.Kind != ast.Interface || in.InterfaceObject {
			continue
		}
		for _, f := range t.Fields {
			if slices.ContainsFunc(in.Members, func(m string) bool {
				of := p.sg.Type(m).Field(f.Name)
				return of == nil || p.fields[of] == nil || p.fields[of].External
			}) {
				delete(p.fields, f)
			}
		}
	}
}
