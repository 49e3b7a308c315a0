package rollout

// Side is which side of a migration a request is on, and for whom that was decided.
type Side struct {
	// New: the new owner answers.
	New bool
	// Key is who is kept together; "" where the request has none, and then it is on the old side.
	Key string
}

// Side decides one label, as Active does.
func (t *Table) Side(f Facts, label string) Side {
	r, ok := t.rule(label)
	if !ok {
		return Side{}
	}
	keys := r.keys
	if len(keys) == 0 {
		keys = t.keys
	}
	key, known := keyOf(keys, f)
	return Side{New: r.active(key, known), Key: key}
}

// Sampled says whether something is among a sample: the decision that keys are decided by.
func Sampled(salt, key string, share Percent) bool { return Bucket(salt, key) < share.limit() }
