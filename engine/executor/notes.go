package executor

import (
	"context"
	"errors"
)

// problem is something that went wrong in a fetch. It becomes an error of the response at each path at which
// one of its notes is found.
type problem struct {
	// target is the one of whose objects the problem is told; nil if the completion itself found it.
	target *target
	rank   rank
	// code, message and status are those of our own; message and extensions, as ranges of the answer, are
	// a subgraph's.
	code, text          string
	status              int
	message, extensions span
	// redaction is what clients may not see of those; nil for nothing.
	redaction *Redaction
	// path is the subgraph's, from the objects of the fetch on.
	path span
	// used: it was reported.
	used bool
}

// rank says how much a problem explains.
type rank uint8

const (
	// silent: there is nothing wrong; the subgraph does not know the entity.
	silent rank = iota
	// consequence: most likely of another problem at the same object, and then not reported.
	consequence
	loud
)

// note ties problems to a place of the data. The notes of a row are a list in the order of the plan's fetches.
type note struct {
	next    uint32
	problem uint32
	// count of problems, from problem on, that concern all that the fetch was to add to this object; 0 for
	// one problem at the slot, or, if that is headerSlot, somewhere in the object.
	count uint32
	slot  uint32
	// rest is the path from the slot on, as elements in the answer.
	rest span
}

// maxNotes bounds what one request remembers; beyond it an object gets no more than one note.
const maxNotes = 100_000

// attach adds a note to a row, unless it is there already.
func (s *store) attach(row uint32, n note) {
	if len(s.notes) >= maxNotes && (n.count == 0 || s.cells[row].a != 0) {
		return
	}
	order := func(x *note) int { return s.problems[x.problem].target.plan.ID }
	last := uint32(0)
	for i := s.cells[row].a; i != 0; i = s.notes[i].next {
		at := &s.notes[i]
		if at.problem == n.problem && at.slot == n.slot {
			return
		}
		if order(at) > order(&n) {
			break
		}
		last = i
	}
	id := uint32(len(s.notes))
	if last == 0 {
		n.next, s.cells[row].a = s.cells[row].a, id
	} else {
		n.next, s.notes[last].next = s.notes[last].next, id
	}
	s.notes = append(s.notes, n)
}

func (s *store) addProblem(p problem) uint32 {
	s.problems = append(s.problems, p)
	return uint32(len(s.problems) - 1)
}

// held is how many bytes the store holds beside its cells.
func (s *store) held() int {
	return 12*cap(s.scratch) + 24*cap(s.notes) + 136*cap(s.problems)
}

// Codes of errors, as Apollo Router names them where it has them.
const (
	codeHTTP       = "SUBREQUEST_HTTP_ERROR"
	codeMalformed  = "SUBREQUEST_MALFORMED_RESPONSE"
	codeDownstream = "DOWNSTREAM_SERVICE_ERROR"
	codeInvalid    = "RESPONSE_VALIDATION_FAILED"
	codeTimeout    = "GATEWAY_TIMEOUT"
	codeCanceled   = "REQUEST_CANCELED"
	codeKey        = "ENTITY_KEY_MISSING"
	codeInternal   = "INTERNAL_SERVER_ERROR"
	codeMore       = "TOO_MANY_ERRORS"
)

const malformedText = "A service gave an answer that could not be read."

// noteFailure notes at all objects of a fetch that it failed.
func (r *run) noteFailure(p *fetchProgram, s *fetchState, err error) {
	failed := problem{rank: loud, code: codeHTTP, text: "A service could not be reached."}
	var known *Error
	switch {
	case errors.As(err, &known):
		failed.code, failed.text, failed.status = known.Code, known.Message, known.Status
	case errors.Is(err, context.DeadlineExceeded):
		failed.code, failed.text = codeTimeout, "A service did not answer in time."
	case errors.Is(err, context.Canceled):
		failed.code, failed.text = codeCanceled, "The request was cancelled."
	}
	r.noteAll(p, s, failed)
}

// noteMalformed notes at all objects of a fetch that its answer was no answer.
func (r *run) noteMalformed(p *fetchProgram, s *fetchState) {
	r.noteAll(p, s, problem{rank: loud, code: codeMalformed, text: malformedText})
}

// noteAll notes at all objects of a fetch what concerns each of them.
func (r *run) noteAll(p *fetchProgram, s *fetchState, what problem) {
	for i := range p.targets {
		if o := s.objects(i); len(o.rows) > 0 {
			what.target = &p.targets[i]
			r.noteRows(o.rows, r.store.addProblem(what), 1)
		}
	}
}

func (r *run) noteRows(rows []uint32, first, count uint32) {
	for _, row := range rows {
		r.store.attach(row, note{problem: first, count: count})
	}
}

// noteMissingKey notes that an object could not be identified to a subgraph. That it has no key may be known
// to be nobody's fault: its subgraph did not know it either.
func (r *run) noteMissingKey(t *target, s *fetchState, row uint32) {
	for i := r.store.cells[row].a; i != 0; i = r.store.notes[i].next {
		if n := &r.store.notes[i]; n.count > 0 && r.store.problems[n.problem].rank == silent {
			r.noteNullEntity(t, s, row)
			return
		}
	}
	if s.missingKey == 0 {
		s.missingKey = 1 + r.store.addProblem(problem{
			target: t, rank: consequence, code: codeKey,
			text: "The object could not be resolved further: its key is not known.",
		})
	}
	r.store.attach(row, note{problem: s.missingKey - 1, count: 1})
}

// noteNullEntity notes that the subgraph has no such entity, which explains that its fields are null.
func (r *run) noteNullEntity(t *target, s *fetchState, row uint32) {
	if s.nullEntity == 0 {
		s.nullEntity = 1 + r.store.addProblem(problem{target: t, rank: silent})
	}
	r.store.attach(row, note{problem: s.nullEntity - 1, count: 1})
}
