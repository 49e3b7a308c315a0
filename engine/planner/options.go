package planner

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// unit is one want for objects of one type: what is assigned to a site as a whole.
type unit struct {
	want *want
	// at is what the objects are: an object type, or the interface behind an interface object; or, if level,
	// an interface on which the field is selected for all of its types at once.
	at      *supergraph.Type
	level   bool
	options []option
	// tried are sites that answered what they could of a want that was split.
	tried []int
	// of is the unit whose @requires this is an input of.
	of *unit
	// origin is the unit that this one is split from; itself if it is not.
	origin *unit
	failed bool
}

// option is one way to answer a unit.
type option struct {
	site   int
	as     *supergraph.Type // the objects' type to the site
	answer answer
	cost   cost
	left   []*want // beneath the want, what this site does not lead to
	// inner: the site sees an interface; who answers what is decided there anew.
	inner bool
	// inputs is an estimate of what it costs to get the fields that must be sent along.
	inputs cost
}

func (o option) weight() int { return o.cost.weight() + o.inputs.weight() }

func newUnit(w *want, at *supergraph.Type) *unit {
	u := &unit{want: w, at: at}
	u.origin = u
	return u
}

// levelUnit is a unit whose only option is to be answered on an interface, where the objects are.
func levelUnit(w *want, on *supergraph.Type, o option) *unit {
	u := newUnit(w, on)
	o.site, o.as = here, on
	u.level, u.options = true, []option{o}
	return u
}

// units divides wants by the types that the spot's subgraph tells apart, but for those that it answers on an
// interface for all types alike.
func (s *search) units(sp spot, wants []*want, still bool) []*unit {
	var out []*unit
	for _, w := range wants {
		switch {
		case sp.sub == nowhere || isObject(sp.typ, sp.sub):
			if intersects(w.types, sp.typ.Members) {
				out = append(out, newUnit(w, sp.typ))
			}
		case w.field == nil:
			out = append(out, levelUnit(w, sp.typ, option{}))
		default:
			if u := s.onLevel(sp, w, still); u != nil {
				out = append(out, u)
				continue
			}
			carriers := s.carriers(sp.typ, sp.sub)
			if len(carriers) == 0 && w.field.Parent == sp.typ {
				carriers = []*supergraph.Type{sp.typ} // nobody implements it there, but somebody must know the field
			}
			s.considered += len(carriers) * len(w.types) / 64
			for _, c := range carriers {
				if intersects(w.types, c.Members) {
					out = append(out, newUnit(w, c))
				}
			}
		}
	}
	return out
}

// onLevel answers a want on an interface, if the subgraph can do so for each type that is possible there.
func (s *search) onLevel(sp spot, w *want, still bool) *unit {
	for _, q := range []*supergraph.Type{w.field.Parent, sp.typ} {
		if q.Kind != ast.Interface || q.In[sp.sub] == nil || isInterfaceObject(q, sp.sub) {
			continue
		}
		a, ok := s.answer(sp.sub, q, w.name, sp.provided)
		if !ok || a.needsInputs() || !s.uniform(sp, q, w) {
			continue
		}
		if w.slot != nil && !w.slot.fits(sp.sub, a.field) {
			continue
		}
		v := s.value(w, sp.sub, a, still)
		if v.cost.free() || v.cost.missing == 0 && !s.providesMore(sp, w, a) {
			return levelUnit(w, q, option{answer: a, cost: v.cost})
		}
	}
	return nil
}

// providesMore reports whether a subgraph answers more beneath a field on some object type than it does on the
// interface: its @provides may stand there only.
func (s *search) providesMore(sp spot, w *want, on answer) bool {
	return slices.ContainsFunc(s.carriers(sp.typ, sp.sub), func(c *supergraph.Type) bool {
		a, ok := s.answer(sp.sub, c, w.name, sp.provided)
		return ok && a.provided.String() != on.provided.String()
	})
}

