package executor

import "errors"

var (
	errNoData   = errors.New("answer has neither data nor errors")
	errData     = errors.New("data of the answer is not an object")
	errErrors   = errors.New("errors of the answer is not a list")
	errEntities = errors.New("answer does not have one entity for each representation")
	errEntity   = errors.New("answer has entities that are not objects")
)

// absorb reads the answer of a fetch, merges its data, and notes its errors. The error it returns is for the
// observer; all that clients see of it has been noted.
func (r *run) absorb(p *fetchProgram, s *fetchState, text []byte) error {
	a, err := r.store.read(&r.program.types, p.answer, uint32(p.plan.ID), text)
	if err != nil {
		r.noteMalformed(p, s)
		return err
	}
	found, ok := r.store.subgraphErrors(p, a.errors)
	if !ok {
		r.noteMalformed(p, s)
		return errErrors
	}
	data := a.data
	if p.steps != nil && data.kind() == object {
		data = r.store.cells[data.a+firstSlot]
	}
	switch k := data.kind(); {
	case k == absent || k == null:
		if len(found) == 0 {
			r.noteMalformed(p, s)
			return errNoData
		}
	case a.data.kind() != object:
		r.noteMalformed(p, s)
		return errData
	case p.steps == nil:
		r.store.merge(p.target, r.program.types.answered, rootRow, data.a)
	case k != list || int(data.b) != len(s.distinct.spans):
		r.noteMalformed(p, s)
		return errEntities
	default:
		err = r.mergeEntities(p, s, data)
	}
	r.noteErrors(p, s, data, found)
	return err
}

// mergeEntities merges each entity into all objects that have its representation.
func (r *run) mergeEntities(p *fetchProgram, s *fetchState, entities cell) (err error) {
	wrong := uint32(0)
	for i, row := range s.rows {
		switch e := r.store.cells[entities.a+s.reps[i]]; e.kind() {
		case object:
			r.store.merge(p.target, r.program.types.answered, row, e.a)
		case null:
			r.noteNullEntity(p, s, row)
		default:
			if wrong == 0 {
				wrong = 1 + r.store.addProblem(problem{fetch: p, rank: loud, code: codeMalformed, text: malformedText})
			}
			r.store.attach(row, note{problem: wrong - 1, count: 1})
			err = errEntity
		}
	}
	return err
}

// noteErrors notes the errors of an answer where they belong: at the end of their path, or, if they have
// none that leads anywhere, at all objects of the fetch. If there is no data they explain all of that.
func (r *run) noteErrors(p *fetchProgram, s *fetchState, data cell, found []subgraphError) {
	first := uint32(len(r.store.problems))
	for i := range found {
		if e := &found[i]; e.placed {
			r.notePlaced(p, s, data, e, r.store.addProblem(e.problem))
		}
	}
	unplaced := uint32(len(r.store.problems))
	for i := range found {
		if e := &found[i]; !e.placed {
			r.store.addProblem(e.problem)
		}
	}
	none := data.kind() == absent || data.kind() == null
	if n := uint32(len(r.store.problems)) - unplaced; n > 0 {
		r.noteTarget(s, unplaced, n)
	} else if none && len(found) > 0 {
		for _, row := range s.rows {
			if p.steps == nil || r.store.cells[row].a == 0 {
				r.store.attach(row, note{problem: first, count: 1})
			}
		}
	}
}

// notePlaced notes one error with a path.
func (r *run) notePlaced(p *fetchProgram, s *fetchState, data cell, e *subgraphError, id uint32) {
	if p.steps == nil {
		r.store.notePath(p.target, rootRow, id, e.path)
		return
	}
	for i, row := range s.rows {
		if s.reps[i] != e.entity {
			continue
		}
		if data.kind() != list || r.store.cells[data.a+e.entity].kind() != object {
			// The whole entity failed: that is what its object lacks.
			r.store.attach(row, note{problem: id, count: 1})
		} else {
			r.store.notePath(p.target, row, id, e.path)
		}
	}
}

// notePath follows the path of an error into the data of a fetch, and notes it in the last object there is.
func (s *store) notePath(form *readObject, row, id uint32, path span) {
	text := s.docs[s.problems[id].fetch.plan.ID]
	for {
		name, _, rest := pathElement(text, path)
		f, _ := form.find(name, 0)
		if f == nil {
			s.attach(row, note{problem: id})
			return
		}
		at := note{problem: id, slot: f.slot, rest: rest}
		c := s.cells[row+f.slot]
		for c.kind() == list {
			_, index, after := pathElement(text, rest)
			if index < 0 || uint32(index) >= c.b {
				break
			}
			c, rest = s.cells[c.a+uint32(index)], after
		}
		if c.kind() != object || f.object == nil || rest.start >= rest.end {
			s.attach(row, at)
			return
		}
		row, form, path = c.a, f.object, rest
	}
}
