package planner

import "slices"

// divide splits fields that several subgraphs answer where that saves fetches: what one answers at once is
// taken there, and of the rest what another answers at once beneath the same field is taken there, instead of
// being fetched from beneath the first.
func (s *search) divide(d *decision) {
	for i := range d.assigned {
		a := d.assigned[i]
		if a.failed || a.level || a.inner || a.site == here || len(a.left) > 0 || a.cost.fetches == 0 || len(a.options) < 2 {
			continue
		}
		parts := s.division(d, &a)
		if len(parts) == 0 {
			continue
		}
		d.assigned[i] = parts[0]
		for _, p := range parts[1:] {
			if !slices.Contains(d.open, p.site) {
				d.open = append(d.open, p.site)
			}
			d.assigned = append(d.assigned, p)
		}
	}
}

// division is the cheapest way to divide what was assigned; none if nothing is saved.
func (s *search) division(d *decision, a *assigned) []assigned {
	first := s.value(a.want, a.site, a.answer, true)
	if first.rest == nil || first.cost.missing >= leaves(a.want.sub) {
		return nil
	}
	lowest := a.cost.weight()
	var best []assigned
	for i := range a.options {
		o := &a.options[i]
		if o.site == a.site || o.site == here || o.inner || o.answer.needsInputs() {
			continue
		}
		parts := s.divided(a, first, o)
		weight := 0
		for i := range parts {
			weight += parts[i].cost.weight()
		}
		if !slices.Contains(d.open, o.site) {
			weight += fetchWeight
		}
		if len(parts) > 0 && weight < lowest {
			lowest, best = weight, parts
		}
	}
	return best
}

// divided is what was assigned, divided with another option: what the first answers at once, what the other
// does, and, if anything is left, that beneath the first.
func (s *search) divided(a *assigned, first *valued, o *option) []assigned {
	second := s.value(first.rest, o.site, o.answer, true)
	if second.cost.missing >= leaves(first.rest.sub) {
		return nil
	}
	part := func(w *want, from *option, v *valued, still bool) assigned {
		c := v.cost
		c.missing = 0
		return assigned{
			unit: &unit{want: w, at: a.at, of: a.of}, still: still,
			option: option{site: from.site, as: from.as, answer: from.answer, cost: c},
		}
	}
	out := []assigned{part(a.want, &a.option, first, true), part(first.rest, o, second, true)}
	if second.rest != nil {
		third := s.value(second.rest, a.site, a.answer, false)
		if third.cost.missing > 0 {
			return nil
		}
		out = append(out, part(second.rest, &a.option, third, false))
	}
	return out
}
