package planner

import (
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// target is a path of a fetch, with what is sent of the objects there. A group has as many as its feeders need:
// objects of one path must all have what is sent of them, and none may be sent for which nothing is asked.
type target struct {
	sub  int
	path []step
	reps []*representation
	// sent is the representations as a text, to compare.
	sent string
}

// targets are those of the group's feeders, which share one where their paths can be written as one.
func (g *group) targets() []*target {
	var out []*target
	for _, s := range g.feeders {
		t := s.target(g)
		if !slices.ContainsFunc(out, func(o *target) bool { return o.sent == t.sent && o.widen(t.path) }) {
			out = append(out, t)
		}
	}
	return out
}

func (s *feeder) target(g *group) *target {
	t := &target{sub: g.sub, path: s.path, reps: s.reps}
	switch {
	case len(s.reps) > 1:
		t.path = narrowed(s.path, nil) // they tell the types apart
	case s.narrowed:
		t.path = narrowed(s.path, s.reps[0].at.Members)
	}
	var texts []string
	for _, r := range s.reps {
		var b strings.Builder
		b.WriteString(r.at.Name + ":" + r.as.Name)
		writeInputs(&b, r.inputs)
		texts = append(texts, b.String())
	}
	slices.Sort(texts)
	t.sent = strings.Join(texts, " ")
	return t
}

func pathOf(steps []step) queryplan.Path {
	var out queryplan.Path
	for _, s := range steps {
		out = append(out, queryplan.Step{Name: s.name, Types: s.types})
	}
	return out
}

// representations are what is sent of a target's objects.
func (t *target) representations() []*queryplan.Representation {
	var out []*queryplan.Representation
	for _, r := range t.reps {
		p := &queryplan.Representation{Typename: r.as.Name, Fields: r.inputs}
		if len(t.reps) > 1 {
			p.Types = r.at.Members
		}
		if r.as.IsAbstract() && !isInterfaceObject(r.as, t.sub) && r.at != r.as {
			p.Typename = ""
		}
		out = append(out, p)
	}
	return out
}

// widen makes the path lead to the objects of another one to the same place as well, if that is all it then leads
// to: the two may differ in the types of one step.
func (t *target) widen(path []step) bool {
	at := -1
	for i, s := range path {
		if !slices.Equal(s.types, t.path[i].types) {
			if at >= 0 {
				return false
			}
			at = i
		}
	}
	if at < 0 {
		return true
	}
	t.path = slices.Clone(t.path)
	if own := t.path[at].types; len(own) == 0 || len(path[at].types) == 0 {
		t.path[at].types = nil
	} else {
		t.path[at].types = union(own, path[at].types)
	}
	return true
}
