package planner

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Subgraphs may disagree on the members of a union. Where several of them could have answered a field of such a
// type, which one did is the planner's choice, and clients must not see it: fields of members that not all of
// them know are answered null, but for those that may not be null, and for entities, which others can complete.

// partialUnions are the unions whose members differ between subgraphs.
func (g *graph) partialUnions() map[*supergraph.Type]bool {
	var out map[*supergraph.Type]bool
	for _, t := range g.sg.Types {
		if t.Kind != ast.Union || !slices.ContainsFunc(t.In, func(in *supergraph.TypeIn) bool { return in != nil && len(in.Members) < len(t.Members) }) {
			continue
		}
		if out == nil {
			out = map[*supergraph.Type]bool{}
		}
		out[t] = true
	}
	return out
}

// common is the wants at a place without what is asked of uncommon members beneath. among are the subgraphs that
// could have answered the place itself.
func (s *search) common(wants []*want, among []int) []*want {
	if len(s.partial) == 0 {
		return wants
	}
	by := map[*slot][]int{}
	for _, w := range wants {
		if w.slot != nil && w.slot.child != nil {
			by[w.slot] = s.couldAnswer(w, among, by[w.slot])
		}
	}
	out := make([]*want, len(wants))
	for i, w := range wants {
		out[i] = w
		if among := by[w.slot]; len(among) > 0 {
			out[i] = w.restricted(w.types, s.common(s.commonMembers(w, among), among))
		}
	}
	return out
}

// couldAnswer adds to a list the subgraphs that could answer a want, from those that could answer its place.
func (s *search) couldAnswer(w *want, among, out []int) []int {
	for _, name := range w.types {
		t := s.sg.Type(name)
		f := t.Field(w.name)
		if f == nil {
			continue
		}
		for _, id := range s.holders[f] {
			if slices.Contains(out, id) || s.external(f, id) {
				continue
			}
			if slices.ContainsFunc(among, func(from int) bool {
				return from == id || from != nowhere && t.In[from] != nil && s.reach(spot{sub: from, typ: t}, t)[id] != nil
			}) || slices.Contains(among, nowhere) {
				out = append(out, id)
			}
		}
	}
	return out
}

// commonMembers is what is wanted beneath a want, without nullable fields of members that not all of the
// subgraphs know. It marks those at the place.
func (s *search) commonMembers(w *want, among []int) []*want {
	var out []*want
	p := w.slot.child
	ret := s.namedType(w.field.Type)
	for _, x := range w.sub {
		kept := make([]string, 0, len(x.types))
		for _, name := range x.types {
			if s.partial[ret] && s.uncommon(w, ret, name, among) && !s.sg.Type(name).Field(x.name).Type.NonNull {
				p.uncommon = union(p.uncommon, []string{name})
			} else {
				kept = append(kept, name)
			}
		}
		if len(kept) > 0 {
			out = append(out, x.restricted(kept, x.sub))
		}
	}
	return out
}

// uncommon reports whether some of the subgraphs, but not all, know a member of the union, and no others can be
// asked for it.
func (s *search) uncommon(w *want, union *supergraph.Type, member string, among []int) bool {
	knows := func(id int) bool {
		t := union
		if f := w.field.In[id]; f != nil {
			t = s.namedType(f.Type)
		}
		return t.In[id] != nil && slices.Contains(t.In[id].Members, member)
	}
	return len(s.doors[s.sg.Type(member)]) == 0 && slices.ContainsFunc(among, knows) &&
		slices.ContainsFunc(among, func(id int) bool { return !knows(id) })
}
