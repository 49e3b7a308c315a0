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
	a, err := r.store.read(&r.program.types, s.answerForm(p), uint32(p.plan.ID), text, &s.copies)
	if err != nil {
		r.noteMalformed(p, s)
		return err
	}
	found, ok := r.store.subgraphErrors(p, a.errors)
	if !ok {
		r.noteMalformed(p, s)
		return errErrors
	}
	if s.response.Redaction != nil || s.response.Status != 0 {
		r.redact(s, a.errors, found)
	}
	data := a.data
	if p.entities() && data.kind() == object {
		data = r.store.cells[data.a+firstSlot]
		if s.contexts.several() {
			data = r.store.joined(s.contexts, a.data.a)
			s.contexts.place(text, found)
		}
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
	case !p.entities():
		for _, row := range s.rows {
			r.store.merge(p.targets[0].form, r.program.types.answered, row, data.a)
		}
	case k != list || int(data.b) != s.expected():
		r.noteMalformed(p, s)
		return errEntities
	default:
		err = r.mergeEntities(p, s, data)
	}
	r.noteErrors(p, s, data, found)
	r.noteSides(p, s, text, found)
	return err
}

// mergeEntities merges each entity into all objects that have its representation.
func (r *run) mergeEntities(p *fetchProgram, s *fetchState, entities cell) (err error) {
	for i := range p.targets {
		if !r.mergeTarget(&p.targets[i], s, s.objects(i), entities) {
			err = errEntity
		}
	}
	return err
}

// mergeTarget does so for the objects of one target. It reports false if some entities are no objects.
func (r *run) mergeTarget(t *target, s *fetchState, o objects, entities cell) bool {
	s.nullEntity = 0
	wrong := uint32(0)
	var seen []bool
	if t.apart {
		seen = make([]bool, entities.b)
	}
	for i, row := range o.rows {
		e := r.store.cells[entities.a+o.takes[i]]
		if t.apart {
			e = r.store.unshared(t.form, seen, o.takes[i], e)
		}
		switch e.kind() {
		case object:
			r.store.merge(t.form, r.program.types.answered, row, e.a)
		case null:
			r.noteNullEntity(t, s, row)
		default:
			if wrong == 0 {
				wrong = 1 + r.store.addProblem(problem{target: t, rank: loud, code: codeMalformed, text: malformedText})
			}
			r.store.attach(row, note{problem: wrong - 1, count: 1})
		}
	}
	return wrong == 0
}

// noteErrors notes the errors of an answer where they belong: at the end of their path, or, if they have
// none that leads anywhere, at all objects of the fetch. If there is no data they explain all of that.
func (r *run) noteErrors(p *fetchProgram, s *fetchState, data cell, found []subgraphError) {
	if len(found) == 0 {
		return
	}
	told := false
	for i := range p.targets {
		o := s.objects(i)
		if len(o.rows) == 0 {
			continue
		}
		first := uint32(len(r.store.problems))
		for k := range found {
			// An error of an entity that nobody asked for is told of once, by the first.
			if e := &found[k]; e.placed && (len(p.targets) == 1 || o.has(e.entity) || !told && int(e.entity) >= len(s.distinct.spans)) {
				r.notePlaced(&p.targets[i], o, data, e)
			}
		}
		told = true
		r.noteUnplaced(&p.targets[i], o, data, found, first)
	}
}

// noteUnplaced notes the errors without a path at all objects of a target, whose problems begin with first.
func (r *run) noteUnplaced(t *target, o objects, data cell, found []subgraphError, first uint32) {
	unplaced := uint32(len(r.store.problems))
	for i := range found {
		if !found[i].placed {
			r.store.addProblem(found[i].at(t))
		}
	}
	if n := uint32(len(r.store.problems)) - unplaced; n > 0 {
		r.noteRows(o.rows, unplaced, n)
		return
	}
	if data.kind() != absent && data.kind() != null {
		return
	}
	if first == unplaced { // all errors are of entities that stand elsewhere
		r.store.addProblem(found[0].at(t))
	}
	for _, row := range o.rows {
		if !t.plan.IsEntity() || r.store.cells[row].a == 0 {
			r.store.attach(row, note{problem: first, count: 1})
		}
	}
}

// notePlaced notes one error with a path.
func (r *run) notePlaced(t *target, o objects, data cell, e *subgraphError) {
	id := r.store.addProblem(e.at(t))
	if !t.plan.IsEntity() {
		for _, row := range o.rows {
			r.store.notePath(t.form, row, id, e.path)
		}
		return
	}
	for i, row := range o.rows {
		if o.reps[i] != e.entity {
			continue
		}
		if data.kind() != list || r.store.cells[data.a+o.takes[i]].kind() != object {
			// The whole entity failed: that is what its object lacks.
			r.store.attach(row, note{problem: id, count: 1, rest: e.path})
		} else {
			r.store.notePath(t.form, row, id, e.path)
		}
	}
}

// notePath follows the path of an error into the data of a fetch, and notes it in the last object there is.
func (s *store) notePath(form *readObject, row, id uint32, path span) {
	text := s.docs[s.problems[id].target.plan.ID]
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
