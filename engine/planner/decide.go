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
		d.enter(pending)
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

// enter opens sites for the pending units: always the one that saves most, as long as one saves more than
// entering it costs.
func (d *decision) enter(pending []*unit) {
	sites := candidates(pending, d.open)
	if len(sites) == 0 {
		return
	}
	weights := make([]int, len(pending)) // of each unit's best option so far
	for i, u := range pending {
		weights[i] = u.best(d.open)
	}
	deepest := d.deepest(pending)
	for {
		var best []int
		gain := 0
		for _, site := range sites {
			if slices.Contains(d.open, site) {
				continue
			}
			entered, extra := d.toEnter(site, pending)
			g := -(len(entered)+extra)*fetchWeight - max(0, d.depth(site, pending)-deepest)*depthWeight
			for i, u := range pending {
				g += max(0, weights[i]-u.best(entered))
			}
			if best == nil && g > 0 || g > gain {
				best, gain = entered, g
			}
		}
		if best == nil {
			return
		}
		d.open = append(d.open, best...)
		for i, u := range pending {
			weights[i] = min(weights[i], u.best(best))
		}
		for _, site := range best {
			deepest = max(deepest, d.depth(site, pending))
		}
	}
}

// unanswered weighs more than anything that can be answered in part.
const unanswered = 1 << 46

// best is the weight of the unit's best option where the objects are or at one of the sites.
func (u *unit) best(sites []int) int {
	out := unanswered
	for i := range u.options {
		o := &u.options[i]
		if o.site == here || slices.Contains(sites, o.site) {
			out = min(out, o.weight())
		}
	}
	return out
}

// candidates are the sites that could answer a pending unit and are not open, ascending.
func candidates(pending []*unit, open []int) []int {
	var out []int
	for _, u := range pending {
		for i := range u.options {
			site := u.options[i].site
			if site != here && !slices.Contains(open, site) && !slices.Contains(out, site) {
				out = append(out, site)
			}
		}
	}
	slices.Sort(out)
	return out
}

// toEnter are the sites that must be entered for a site: those that know its key, and itself; and how many
// fetches more it takes to put keys together.
func (d *decision) toEnter(site int, pending []*unit) (out []int, extra int) {
	for _, u := range pending {
		if u.offers(site) {
			out = d.chain(u.at, site, out, d.open)
			if h := d.hops[u.at][site]; h != nil {
				extra = max(extra, h.fetches)
			}
		}
	}
	return out, extra
}

// chain appends the sites on the way to a site, and itself, that are not among the open ones.
func (d *decision) chain(at *supergraph.Type, site int, out, open []int) []int {
	if slices.Contains(out, site) || slices.Contains(open, site) {
		return out
	}
	if h := d.hops[at][site]; h != nil {
		for _, from := range h.from {
			if from != here {
				out = d.chain(at, from, out, open)
			}
		}
	}
	return append(out, site)
}

func (u *unit) offers(site int) bool {
	return slices.ContainsFunc(u.options, func(o option) bool { return o.site == site })
}

// deepest is the depth of what is open: another fetch beside it takes no longer. The first at the root counts.
func (d *decision) deepest(pending []*unit) int {
	out := 0
	if len(d.hops) == 0 {
		out = 1
	}
	for _, site := range d.open {
		out = max(out, d.depth(site, pending))
	}
	return out
}

// depth is how many fetches wait for each other until the site has answered.
func (d *decision) depth(site int, pending []*unit) int {
	out := 1
	for _, u := range pending {
		if h := d.hops[u.at][site]; h != nil && u.offers(site) {
			out = max(out, h.depth)
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
