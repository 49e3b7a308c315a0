package queryplan

// Side is what of a fetch an override label decided: the fetch goes to one of the two owners between which the label
// stands, and resolves these coordinates there.
type Side struct {
	// Label of the overrides.
	Label string
	// New: the label was active, and the fetch goes to whom the coordinates move to.
	New bool
	// Coordinates that the fetch resolves, Type.field, sorted.
	Coordinates []string
	// Paths are where their values stand in what the fetch selects, by name; of an entity fetch, within the entities.
	Paths [][]string
}

// Tells reports whether an error at the path, of names within what the fetch selects, is one of the side's: at a moved
// coordinate, beneath one, or at an object that it would have been in.
func (s *Side) Tells(path []string) bool {
	for _, p := range s.Paths {
		n := min(len(p), len(path))
		same := true
		for i := range n {
			same = same && p[i] == path[i]
		}
		if same {
			return true
		}
	}
	return false
}
