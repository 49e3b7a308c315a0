package rollout

// Side is which side of a migration a request is on, and for whom that was decided.
type Side struct {
	// New: the new owner answers.
	New bool
	// Key is who is kept together; "" where the request has none.
	Key string
}

// Side is what was decided about one label.
func (d *Decision) Side(label string) Side {
	c, _ := d.label(label)
	return Side{New: c.New, Key: c.key}
}

// Sampled says whether something is among a sample: the decision that keys are decided by.
func Sampled(salt, key string, share Percent) bool { return Bucket(salt, key) < share.limit() }