// uniform reports whether the want is for all types of the interface at the spot, and each is answered there.
func (s *search) uniform(sp spot, q *supergraph.Type, w *want) bool {
	inside := s.carriers(q, sp.sub)
	some := false
	for _, c := range s.carriers(sp.typ, sp.sub) {
		wanted := intersects(w.types, c.Members)
		if !slices.Contains(inside, c) {
			if wanted {
				return false
			}
			continue
		}
		if !wanted {
			if len(s.wanting.members(c)) > 0 {
				return false
			}
			continue
		}
		a, ok := s.answer(sp.sub, c, w.name, sp.provided)
		if !ok || a.needsInputs() || len(intersection(s.wanting.members(c), w.types)) < len(s.wanting.members(c)) {
			return false
		}
		some = true
	}
	return some
}

// weigh finds the options of a unit: where the objects are, and each subgraph that can be entered. A way that
// needs no further fetch is taken without looking at others.
func (s *search) weigh(sp spot, u *unit, still bool) {
	if u.level {
		return
	}
	if sp.sub == nowhere {
		for _, id := range s.holders[u.want.field] {
			s.offer(u, id, id, u.at, nil, still)
		}
		return
	}
	if !slices.Contains(u.tried, here) {
		s.offer(u, here, sp.sub, u.at, sp.provided, still)
		if still || len(u.options) > 0 && u.options[0].cost.free() {
			return
		}
	}
	answeredHere := len(u.options) > 0
	hops := s.reach(sp, u.at)
	for _, d := range s.doors[u.at] {
		h := hops[d.sub]
		if h == nil || h.door != d || slices.Contains(u.tried, d.sub) || answeredHere && d.sub == sp.sub {
			continue
		}
		if d.as.IsAbstract() && !isInterfaceObject(d.as, d.sub) {
			if isObject(u.at, sp.sub) {
				s.offerInner(u, h)
			}
		} else {
			s.offer(u, d.sub, d.sub, d.as, nil, false)
		}
	}
	for i := range u.options {
		// where ways take as many fetches, the one that has more of the answer earlier is better
		if h := hops[u.options[i].site]; h != nil {
			u.options[i].cost.fields *= 1 + h.depth
		}
	}
	s.weighInputs(sp, u)
}

// offer adds the option that the subgraph answers the unit, if it does.
func (s *search) offer(u *unit, site, sub int, as *supergraph.Type, provided supergraph.FieldSet, still bool) {
	s.considered++
	if u.want.field == nil {
		if !isInterfaceObject(as, sub) {
			u.options = append(u.options, option{site: site, as: as})
		}
		return
	}
	a, ok := s.answer(sub, as, u.want.name, provided)
	if !ok || site == here && a.needsInputs() || !s.contextsSet(u.want, sub, a) {
		return
	}
	v := s.value(u.want, sub, a, still)
	if v.cost.missing > 0 && v.cost.missing >= leaves(u.want.sub) {
		return // leads to nothing that is wanted
	}
	u.options = append(u.options, option{site: site, as: as, answer: a, cost: v.cost, left: v.left})
}

// offerInner adds the option to enter a subgraph that knows the interface's types.
func (s *search) offerInner(u *unit, h *hop) {
	s.considered++
	d := s.decide(spot{sub: h.sub, typ: h.as}, []*want{u.want}, nil, false)
	if d.cost.missing == 0 {
		u.options = append(u.options, option{site: h.sub, as: h.as, cost: d.cost, inner: true})
	}
}

// weighInputs adds to each of several options what the inputs of its @requires cost.
func (s *search) weighInputs(sp spot, u *unit) {
	if len(u.options) < 2 {
		return
	}
	for i := range u.options {
		o := &u.options[i]
		if o.answer.in != nil && len(o.answer.in.Requires) > 0 {
			w := &want{sub: s.fieldSet(o.answer.in.Requires, o.as, u.at)}
			in := &supergraph.FieldIn{Type: ast.NamedType(u.at.Name, nil)}
			o.inputs = s.value(w, sp.sub, answer{in: in, provided: sp.provided}, false).cost
		}
	}
}
