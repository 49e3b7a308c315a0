package mocks

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// build is the graph with the mock of the subgraph, which has lost what the mock has taken. Where others resolve
// all that was lost, there is no mock.
func (p *part) build(g *supergraph.Subgraph) *supergraph.Supergraph {
	out := *p.sg
	if len(p.types) > 0 {
		out.Subgraphs = append(slices.Clone(p.sg.Subgraphs), &supergraph.Subgraph{
			ID: len(p.sg.Subgraphs), Name: g.Name + suffix, Enum: g.Enum + "_MOCK", Of: g.Name,
		})
	}
	out.Types = make([]*supergraph.Type, len(p.sg.Types))
	for i, t := range p.sg.Types {
		out.Types[i] = p.newType(t)
	}
	sg := supergraph.New(out)
	root := func(t *supergraph.Type) *supergraph.Type {
		if t == nil {
			return nil
		}
		return sg.Type(t.Name)
	}
	sg.Query, sg.Mutation, sg.Subscription = root(p.sg.Query), root(p.sg.Mutation), root(p.sg.Subscription)
	return sg
}

func (p *part) newType(t *supergraph.Type) *supergraph.Type {
	out := *t
	out.In = with(t.In, p.types[t], len(p.types) > 0)
	out.In[p.id] = p.left(t)
	out.Fields = make([]*supergraph.Field, len(t.Fields))
	for i, f := range t.Fields {
		out.Fields[i] = p.newField(t, f)
	}
	out.Values = make([]*supergraph.EnumValue, len(t.Values))
	for i, v := range t.Values {
		value := *v
		value.In = with(v.In, p.types[t] != nil && v.In[p.id], len(p.types) > 0)
		out.Values[i] = &value
	}
	return &out
}

// with is a copy of the list, with an element for the mock if there is one.
func with[T any](list []T, mock T, is bool) []T {
	if is {
		return append(slices.Clone(list), mock)
	}
	return slices.Clone(list)
}

func (p *part) newField(t *supergraph.Type, f *supergraph.Field) *supergraph.Field {
	out := *f
	out.In = with(f.In, p.fields[f], len(p.types) > 0)
	if !p.lost(coordinate(f)) && !p.gone(t) && !p.lostByMember(t, f) {
		return &out
	}
	if had := f.In[p.id]; had != nil && had.OverrideLabel != "" && p.elsewhere[coordinate(f)] {
		p.keepOwner(out.In, had.OverrideLabel)
	}
	out.In[p.id] = nil
	return &out
}

// keepOwner takes the label off those from whom the field was to be taken over: they keep it.
func (p *part) keepOwner(list []*supergraph.FieldIn, label string) {
	for id, in := range list {
		if id != p.id && in != nil && in.Override == "" && in.OverrideLabel == label {
			kept := *in
			kept.OverrideLabel = ""
			list[id] = &kept
		}
	}
}

// lostByMember reports whether an object of the interface has lost the field: then the subgraph cannot be asked
// for it without knowing which object it is.
func (p *part) lostByMember(t *supergraph.Type, f *supergraph.Field) bool {
	return t.Kind == ast.Interface && t.In[p.id] != nil && slices.ContainsFunc(t.In[p.id].Members, func(m string) bool {
		return p.lost(m + "." + f.Name)
	})
}

// gone reports whether the subgraph has nothing left of an object type.
func (p *part) gone(t *supergraph.Type) bool { return t.Kind == ast.Object && p.whole[t] }

// left is what the subgraph still knows of a type: keys that have all their fields, members that exist.
func (p *part) left(t *supergraph.Type) *supergraph.TypeIn {
	in := t.In[p.id]
	if in == nil || p.gone(t) {
		return nil
	}
	out := *in
	out.Keys = slices.DeleteFunc(slices.Clone(in.Keys), func(k *supergraph.Key) bool {
		return slices.ContainsFunc(k.Fields, func(f *supergraph.FieldSetItem) bool { return p.lost(t.Name + "." + f.Name) })
	})
	out.Members = slices.DeleteFunc(slices.Clone(in.Members), func(m string) bool {
		member := p.sg.Type(m)
		return member != nil && p.gone(member)
	})
	return &out
}
