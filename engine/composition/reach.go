package composition

import (
	"slices"
	"strings"
)

// Reaching: in which subgraphs a value can be had that one of them holds.

// reach says where a value can be had, starting from one position: each subgraph whose key can be put
// together from what those reached before resolve. It ends because each subgraph is reached once.
func (r *routes) reach(t *mergedType, p position, not excluded) []position {
	key := reachKey{t, p, not}
	if got := r.reached[key]; got != nil {
		return got.at // as far as it is known, where a key depends on itself
	}
	got := &reached{at: []position{p}}
	r.reached[key] = got
	homes := r.homesOf(t)
	if slices.Contains(r.roots[:], t) {
		for _, s := range r.schemas {
			if d := homes[s]; d != nil && s != p.def.in && !not.has(s) {
				got.at = append(got.at, position{def: d})
			}
		}
		return got.at
	}
	in := map[*schema]bool{p.def.in: true}
	for grown := true; grown; {
		grown = false
		for _, d := range r.entries[t] {
			if in[d.in] || not.has(d.in) {
				continue
			}
			if k := r.enters(t, got, d, not.with(d.in)); k != nil {
				in[d.in], grown = true, true
				got.at = append(got.at, position{def: d})
				got.by = append(got.by, k)
			}
		}
	}
	return got.at
}

// maxExcluded bounds how deep the ways into subgraphs by nested keys are looked at one by one.
const maxExcluded = 5

// enters finds a key of d that can be put together.
func (r *routes) enters(t *mergedType, from *reached, d *typeDef, not excluded) *keyDef {
	for _, k := range d.keys {
		if !k.resolvable || !r.obtainable(t, from.at, k.fields, not) {
			continue
		}
		if k.flat() || strings.Count(string(not), "\x00") > maxExcluded || r.entersNested(t, from, k, not) {
			return k
		}
	}
	return nil
}

// entersNested: what is nested in a key is looked for from each position by itself, without the subgraph that
// the key leads to; and a subgraph entered by the same key adds nothing. Apollo's planner looks no further,
// so a graph that needs more could not be served by others.
func (r *routes) entersNested(t *mergedType, from *reached, k *keyDef, not excluded) bool {
	for i, q := range from.at {
		if i > 0 && sameSelection(from.by[i-1].fields, k.fields) {
			continue
		}
		if r.satisfies(t, []position{q}, k.fields, not) {
			return true
		}
	}
	return false
}

func (k *keyDef) flat() bool {
	return !slices.ContainsFunc(k.fields, func(x *selected) bool { return len(x.sub) > 0 })
}
