package planner

import (
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// sides are what override labels decided of a group: which of the coordinates that move it resolves, and on which side. A
// graph without labels has none, and is not walked. It is asked before fields are hoisted to interfaces, which no label
// decides.
func (g *graph) sides(of *group) []queryplan.Side {
	if len(g.sg.Labels) == 0 || of.introspection != nil {
		return nil
	}
	w := sideWalk{graph: g, sub: of.sub}
	w.set(of.set, nil)
	slices.SortFunc(w.found, func(a, b queryplan.Side) int { return strings.Compare(a.Label, b.Label) })
	for i := range w.found {
		slices.Sort(w.found[i].Coordinates)
	}
	return w.found
}

// sideWalk goes through what a group selects.
type sideWalk struct {
	*graph
	sub   int
	found []queryplan.Side
}

func (w *sideWalk) set(s *set, path []string) {
	for _, f := range s.fields {
		at := append(slices.Clone(path), f.slot.name)
		w.field(f, at)
		if f.sub != nil {
			w.set(f.sub, at)
		}
	}
	for _, f := range s.frags {
		w.set(f, path)
	}
}

// field notes a field that a label decides. What is only known of a key, or provided, is nobody's to move. Of an
// interface's field it is those of the object types that are moved.
func (w *sideWalk) field(f *selected, at []string) {
	if f.answer.field == nil || f.answer.in == nil || f.answer.in.External {
		return
	}
	w.one(f.answer.field, at)
	if !f.answer.field.Parent.IsAbstract() {
		return
	}
	for _, m := range f.answer.field.Parent.Members {
		if t := w.sg.Type(m); t != nil && t.Field(f.want.name) != nil {
			w.one(t.Field(f.want.name), at)
		}
	}
}

func (w *sideWalk) one(f *supergraph.Field, at []string) {
	in := f.In[w.sub]
	if in == nil || in.External {
		return
	}
	if in.OverrideLabel != "" {
		w.note(in.OverrideLabel, in.Override != "", coordinate(f), at)
		return
	}
	for _, o := range w.overrides[f] {
		if o.from == w.sub && o.label != "" {
			w.note(o.label, false, coordinate(f), at)
		}
	}
}

func (w *sideWalk) note(label string, fresh bool, coordinate string, at []string) {
	i := slices.IndexFunc(w.found, func(s queryplan.Side) bool { return s.Label == label && s.New == fresh })
	if i < 0 {
		i = len(w.found)
		w.found = append(w.found, queryplan.Side{Label: label, New: fresh})
	}
	side := &w.found[i]
	side.Paths = append(side.Paths, at)
	if !slices.Contains(side.Coordinates, coordinate) {
		side.Coordinates = append(side.Coordinates, coordinate)
	}
}
