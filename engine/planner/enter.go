package planner

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// enter is the site where the subgraph is entered for the position's objects of a type: one that is there, or
// a new one. Inputs are sent along with the key; needs are the groups that they come from. A site whose group
// they wait for cannot be used, since a group cannot wait for itself.
func (b *builder) enter(pos *position, at *supergraph.Type, sub int, inputs []*want, needs []*group) (*site, error) {
	for _, s := range pos.sites {
		if s.sub == sub && s.at == at && !anyWaitsFor(needs, s.group) && !b.mixes(s.group, pos.place, at, s.typ, s.rep.inputs, inputs) && !b.conflict(pos.place, s.rep.inputs, inputs) {
			b.supply(pos, s, inputs, needs)
			return s, nil
		}
	}
	h := b.reach(pos.spot, at)[sub]
	if h == nil {
		return nil, b.unanswerable(pos.cursor, []*want{{name: queryplan.Typename}})
	}
	providers, err := b.knock(pos, at, h)
	if err != nil {
		return nil, err
	}
	needs = appendNew(appendNew([]*group{pos.group}, providers), needs)
	g := b.groupFor(pos, at, h, inputs, needs)
	s := b.siteIn(g, pos, at, h)
	b.addInputs(pos.place, &s.rep.inputs, h.fields, at, true)
	b.supply(pos, s, inputs, nil)
	pos.sites = append(pos.sites, s)
	return s, nil
}

// supply adds inputs to what is sent to a site.
func (b *builder) supply(pos *position, s *site, inputs []*want, needs []*group) {
	b.addInputs(pos.place, &s.rep.inputs, inputs, s.at, false)
	s.group.dependOn(needs)
}

func anyWaitsFor(groups []*group, g *group) bool {
	return slices.ContainsFunc(groups, func(x *group) bool { return x.waitsFor(g) })
}

// knock selects the fields of a hop's key where they are known.
func (b *builder) knock(pos *position, at *supergraph.Type, h *hop) ([]*group, error) {
	var providers []*group
	for i, w := range h.fields {
		c, as := pos.cursor, at
		if h.from[i] != here {
			s, err := b.enter(pos, at, h.from[i], nil, nil)
			if err != nil {
				return nil, err
			}
			c, as = s.cursor, s.typ
		}
		groups, err := b.known(c, as, w)
		if err != nil {
			return nil, err
		}
		providers = appendNew(providers, groups)
	}
	return providers, nil
}

// known selects a want that the cursor's subgraph is known to answer.
func (b *builder) known(c cursor, as *supergraph.Type, w *want) ([]*group, error) {
	if isObject(c.typ, c.sub) {
		as = c.typ
	}
	if as.IsAbstract() && !isInterfaceObject(as, c.sub) {
		return b.solve(&position{cursor: c}, []*want{w})
	}
	a, ok := b.answer(c.sub, as, w.name, c.provided)
	if !ok {
		return nil, b.unanswerable(c, []*want{w})
	}
	return b.put(c, as, &assigned{unit: newUnit(w, as), option: option{site: here, as: as, answer: a}}, false)
}

// groupFor finds an entity group of the subgraph at the place that can wait for what is needed, or makes one.
func (b *builder) groupFor(pos *position, at *supergraph.Type, h *hop, inputs []*want, needs []*group) *group {
	if b.narrows(pos.cursor, at) {
		pos.set.typename = true
	}
	for _, g := range pos.place.groups {
		if g.sub == h.sub && !anyWaitsFor(needs, g) && !b.mixes(g, pos.place, at, h.as, nil, inputs) && b.room(g.feeder(pos.cursor), pos, at, h, inputs) {
			g.dependOn(needs)
			return g
		}
	}
	g := &group{id: len(b.groups), sub: h.sub, kind: ast.Query, set: &set{}}
	if h.as == b.sg.Query {
		g.set.typ = h.as
	}
	g.dependOn(needs)
	b.groups = append(b.groups, g)
	pos.place.groups = append(pos.place.groups, g)
	return g
}

// room reports whether a feeder of a group, if it has one for the position, can send the objects of a type too.
func (b *builder) room(s *feeder, pos *position, at *supergraph.Type, h *hop, inputs []*want) bool {
	if s == nil {
		return h.as != b.sg.Query
	}
	r := s.sent(at, h.as)
	return s.accepts(at, h.as) && (r == nil || !b.conflict(pos.place, r.inputs, inputs))
}

