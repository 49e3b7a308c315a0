package executor

// kind of a cell.
type kind uint32

const (
	absent kind = iota
	null
	leaf   // a and b are the range of the value in its document
	object // a is the row
	list   // a is the first of b cells
)

const (
	kindBits = 3
	kindMask = 1<<kindBits - 1
	// maxCells bounds the memory of one request's data: 12 bytes each. An answer that takes more than
	// cellsPerByte, beyond a few, is made of empty objects to do harm.
	maxCells     = 1 << 25
	freeCells    = 1 << 12
	cellsPerByte = 8
)

// cell is a value, or a row's header. A cell of a leaf carries the number of its document beside the kind. In
// a header, meta is the run-time type, a the first note, b the mark that says who came by last.
type cell struct{ meta, a, b uint32 }

func (c cell) kind() kind { return kind(c.meta & kindMask) }

// store is the data of one request.
type store struct {
	// cells holds the rows and lists. Its first cell is not used, so that 0 is no row.
	cells []cell
	// limit is how many there may be, from what was read so far.
	limit int
	// scratch holds the elements of lists that are being read.
	scratch []cell
	// docs are the answers, by fetch.
	docs [][]byte
	// notes and problems say what went wrong; see notes.go.
	notes    []note
	problems []problem
	// mark is the last one that was given out.
	mark uint32
}

// rootRow is the row of the operation's root.
const rootRow = 1

func (s *store) begin(root *layout, fetches, cells int) {
	if cap(s.cells) < cells {
		s.cells = make([]cell, 0, cells)
	}
	s.cells, s.limit = append(s.cells[:0], cell{}), maxCells
	s.alloc(root.width)
	s.scratch = s.scratch[:0]
	for len(s.docs) < fetches {
		s.docs = append(s.docs, nil)
	}
	s.notes = append(s.notes[:0], note{})
	s.problems = s.problems[:0]
	s.mark = 0
}

// alloc is the index of n new absent cells, or 0 if there are too many.
func (s *store) alloc(n uint32) uint32 {
	base := len(s.cells)
	need := base + int(n)
	if need > s.limit {
		return 0
	}
	if need > cap(s.cells) {
		grown := make([]cell, base, max(2*cap(s.cells), need, 256))
		copy(grown, s.cells)
		s.cells = grown
	}
	s.cells = s.cells[:need]
	clear(s.cells[base:])
	return uint32(base)
}

// text is the bytes of a leaf.
func (s *store) text(c cell) []byte { return s.docs[c.meta>>kindBits][c.a:c.b] }

// typeOf is the run-time type of a row's object; 0 if it is not known.
func (s *store) typeOf(row uint32) typeID { return s.cells[row].meta }

// nextMark is one that no row has yet.
func (s *store) nextMark() uint32 {
	s.mark++
	return s.mark
}

// visit marks the row and reports whether it had not been.
func (s *store) visit(row, mark uint32) bool {
	h := &s.cells[row]
	if h.b == mark {
		return false
	}
	h.b = mark
	return true
}

// merge takes what was read into the row src over into the row dst. Composite values that dst does not have
// are shared, not copied. A null does not replace a value: a subgraph that knows more wins.
func (s *store) merge(form *readObject, answered typeID, dst, src uint32) {
	s.mergeType(answered, dst, src)
	for i := range form.fields {
		f := &form.fields[i]
		if f.slot == typenameSlot {
			continue
		}
		if c := s.cells[src+f.slot]; c.kind() != absent {
			s.cells[dst+f.slot] = s.merged(f.object, answered, s.cells[dst+f.slot], c)
		}
	}
}

// mergeType takes the run-time type over, but a type that the response answers is not replaced by one that it
// does not: a subgraph may know the object under an interface's name only.
func (s *store) mergeType(answered typeID, dst, src uint32) {
	now, next := s.cells[dst].meta, s.cells[src].meta
	if s.cells[src+typenameSlot].kind() == absent {
		return
	}
	if now != 0 && now <= answered && (next == 0 || next > answered) {
		return
	}
	s.cells[dst].meta = next
	s.cells[dst+typenameSlot] = s.cells[src+typenameSlot]
}

// merged is one value of two for the same place.
func (s *store) merged(form *readObject, answered typeID, old, c cell) cell {
	switch {
	case old.kind() == absent, old.kind() == null:
		return c
	case c.kind() == null:
		return old
	case form != nil && old.kind() == object && c.kind() == object:
		if old.a != c.a {
			s.merge(form, answered, old.a, c.a)
		}
		return old
	case form != nil && old.kind() == list && c.kind() == list && old.b == c.b:
		if old.a != c.a {
			for i := range old.b {
				s.cells[old.a+i] = s.merged(form, answered, s.cells[old.a+i], s.cells[c.a+i])
			}
		}
		return old
	case old.kind() == object, old.kind() == list:
		return old
	}
	return c
}
