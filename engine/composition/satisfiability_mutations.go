package composition

import (
	"slices"
	"strings"
)

// stepMutation steps through a field of the mutation root that several subgraphs resolve. A mutation is carried out
// once, by one of them, so one of them alone has to lead to all that can be selected beneath.
func (s *search) stepMutation(x *situation, f *mergedField, out []position, labels []assumption) {
	var b strings.Builder
	coord := f.parent.name + "." + f.name
	b.WriteString("Supergraph API queries using the mutation field \"" + coord + "\" at top-level must be satisfiable without needing to call that field from multiple subgraphs, but every subgraph with that field encounters satisfiability errors. Please fix these satisfiability errors for (at least) one of the following subgraphs with the mutation field:")
	for _, p := range out {
		sub := newSearch(s.graph)
		sub.routes, sub.keepLabels = s.routes, s.keepLabels
		next := &situation{typ: s.byName[f.typ.Name()], at: []position{p}, via: step{field: f}, from: x}
		if s.keepLabels {
			next.labels = labels
		}
		if s.contextual {
			next.contexts = s.beneath(x)
		}
		sub.enter(next)
		sub.drain()
		s.labelled = s.labelled || sub.labelled
		s.comparisons += sub.comparisons
		if len(sub.errs) == 0 {
			s.hints = append(s.hints, sub.hints...)
			return
		}
		b.WriteString("\n- When calling \"" + coord + "\" at top-level from subgraph \"" + p.def.in.Name + "\":")
		for _, e := range sub.errs {
			b.WriteString("\n  " + strings.ReplaceAll(e.Message, "\n", "\n  "))
		}
	}
	i := slices.IndexFunc(f.in, func(d *fieldDef) bool { return d.parent.in == out[0].def.in })
	s.errs = append(s.errs, f.in[max(i, 0)].parent.in.errorAt(Satisfiability, f.in[max(i, 0)].pos, "%s", b.String()))
}
