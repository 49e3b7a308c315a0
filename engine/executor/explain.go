package executor

// reportRow reports what is noted at an object as a whole, and at slots that the response does not show. At
// the root, whole means the root fields: those are reported at the fields that lack a value.
func (c *completer) reportRow(row uint32, o *shapeObject, v *shapeVariant) {
	reported := false
	for _, r := range []rank{loud, consequence} {
		for i := c.store.cells[row].a; i != 0; i = c.store.notes[i].next {
			n := &c.store.notes[i]
			if n.slot != headerSlot && v.shows(n.slot) || n.count > 0 && row == rootRow {
				continue
			}
			for k := range max(n.count, 1) {
				p := &c.store.problems[n.problem+k]
				if p.rank != r || r == consequence && reported {
					continue
				}
				reported = true
				switch {
				case c.told(row, i, p):
					p.used = true
				case n.count > 0: // the whole entity failed, somewhere below
					c.place(p, n.rest, o)
				default:
					c.place(p, span{}, nil)
				}
			}
		}
	}
}

// told reports whether an earlier note of the row says the same.
func (c *completer) told(row, until uint32, p *problem) bool {
	if p.message.end > 0 {
		return false
	}
	for i := c.store.cells[row].a; i != until; i = c.store.notes[i].next {
		n := &c.store.notes[i]
		if q := &c.store.problems[n.problem]; n.slot == headerSlot && q.rank == p.rank && q.message.end == 0 &&
			q.code == p.code && q.text == p.text && q.status == p.status {
			return true
		}
	}
	return false
}

func (v *shapeVariant) shows(slot uint32) bool {
	if v == nil {
		return false
	}
	for i := range v.fields {
		if v.fields[i].slot == slot && v.fields[i].constant == "" {
			return true
		}
	}
	return false
}

// reportSlot reports what is noted at the slot of a field, and whether there was anything.
func (c *completer) reportSlot(row uint32, f *shapeField) bool {
	found := false
	for i := c.store.cells[row].a; i != 0; i = c.store.notes[i].next {
		if n := &c.store.notes[i]; n.slot == f.slot {
			c.place(&c.store.problems[n.problem], n.rest, f.shape)
			found = true
		}
	}
	return found
}

// reportAbsent sees that a value that nobody delivered has an error, unless its subgraph does not know the
// object. It reports whether there is one.
func (c *completer) reportAbsent(f *shapeField, row uint32) bool {
	unknown, explained := false, false
	for i := c.store.cells[row].a; i != 0; i = c.store.notes[i].next {
		n := &c.store.notes[i]
		p := &c.store.problems[n.problem]
		if n.count == 0 || !p.target.form.fills(f.slot) {
			continue
		}
		if p.rank == silent {
			unknown = true
			continue
		}
		explained = true
		if row == rootRow {
			for k := range n.count {
				c.place(&c.store.problems[n.problem+k], span{}, nil)
			}
		}
	}
	if !explained && !unknown {
		c.own(codeMalformed, "A service did not answer "+f.coordinate+".")
	}
	return !unknown || explained
}

func (o *readObject) fills(slot uint32) bool {
	for i := range o.fields {
		if o.fields[i].slot == slot {
			return true
		}
	}
	return false
}

// remaining reports the problems that the completion did not come by, at the place of their target: of
// objects that the response does not show, or that became null.
func (c *completer) remaining() {
	for i := range c.store.problems {
		p := &c.store.problems[i]
		if p.used || p.rank != loud {
			continue
		}
		c.path = c.path[:0]
		for _, key := range p.target.place {
			c.push(key)
		}
		c.place(p, p.path, p.target.shape)
	}
}
