package planner

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// group is a fetch under construction.
type group struct {
	id   int
	sub  int
	kind ast.Operation
	// deps are the groups that must have answered before.
	deps []*group
	set  *set
	// contexts are the values that are taken from objects above.
	contexts []*filled
	// feeders are where a group that is entered gets its objects.
	feeders []*feeder
	// also are those of the groups that were joined into this one.
	also []*target
	// introspection, if not nil, is what the engine answers itself.
	introspection []*operation.Selection
	// sides are what override labels decided of it.
	sides []queryplan.Side
}

// feeder is objects of one fetch and path, at which a group is entered.
type feeder struct {
	cursor
	reps []*representation
	// narrowed: not all objects there are of the only representation's type.
	narrowed bool
}

// representation is how objects of a type are identified.
type representation struct {
	at, as *supergraph.Type
	inputs []*queryplan.Input
}

// feeder is that of the cursor's objects; nil if the group has none.
func (g *group) feeder(c cursor) *feeder {
	for _, s := range g.feeders {
		if s.set == c.set && samePath(s.path, c.path) {
			return s
		}
	}
	return nil
}

// accepts reports whether objects of a type can be identified beside those that the feeder has: no object may fit
// two representations, and only objects whose type is known can be told apart.
func (s *feeder) accepts(at, as *supergraph.Type) bool {
	typeKnown := !isInterfaceObject(s.typ, s.sub)
	for _, r := range s.reps {
		if (r.at != at || r.as != as) && (!typeKnown || intersects(r.at.Members, at.Members)) {
			return false
		}
	}
	return true
}

// sent is what is sent of the feeder's objects of a type; nil if there are none.
func (s *feeder) sent(at, as *supergraph.Type) *representation {
	for _, r := range s.reps {
		if r.at == at && r.as == as {
			return r
		}
	}
	return nil
}

// step is a step of a path under construction. Steps are shared between paths: they are replaced, not changed.
type step struct {
	name  string
	types []string
}

// narrowed is the path to only those objects that have one of the types.
func narrowed(path []step, types []string) []step {
	if len(path) == 0 {
		return path
	}
	out := slices.Clone(path)
	out[len(out)-1].types = types
	return out
}

// into is the path into the value of a slot.
func into(path []step, s *slot) []step {
	out := slices.Clone(path)
	for _, name := range s.steps {
		out = append(out, step{name: name})
	}
	return out
}

// dependOn adds what the group waits for.
func (g *group) dependOn(others []*group) {
	for _, o := range others {
		if o != g && !slices.Contains(g.deps, o) {
			g.deps = append(g.deps, o)
		}
	}
}

// waitsFor reports whether the group is the other or waits for it, however indirectly.
func (g *group) waitsFor(other *group) bool {
	return g.walk(other, map[*group]bool{})
}

func (g *group) walk(other *group, seen map[*group]bool) bool {
	if g == other {
		return true
	}
	if seen[g] {
		return false
	}
	seen[g] = true
	return slices.ContainsFunc(g.deps, func(d *group) bool { return d.walk(other, seen) })
}

func samePath(a, b []step) bool {
	return slices.EqualFunc(a, b, func(x, y step) bool { return x.name == y.name && slices.Equal(x.types, y.types) })
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// set is a selection set under construction.
type set struct {
	typ      *supergraph.Type // in the subgraph; nil for the entities
	typename bool
	fields   []*selected
	bySlot   map[*slot]*selected
	frags    []*set
}

// selected is a field of a set.
type selected struct {
	slot   *slot
	want   *want
	answer answer
	parent *supergraph.Type
	sub    *set // nil for leaves
}

// on is the part of the set for objects of a type.
func (s *set) on(t *supergraph.Type) *set {
	if s.typ == t {
		return s
	}
	for _, f := range s.frags {
		if f.typ == t {
			return f
		}
	}
	f := &set{typ: t}
	s.frags = append(s.frags, f)
	return f
}

// add selects a field into a slot.
func (s *set) add(sl *slot, w *want, a answer, ret *supergraph.Type) *selected {
	if f := s.bySlot[sl]; f != nil {
		return f
	}
	if s.bySlot == nil {
		s.bySlot = map[*slot]*selected{}
	}
	f := &selected{slot: sl, want: w, answer: a, parent: s.typ}
	if sl.child != nil {
		f.sub = &set{typ: ret}
	}
	s.fields = append(s.fields, f)
	s.bySlot[sl] = f
	return f
}
