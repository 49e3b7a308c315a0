package rollout

import "time"

// Compared are the numbers of one migration's comparison on this replica. They only grow, until Since changes: then the
// migration was started anew, and they began at nothing.
type Compared struct {
	Since time.Time `json:"since"`
	// Sampled are the requests that were chosen; Compared those of them whose sides could be compared.
	Sampled  uint64 `json:"sampled"`
	Compared uint64 `json:"compared"`
	// Mismatched are those compared where the other side differs and the same side, asked again, does not; Noise those
	// where the same side differs from itself.
	Mismatched uint64 `json:"mismatched"`
	Noise      uint64 `json:"noise"`
	// Shed are the chosen that were not asked: beyond the budget, or while somebody was under strain. Failed are those
	// that were asked and could not be compared.
	Shed   uint64 `json:"shed"`
	Failed uint64 `json:"failed"`
}

// Comparing says how the sides of migrations compare; false for one that is not compared.
type Comparing interface {
	Compared(migration string) (Compared, bool)
}
