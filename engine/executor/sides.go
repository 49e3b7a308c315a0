package executor

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// noteSides finds the sides of a fetch that the errors of its answer are about. An error whose path leads nowhere may be
// about any.
func (r *run) noteSides(p *fetchProgram, s *fetchState, text []byte, found []subgraphError) {
	if len(p.plan.Sides) == 0 {
		return
	}
	var path []string
	for i := range found {
		path = path[:0]
		if found[i].placed {
			path = names(path, text, found[i].path)
		}
		s.request.Failed = tell(s.request.Failed, p.plan.Sides, path)
	}
}

// noteLost notes the labels of which the new side failed.
func (r *run) noteLost(p *fetchProgram, s *fetchState, err error) {
	for i := range p.plan.Sides {
		side := &p.plan.Sides[i]
		if side.New && (err != nil || slices.Contains(s.request.Failed, i)) && !slices.Contains(r.lost, side.Label) {
			r.lost = append(r.lost, side.Label)
		}
	}
}

// tell adds the indices of the sides that an error at a path is about.
func tell(to []int, sides []queryplan.Side, path []string) []int {
	for i := range sides {
		if !slices.Contains(to, i) && sides[i].Tells(path) {
			to = append(to, i)
		}
	}
	return to
}

// names are those of a path, without its indices.
func names(to []string, text []byte, path span) []string {
	for path.start < path.end {
		name, index, rest := pathElement(text, path)
		switch {
		case name != nil:
			to = append(to, string(name))
		case index < 0:
			return to
		}
		path = rest
	}
	return to
}
