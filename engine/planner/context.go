package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// An argument with @fromContext is filled with a value of the nearest object above that sets its context. The
// value is an input like those of @requires, but it is wanted at the place of that object and not at the field's
// own, and it travels in a variable and not in the representation. So the field is answered by an entity fetch,
// which waits for whatever answers the value.

// ancestor is what the objects of a cursor are beneath.
type ancestor struct {
	cursor
	// on is the type on which the field was selected that leads to them.
	on *supergraph.Type
}

// filled is a value that a group takes from above.
type filled struct {
	arg     *supergraph.ContextArgument
	sources []*queryplan.ContextSource
}

// same reports whether two arguments are always filled alike.
func same(a, b *supergraph.ContextArgument) bool {
	return a.Context == b.Context && a.Selection == b.Selection && a.Type.String() == b.Type.String()
}

// contextsSet reports whether objects above may set each context that the answer takes. Of inputs, whose slot is
// not known yet, it is left to the builder to find out.
func (s *search) contextsSet(w *want, sub int, a answer) bool {
	if len(a.in.Contexts) == 0 || w.slot == nil {
		return true
	}
	for _, arg := range a.in.Contexts {
		set := false
		for p := w.slot.in; p.of != nil && !set; p = p.of.in {
			above := p.of.in
			set = above.of == nil || len(s.settersAmong(sub, arg.Context, above.possible(s.sg))) > 0
		}
		if !set {
			return false
		}
	}
	return true
}

// settersAmong are those of the types whose objects set the context.
func (g *graph) settersAmong(sub int, context string, types []string) []string {
	var out []string
	for _, t := range g.setters[context] {
		out = union(out, intersection(types, settersOf(t, sub)))
	}
	return out
}

// settersOf are the object types that set a context because the type has it: those that the subgraph knows as
// its members.
func settersOf(t *supergraph.Type, sub int) []string {
	in := t.In[sub]
	if in == nil || in.InterfaceObject {
		return t.Members
	}
	return intersection(t.Members, in.Members)
}

// possible are the run-time types that objects of the place may have, as far as it is known; at the root it is not.
func (p *place) possible(sg *supergraph.Supergraph) []string {
	if p.of == nil {
		return nil
	}
	var out []string
	for _, f := range p.of.definitions {
		if t := sg.Type(f.Type.Name()); t != nil {
			out = union(out, t.Members)
		}
	}
	return out
}

// contexts sees that the values are known that an answer takes from above, and says which groups know them.
func (b *builder) contexts(pos *position, a *assigned) (list []*filled, needs []*group, err error) {
	for _, arg := range a.answer.in.Contexts {
		f := &filled{arg: arg}
		covered := false
		for up := pos.above; up != nil && !covered; up = up.above {
			wants, types := b.contextWants(a.site, arg, up.on.Members)
			if len(wants) == 0 {
				continue
			}
			source, groups, err := b.source(up, wants)
			if err != nil {
				return nil, nil, fmt.Errorf("%s takes %s from a context: %w", coordinate(a.answer.field), arg.Name, err)
			}
			f.sources, needs = append(f.sources, source), appendNew(needs, groups)
			covered = len(types) == len(up.on.Members)
		}
		if len(f.sources) == 0 {
			return nil, nil, fmt.Errorf("%s takes %s from a context that nothing above %s sets", coordinate(a.answer.field), arg.Name, joinedNames(pos.path))
		}
		list = append(list, f)
	}
	return list, needs, nil
}

func joinedNames(path []step) string {
	names := make([]string, len(path))
	for i, s := range path {
		names[i] = s.name
	}
	return strings.Join(names, ".")
}

// contextWants is what is wanted of an ancestor with one of the types, and for which of them something is.
func (b *builder) contextWants(sub int, arg *supergraph.ContextArgument, types []string) (wants []*want, found []string) {
	for _, t := range b.setters[arg.Context] {
		left := without(intersection(types, settersOf(t, sub)), found)
		if len(left) == 0 {
			continue
		}
		for _, w := range b.wanting.inputs(t, left, arg.Fields) {
			// of several conditions that an object satisfies, the first holds
			if w.types = without(w.types, found); len(w.types) > 0 {
				wants, found = append(wants, w), union(found, w.types)
			}
		}
	}
	return wants, found
}

// source selects wants of an ancestor, and says where their values are then.
func (b *builder) source(up *ancestor, wants []*want) (*queryplan.ContextSource, []*group, error) {
	possible := up.place.possible(b.sg)
	if up.place.of == nil {
		possible = up.typ.Members
	}
	out := &queryplan.ContextSource{Steps: len(up.path)}
	b.addInputs(up.place, &out.Fields, wants, &supergraph.Type{Members: possible}, false)
	if slices.ContainsFunc(out.Fields, func(in *queryplan.Input) bool { return len(in.On) > 0 }) {
		wants = append([]*want{b.wanting.typenameOf(up.ownFetch().typ)}, wants...)
	}
	if up.typ == b.sg.Query && len(up.path) == 0 && len(b.decide(up.spot, wants, nil, true).left) > 0 {
		groups, err := b.roots(up.typ, wants, map[int]*cursor{up.sub: &up.cursor})
		return out, groups, err
	}
	groups, err := b.solve(&position{cursor: *up.ownFetch()}, wants)
	return out, groups, err
}

// ownFetch is the cursor of the objects in the fetch that they come from: there, or from there on, is most known
// of them.
func (c *cursor) ownFetch() *cursor {
	if c.own != nil {
		return c.own
	}
	out := *c
	return &out
}

// fill adds values that the group takes from above.
func (g *group) fill(list []*filled) {
	for _, f := range list {
		i := slices.IndexFunc(g.contexts, func(o *filled) bool { return same(o.arg, f.arg) })
		if i < 0 {
			g.contexts = append(g.contexts, f)
			continue
		}
		for _, s := range f.sources {
			g.contexts[i].add(s)
		}
	}
}

// add is for objects that are reached in another way: another type of an ancestor leads to them.
func (f *filled) add(s *queryplan.ContextSource) {
	at := slices.IndexFunc(f.sources, func(o *queryplan.ContextSource) bool { return o.Steps <= s.Steps })
	if at < 0 {
		f.sources = append(f.sources, s)
		return
	}
	known := f.sources[at]
	if known.Steps != s.Steps {
		f.sources = slices.Insert(f.sources, at, s)
		return
	}
	for _, in := range s.Fields {
		if !slices.ContainsFunc(known.Fields, func(o *queryplan.Input) bool { return o.From == in.From && slices.Equal(o.On, in.On) }) {
			known.Fields = append(known.Fields, in)
		}
	}
}
