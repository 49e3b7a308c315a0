package planner

import "slices"

// divide splits fields that several subgraphs answer where that saves fetches: what each answers at once is
// taken there, and only what none does is fetched from beneath one of them. Fields that had to be split, since
// no subgraph leads to all that is wanted beneath them, are divided anew in the same way.
func (s *search) divide(sp spot, d *decision) {
	var origins []*unit
	parts := map[*unit][]assigned{}
	for _, a := range d.assigned {
		if parts[a.origin] == nil {
			origins = append(origins, a.origin)
		}
		parts[a.origin] = append(parts[a.origin], a)
	}
	d.assigned = d.assigned[:0]
	for _, u := range origins {
		list := parts[u]
		if better := s.division(sp, d, list); better != nil {
			list = better
		}
		d.assigned = append(d.assigned, list...)
		for _, a := range list {
			if a.site != here && !slices.Contains(d.open, a.site) {
				d.open = append(d.open, a.site)
			}
		}
	}
}

// division is the cheapest other way to divide a unit among the sites that have parts of it, or, if that is one,
// between it and another; nil if nothing is saved.
func (s *search) division(sp spot, d *decision, parts []assigned) []assigned {
	u := parts[0].origin
	lowest := 0
	var sites []*option
	for i := range parts {
		if parts[i].inner || parts[i].answer.needsInputs() {
			return nil
		}
		lowest += parts[i].cost.weight() - parts[i].cost.missing*missingWeight
		sites = append(sites, &parts[i].option)
	}
	if u.level || u.failed || len(u.options) < 2 || lowest < fetchWeight {
		return nil
	}
	if len(parts) > 1 {
		best, weight := s.spread(sp, u, sites)
		if weight < lowest {
			return best
		}
		return nil
	}
	var best []assigned
	for i := range u.options {
		o := &u.options[i]
		if o.site == sites[0].site || o.inner || o.answer.needsInputs() {
			continue
		}
		list, weight := s.spread(sp, u, []*option{sites[0], o})
		weight += d.opening(u, o.site)
		if list != nil && weight < lowest {
			best, lowest = list, weight
		}
	}
	return best
}

// opening is what it costs to enter a site for a unit, with all that must be entered before.
func (d *decision) opening(u *unit, site int) int {
	if site == here || slices.Contains(d.open, site) {
		return 0
	}
	out := len(d.chain(u.at, site, nil, d.open)) * fetchWeight
	if h := d.hops[u.at][site]; h != nil {
		out += h.fetches*fetchWeight + h.depth*depthWeight
	}
	return out
}

// spread divides a unit among the options: first what each answers at once, then what remains, as each can.
func (s *search) spread(sp spot, u *unit, options []*option) (parts []assigned, weight int) {
	rest := u.want
	s.considered += len(options)
	for _, still := range []bool{true, false} {
		for _, o := range options {
			sub := o.site
			if sub == here {
				sub = sp.sub
			}
			v := s.value(rest, sub, o.answer, still)
			if v.cost.missing >= leaves(rest.sub) {
				continue
			}
			part := assigned{unit: &unit{want: rest, at: u.at, of: u.of, origin: u}, option: *o, still: still}
			part.cost, part.left, part.inputs = v.cost, v.left, cost{}
			part.cost.missing = 0
			parts, weight = append(parts, part), weight+part.cost.weight()
			if rest = v.rest; rest == nil {
				return parts, weight
			}
		}
	}
	return nil, 0
}
