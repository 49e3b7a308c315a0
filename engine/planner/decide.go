package planner

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// decision says who answers what at one spot.
type decision struct {
	assigned []assigned
	// left cannot be answered from here.
	left []*want
	cost cost

	open []int // sites that are entered
	free []int // of these, sites that were entered already
	hops map[*supergraph.Type]map[int]*hop
}

// assigned is a unit with the option that was taken.
type assigned struct {
	*unit
	option
	// still: beneath, only what needs no further fetch; the rest is assigned elsewhere.
	still bool
}

// decide assigns each want at the spot to a site. open are the subgraphs that were entered already.
// Standing still, nothing more may be fetched.
func (s *search) decide(sp spot, wants []*want, open []int, still bool) *decision {
	d := &decision{open: slices.Clone(open), free: open, hops: map[*supergraph.Type]map[int]*hop{}}
	round := s.units(sp, wants, still)
	seen := map[inputsID]bool{}
	for len(round) > 0 && s.considered <= s.budget {
		var pending []*unit
		for _, u := range round {
			s.weigh(sp, u, still)
			if len(u.options) > 0 && u.options[0].site == here && u.options[0].cost.free() {
				d.assigned = append(d.assigned, assigned{unit: u, option: u.options[0]})
			} else {
				pending = append(pending, u)
				if sp.sub != nowhere && !u.level && !still && d.hops[u.at] == nil {
					d.hops[u.at] = s.reach(sp, u.at)
				}
			}
		}
		s.enter(d, pending)
		round = append(d.assign(pending), s.needed(sp, d, seen)...)
	}
	d.failTogether()
	if !still && sp.typ != s.sg.Mutation && sp.typ != s.sg.Subscription {
		s.divide(sp, d)
	}
	d.sum()
	return d
}

// needed are the units for the inputs of what has been assigned and was not yet looked at.
func (s *search) needed(sp spot, d *decision, seen map[inputsID]bool) []*unit {
	var out []*unit
	for _, a := range d.assigned {
		if a.answer.in == nil || len(a.answer.in.Requires) == 0 {
			continue
		}
		id := inputsID{set: a.answer.in.Requires[0], as: a.as, at: a.at}
		if seen[id] {
			continue
		}
		seen[id] = true
		at := spot{sub: sp.sub, typ: a.at, provided: sp.provided}
		for _, u := range s.units(at, s.fieldSet(a.answer.in.Requires, a.as, a.at), false) {
			u.of = a.unit
			out = append(out, u)
		}
	}
	return out
}

// assign gives each pending unit its best option among the open sites. What an option leaves unanswered
// beneath becomes a unit of its own, for the other sites.
func (d *decision) assign(pending []*unit) (rest []*unit) {
	for _, u := range pending {
		var best *option
		for i := range u.options {
			o := &u.options[i]
			if (o.site == here || slices.Contains(d.open, o.site)) && (best == nil || o.weight() < best.weight()) {
				best = o
			}
		}
		if best == nil {
			d.fail(u)
			continue
		}
		d.assigned = append(d.assigned, assigned{unit: u, option: *best})
		if len(best.left) > 0 {
			split := &unit{want: u.want.restricted(u.want.types, best.left), at: u.at, of: u.of, origin: u.origin, tried: append(slices.Clone(u.tried), best.site)}
			rest = append(rest, split)
		}
	}
	return rest
}

// fail records that a unit cannot be answered, nor then the one whose input it is.
func (d *decision) fail(u *unit) {
	for u.of != nil {
		u = u.of
	}
	if !u.failed {
		u.failed = true
		d.left = append(d.left, u.want.restricted(intersection(u.want.types, u.at.Members), u.want.sub))
	}
}

// failTogether fails wants as a whole that are asked for on an interface and fail for one of its types: who does not
// know a field of all objects does not answer it for some of them.
func (d *decision) failTogether() {
	for i := range d.assigned {
		u := d.assigned[i].unit
		if u.of == nil && !u.failed && u.want.field != nil && u.want.field.Parent.IsAbstract() && slices.ContainsFunc(d.left, u.want.covers) {
			d.fail(u)
		}
	}
}

// sum is the cost of the decision. Objects of several types are filled at one place, where their fetches are
// shared: what is fetched beneath one want counts once, however many types it is divided by.
func (d *decision) sum() {
	d.assigned = slices.DeleteFunc(d.assigned, func(a assigned) bool { return a.failed })
	d.cost.missing = leaves(d.left)
	used := slices.Clone(d.free)
	beneath := map[*want]int{}
	keys := map[*hop]bool{}
	for _, a := range d.assigned {
		depth := a.cost.depth
		if a.site != here {
			used = d.chain(a.at, a.site, used, nil)
			hops := 1
			if h := d.hops[a.at][a.site]; h != nil {
				hops = h.depth
				if !keys[h] && !slices.Contains(d.free, a.site) {
					keys[h] = true
					d.cost.fetches += h.fetches
				}
			}
			if a.answer.in != nil && len(a.answer.in.Requires) > 0 {
				hops++
			}
			depth += hops
		}
		if more := a.cost.fetches - beneath[a.want]; more > 0 {
			d.cost.fetches += more
			beneath[a.want] += more
		}
		d.cost.fields += a.cost.fields
		d.cost.depth = max(d.cost.depth, depth)
	}
	// sites are counted where they are used: one that was opened in vain costs nothing
	d.cost.fetches += len(used) - len(d.free)
	d.cost = d.cost.bounded()
}
