package mocks

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// depth is how many entities, one within the other, a mock provides.
const depth = 2

// provides is what the mock also resolves beneath a field that it makes up: what the subgraph knows of the
// entities that the field returns. Their keys are made up, so the subgraph would have no such entities. Where
// an argument is the key, the entity may well exist, and the subgraph is asked for it.
func (p *part) provides(f *supergraph.Field, left int) supergraph.FieldSet {
	t := p.sg.Type(f.In[p.id].Type.Name())
	if t == nil || t.In[p.id] == nil || t.IsLeaf() {
		return nil
	}
	if !t.IsAbstract() {
		return p.provided(f, t, left)
	}
	var out supergraph.FieldSet
	for _, name := range t.In[p.id].Members {
		if m := p.sg.Type(name); m != nil {
			if fields := p.provided(f, m, left); len(fields) > 0 {
				out = append(out, &supergraph.FieldSetItem{On: name, Fields: fields})
			}
		}
	}
	return out
}

// provided is what is provided of the entities of one type; of other types the mock has all fields anyway.
func (p *part) provided(from *supergraph.Field, t *supergraph.Type, left int) supergraph.FieldSet {
	key := p.key(t)
	if t.Kind != ast.Object || p.whole[t] || key == nil || byKey(from, t, key) {
		return nil
	}
	if left == 0 {
		return key.Fields
	}
	out := append(supergraph.FieldSet{}, key.Fields...)
	for _, f := range t.Fields {
		if !resolves(f, p.id) || p.lost(coordinate(f)) || names(key, f.Name) {
			continue
		}
		item := &supergraph.FieldSetItem{Name: f.Name}
		if named := p.sg.Type(f.In[p.id].Type.Name()); named != nil && !named.IsLeaf() {
			item.Fields = p.provides(f, left-1)
		}
		out = append(out, item)
		if p.fields[f] == nil {
			p.fields[f] = &supergraph.FieldIn{Type: f.In[p.id].Type, External: true}
		}
		p.reach(f)
	}
	return out
}

// byKey reports whether an argument of the field says which entity it returns.
func byKey(f *supergraph.Field, t *supergraph.Type, key *supergraph.Key) bool {
	for _, a := range f.Args {
		if names(key, a.Name) || a.Name == lowerFirst(t.Name)+"Id" {
			return true
		}
	}
	return false
}

func names(key *supergraph.Key, field string) bool {
	for _, f := range key.Fields {
		if f.Name == field {
			return true
		}
	}
	return false
}
