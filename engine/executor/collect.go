package executor

// collect appends the rows of the objects to which the steps lead, each once, in the order of the data.
func (s *store) collect(rows []uint32, steps []step) []uint32 {
	return s.follow(rows, cell{meta: uint32(object), a: rootRow}, steps, s.nextMark())
}

// follow goes the remaining steps from a value. A row that was passed before leads nowhere new: rows are
// shared, and going through them again would cost as much as the response is long.
func (s *store) follow(rows []uint32, c cell, steps []step, mark uint32) []uint32 {
	if len(steps) == 0 {
		if c.kind() == object && s.visit(c.a, mark) {
			rows = append(rows, c.a)
		}
		return rows
	}
	next := &steps[0]
	if next.slot == headerSlot {
		if c.kind() == list {
			for i := range c.b {
				if e := s.cells[c.a+i]; s.fits(e, next) {
					rows = s.follow(rows, e, steps[1:], mark)
				}
			}
		}
		return rows
	}
	if c.kind() == object && s.visit(c.a, mark) {
		if v := s.cells[c.a+next.slot]; s.fits(v, next) {
			rows = s.follow(rows, v, steps[1:], mark)
		}
	}
	return rows
}

// fits reports whether a step goes into the value. Lists have no type: the step into their elements asks.
func (s *store) fits(c cell, next *step) bool {
	return len(next.only) == 0 || c.kind() == list || c.kind() == object && next.only.fits(s.typeOf(c.a))
}
