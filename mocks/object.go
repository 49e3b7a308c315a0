package mocks

import (
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// object is one object of the answer.
type object struct {
	// typ is its run-time type.
	typ *supergraph.Type
	// self identifies it; its values are drawn from this.
	self hash
	// known are the values that its fields are said to have.
	known map[string]any
	// said is what arguments said, as far as it is passed on to the objects within this one.
	said map[string]any
	// page is the part of a list that the object is a page of; nil if it is none.
	page *window
	// edge: the object stands for an element of a list, which is its node and stands at place.
	edge  bool
	place hash
	// around is the nearest entity around, nil if there is none.
	around *object
	// change is what the session's mutations changed of it; nil for nothing.
	change *change
}

// child is the object at the seat; its type is nil where this subgraph has none for it.
func (a *answer) child(t *supergraph.Type, s seat) object {
	known, said := s.knowledge(t)
	if s.paged && s.part != nil {
		s.part.facts(t, known)
	}
	if s.edge && t.Field("cursor") != nil {
		known["cursor"] = cursor(s.index)
	}
	if given, ok := s.given.(map[string]any); ok {
		known = maps.Clone(known)
		if known == nil {
			known = map[string]any{}
		}
		maps.Copy(known, given)
		delete(known, "__typename")
		if name, ok := given["__typename"].(string); ok && a.has(name) {
			t = a.graph.Type(name)
		}
	}
	self := s.place.of(t.Name)
	if keys := a.keys(t); len(keys) > 0 {
		known, self = a.identify(t, keys, known, s.place)
		said = nil // an entity speaks for itself
	}
	if t.IsAbstract() && !a.objectHere(t) {
		member := a.memberMade(t, known)
		if member == nil {
			member = a.member(t, self)
		}
		if member == nil {
			return object{}
		}
		return a.child(member, seat{given: known, represented: s.represented, place: s.place, owner: &object{said: said, around: a.entityAround(s.owner)}, edge: s.edge, index: s.index})
	}
	o := object{typ: t, self: self, known: known, said: said, edge: s.edge, place: s.place, around: a.entityAround(s.owner)}
	if o.change = a.overlay.of(t.Name, self); o.change != nil {
		var represented map[string]any
		if s.represented {
			represented, _ = s.given.(map[string]any)
		}
		o.known = o.change.over(known, represented)
	}
	if s.paged {
		o.page = s.part
	}
	return o
}

// has reports whether this subgraph has a type of that name with fields.
func (a *answer) has(name string) bool {
	t := a.graph.Type(name)
	return t != nil && !t.IsLeaf() && t.In[a.subgraph.ID] != nil
}

// objectHere reports whether an interface of the graph is an object type in this subgraph.
func (a *answer) objectHere(t *supergraph.Type) bool {
	in := t.In[a.subgraph.ID]
	return in != nil && in.InterfaceObject
}

// member is the run-time type of an abstract one: one that this subgraph has and that clients may see; nil if
// there is none.
func (a *answer) member(t *supergraph.Type, self hash) *supergraph.Type {
	var names []string
	if in := t.In[a.subgraph.ID]; in != nil {
		names = in.Members
	}
	if len(names) == 0 {
		names = t.Members
	}
	var visible []*supergraph.Type
	for _, name := range names {
		m := a.graph.Type(name)
		if m != nil && !m.Inaccessible && m.In[a.subgraph.ID] != nil && (!m.IsAbstract() || a.objectHere(m)) {
			visible = append(visible, m)
		}
	}
	if len(visible) == 0 {
		return nil
	}
	return visible[self.of("member").below(len(visible))]
}

// is reports whether an object of the type meets a type condition.
func (a *answer) is(t *supergraph.Type, condition string) bool {
	if condition == "" || condition == t.Name {
		return true
	}
	c := a.graph.Type(condition)
	if c == nil {
		return false
	}
	if in := c.In[a.subgraph.ID]; in != nil && slices.Contains(in.Members, t.Name) {
		return true
	}
	return slices.Contains(c.Members, t.Name)
}