// siteIn is the site of a group for objects of a type.
func (b *builder) siteIn(g *group, pos *position, at *supergraph.Type, h *hop) *site {
	path := pos.path
	narrows := b.narrows(pos.cursor, at)
	if narrows {
		path = narrowed(path, at.Members)
	}
	s := &site{at: at, cursor: cursor{spot: spot{sub: h.sub, typ: h.as}, group: g, set: g.set.on(h.as), place: pos.place, path: path, above: pos.above, own: pos.ownFetch()}}
	from := g.feeder(pos.cursor)
	if from == nil {
		from = &feeder{cursor: pos.cursor}
		g.feeders = append(g.feeders, from)
	}
	if s.rep = from.sent(at, h.as); s.rep == nil {
		s.rep = &representation{at: at, as: h.as}
		if h.as != b.sg.Query { // whose fields are asked for as at the root
			from.reps, from.narrowed = append(from.reps, s.rep), narrows
		}
	}
	return s
}

// addInputs adds wants of a place to what is sent in a representation.
func (b *builder) addInputs(p *place, list *[]*queryplan.Input, wants []*want, at *supergraph.Type, required bool) {
	for _, w := range wants {
		if w.field == nil {
			continue
		}
		sl := w.slot
		if sl == nil {
			sl = p.slotFor(b.sg, "", w.field, w.argsText, nil)
		}
		on := w.types
		if !slices.ContainsFunc(at.Members, func(t string) bool { return !slices.Contains(w.types, t) }) {
			on = nil
		}
		in := inputOf(list, w.name, sl.name, on)
		in.Required = in.Required || required
		if sl.child != nil {
			in.Typename = in.Typename || len(w.sub) > 0 && w.sub[0].field == nil
			b.addInputs(sl.child, &in.Fields, w.sub, b.namedType(w.field.Type), false)
		}
	}
}

// conflict reports whether the wants cannot be sent beside the inputs: a field of one name with other arguments.
func (b *builder) conflict(p *place, inputs []*queryplan.Input, wants []*want) bool {
	for _, w := range wants {
		if w.field == nil {
			continue
		}
		sl := w.slot
		if sl == nil {
			sl = p.slotFor(b.sg, "", w.field, w.argsText, nil)
		}
		for _, in := range inputs {
			if in.Name == w.name && (in.From != sl.name || sl.child != nil && b.conflict(sl.child, in.Fields, w.sub)) {
				return true
			}
		}
	}
	return false
}

// mixes reports whether the subgraph would be asked for a field of an interface object without the inputs that it
// takes: objects of several types are one type there, and what is selected for some of them is selected for all.
// More is what is to be sent of those of one type beside what already is.
func (b *builder) mixes(g *group, p *place, at, as *supergraph.Type, sent []*queryplan.Input, more []*want) bool {
	var others []*representation
	for _, f := range g.feeders {
		for _, r := range f.reps {
			if r.as == as && r.at != at {
				others = append(others, r)
			}
		}
	}
	if len(others) == 0 {
		return false
	}
	own := copied(sent)
	b.addInputs(p, &own, more, at, false)
	would := besideKey(own)
	return slices.ContainsFunc(others, func(r *representation) bool { return besideKey(r.inputs) != would })
}

// copied are inputs that can be added to.
func copied(list []*queryplan.Input) []*queryplan.Input {
	out := make([]*queryplan.Input, len(list))
	for i, in := range list {
		one := *in
		one.Fields = copied(in.Fields)
		out[i] = &one
	}
	return out
}

// besideKey tells which inputs, beside the plain fields of a key, are sent.
func besideKey(list []*queryplan.Input) string {
	var out []string
	for _, in := range list {
		if !in.Required || len(in.Fields) > 0 {
			var b strings.Builder
			writeInputs(&b, []*queryplan.Input{in})
			out = append(out, b.String())
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// inputOf finds or makes the input of a name.
func inputOf(list *[]*queryplan.Input, name, from string, on []string) *queryplan.Input {
	for _, in := range *list {
		if in.Name == name && in.From == from && slices.Equal(in.On, on) {
			return in
		}
	}
	in := &queryplan.Input{Name: name, From: from, On: on}
	*list = append(*list, in)
	return in
}
