package planner

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// hop is a way to enter a subgraph for the objects of a spot.
type hop struct {
	door
	// fields of the key, and for each the site that knows it: here, or the ID of a subgraph entered before.
	fields []*want
	from   []int
	// depth is how many fetches wait for each other until the subgraph has answered.
	depth int
	// fetches beneath the objects that it takes to put the key together.
	fetches int
}

// here is the site of the objects' own fetch; the others are subgraphs, by ID.
const here = -1

// reach finds how each subgraph can be entered for objects of a type: by a key that is known where the objects
// are, or, in the next round, by one known to a subgraph that can be entered. First found is shallowest. Only
// where no key is known as a whole are those tried whose parts must be fetched beneath the objects.
func (s *search) reach(sp spot, at *supergraph.Type) map[int]*hop {
	id := spotID{sub: sp.sub, typ: at, provided: sp.provided.String()}
	if hops, ok := s.hops[id]; ok {
		return hops
	}
	hops := map[int]*hop{}
	s.hops[id] = hops
	sites := []reached{{site: here, spot: spot{sub: sp.sub, typ: at, provided: sp.provided}}}
	inParts := false
	for depth := 1; ; depth++ {
		found := s.round(at, sites, hops, depth, inParts)
		if len(found) == len(sites) && inParts {
			return hops
		}
		inParts = len(found) == len(sites)
		sites = found
	}
}

type reached struct {
	spot
	site int
}

// round tries the doors that were not found passable yet, and returns the sites that are reached now.
func (s *search) round(at *supergraph.Type, sites []reached, hops map[int]*hop, depth int, inParts bool) []reached {
	found := sites
	for _, d := range s.doors[at] {
		if hops[d.sub] != nil {
			continue
		}
		if h := s.through(d, at, sites, inParts); h != nil {
			h.depth += depth
			hops[d.sub] = h
			found = append(found, reached{site: d.sub, spot: spot{sub: d.sub, typ: d.as}})
		}
	}
	return found
}

// through is the hop through a door, if its key is known at the sites.
func (s *search) through(d door, at *supergraph.Type, sites []reached, inParts bool) *hop {
	h := &hop{door: d, fields: s.fieldSet(d.key.Fields, d.as, at)}
	for _, w := range h.fields {
		i := slices.IndexFunc(sites, func(r reached) bool { return s.whole(r.sub, r.typ, r.provided, []*want{w}) })
		s.considered++
		if i < 0 && inParts {
			i = s.part(w, sites, h)
		}
		if i < 0 {
			return nil
		}
		h.from = append(h.from, sites[i].site)
	}
	return h
}

// part finds the site from which a field of a key can be put together with the fewest fetches.
func (s *search) part(w *want, sites []reached, h *hop) int {
	best, lowest := -1, cost{missing: 1}
	for i, r := range sites {
		if !isObject(r.typ, r.sub) || w.field == nil {
			continue
		}
		a, ok := s.answer(r.sub, r.typ, w.name, r.provided)
		if !ok || a.needsInputs() {
			continue
		}
		if v := s.value(w, r.sub, a, false); v.cost.weight() < lowest.weight() {
			best, lowest = i, v.cost
		}
	}
	if best >= 0 {
		h.fetches += lowest.fetches
		h.depth = max(h.depth, lowest.depth)
	}
	return best
}
