package planner

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// enter opens sites for the pending units: always the one that saves most, as long as one saves more than
// entering it costs.
func (s *search) enter(d *decision, pending []*unit) {
	sites := d.candidates(pending)
	if len(sites) == 0 {
		return
	}
	weights := make([]int, len(pending)) // of each unit's best option so far
	for i, u := range pending {
		weights[i] = u.best(d.open)
	}
	deepest := d.deepest(pending)
	for s.considered <= s.budget {
		var best *candidate
		var entered []int
		gain := 0
		for _, c := range sites {
			if slices.Contains(d.open, c.site) {
				continue
			}
			s.considered += len(c.units) / 4
			with, extra := d.toEnter(c, pending)
			g := c.saves(with, pending, weights) - (len(with)+extra)*fetchWeight - max(0, c.depth-deepest)*depthWeight
			if best == nil && g > 0 || g > gain {
				best, entered, gain = c, with, g
			}
		}
		if best == nil {
			return
		}
		d.open = append(d.open, entered...)
		for i, u := range pending {
			weights[i] = min(weights[i], u.best(entered))
		}
		for _, site := range entered {
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

// candidate is a site that could answer pending units.
type candidate struct {
	site  int
	units []int // that it could answer
	depth int
}

// candidates are the sites that could answer a pending unit and are not open, ascending.
func (d *decision) candidates(pending []*unit) []*candidate {
	by := map[int]*candidate{}
	var out []*candidate
	for i, u := range pending {
		for k := range u.options {
			site := u.options[k].site
			if site == here || slices.Contains(d.open, site) {
				continue
			}
			c := by[site]
			if c == nil {
				c = &candidate{site: site, depth: 1}
				by[site] = c
				out = append(out, c)
			}
			if n := len(c.units); n == 0 || c.units[n-1] != i {
				c.units = append(c.units, i)
				if h := d.hops[u.at][site]; h != nil {
					c.depth = max(c.depth, h.depth)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b *candidate) int { return a.site - b.site })
	return out
}

// saves is what the pending units' best options weigh less when the candidate is entered, with those on the way.
func (c *candidate) saves(entered []int, pending []*unit, weights []int) int {
	out := 0
	if len(entered) == 1 {
		for _, i := range c.units {
			out += max(0, weights[i]-pending[i].best(entered))
		}
		return out
	}
	for i, u := range pending {
		out += max(0, weights[i]-u.best(entered))
	}
	return out
}

// toEnter are the sites that must be entered for a candidate: those that know its key, and itself; and how many
// fetches more it takes to put keys together.
func (d *decision) toEnter(c *candidate, pending []*unit) (out []int, extra int) {
	for _, i := range c.units {
		u := pending[i]
		out = d.chain(u.at, c.site, out, d.open)
		if h := d.hops[u.at][c.site]; h != nil {
			extra = max(extra, h.fetches)
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
