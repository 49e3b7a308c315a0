package planner

import (
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// share makes one fetch of several that ask a subgraph the same of objects at different places: the same document.
// It does not lengthen the plan: fetches of one depth are joined, and one that
// nothing waits for may wait for a later one.
func (e *emitter) share(groups []*group) []*group {
	depths := depthsOf(groups)
	waited := map[*group]bool{}
	for _, g := range groups {
		for _, d := range g.deps {
			waited[d] = true
		}
	}
	order := slices.Clone(groups)
	slices.SortStableFunc(order, func(a, b *group) int { return depths[b] - depths[a] }) // the latest first: others may wait for it
	first := map[string][]*group{}
	into := map[*group]*group{}
	for _, g := range order {
		asked := e.fetch(0, g)
		if !asked.IsEntity() || asked.Contextual != nil {
			continue
		}
		id := asked.Subgraph + " " + asked.Operation
		i := slices.IndexFunc(first[id], func(f *group) bool { return depths[f] == depths[g] || !waited[g] })
		if i < 0 {
			first[id] = append(first[id], g)
			continue
		}
		f := first[id][i]
		into[g] = f
		f.also = append(append(f.also, g.targets()...), g.also...)
		f.dependOn(g.deps)
		waited[f] = waited[f] || waited[g]
	}
	return joined(groups, into)
}

// joined is the groups that remain when some have become part of others.
func joined(groups []*group, into map[*group]*group) []*group {
	out := make([]*group, 0, len(groups))
	for _, g := range groups {
		if into[g] != nil {
			continue
		}
		deps := g.deps
		g.deps = nil
		for _, d := range deps {
			if f := into[d]; f != nil {
				d = f
			}
			g.dependOn([]*group{d})
		}
		out = append(out, g)
	}
	return out
}

// depthsOf counts for each group how many fetches wait for each other until it has answered.
func depthsOf(groups []*group) map[*group]int {
	out := make(map[*group]int, len(groups))
	var depth func(g *group) int
	depth = func(g *group) int {
		if out[g] == 0 {
			d := 1
			for _, o := range g.deps {
				d = max(d, 1+depth(o))
			}
			out[g] = d
		}
		return out[g]
	}
	for _, g := range groups {
		depth(g)
	}
	return out
}

// writeInputs writes what is sent of an object as a text, to compare.
func writeInputs(b *strings.Builder, list []*queryplan.Input) {
	b.WriteByte('{')
	for _, in := range list {
		b.WriteString(in.Name + "=" + in.From + " " + strings.Join(in.On, "|"))
		if in.Required {
			b.WriteByte('!')
		}
		if in.Typename {
			b.WriteByte('t')
		}
		writeInputs(b, in.Fields)
	}
	b.WriteByte('}')
}
