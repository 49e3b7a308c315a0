package executor

import "github.com/ficusgraph/ficus/engine/queryplan"

// completer writes the data of a response, once, guided by the shape. A null where none may stand makes the
// object around it null: the buffer is cut back to where that began.
//
// Its functions return the buffer and whether the value may stand; if not, the caller cuts back.
type completer struct {
	store  *store
	path   []pathStep
	report report
}

// pathStep is a key, quoted, or an index.
type pathStep struct {
	key   string
	index uint32
}

// complete writes the response.
func (r *run) complete(dst []byte) ([]byte, Outcome) {
	c := &r.writer
	c.begin(&r.store)
	c.report.deny(&r.program.denied)
	dst = append(dst, `{"data":`...)
	start := len(dst)
	dst, ok := c.object(dst, r.program.shape, rootRow)
	if !ok {
		dst = append(dst[:start], "null"...)
	}
	c.remaining()
	dst, errors := c.report.append(dst)
	return append(dst, '}'), Outcome{Errors: errors, DataNull: !ok, Fetches: r.sent, Lost: r.lost}
}

func (c *completer) begin(s *store) {
	c.store = s
	c.path = c.path[:0]
	c.report.begin()
}

func (c *completer) held() int { return cap(c.report.buf) + 24*cap(c.path) }

func (c *completer) push(key string) { c.path = append(c.path, pathStep{key: key}) }
func (c *completer) pop()            { c.path = c.path[:len(c.path)-1] }

// object writes the object of a row.
func (c *completer) object(dst []byte, o *shapeObject, row uint32) ([]byte, bool) {
	v := o.variant(c.store.typeOf(row))
	noted := c.store.cells[row].a != 0
	if noted {
		c.reportRow(row, o, v)
	}
	if v == nil {
		c.unknownType(row)
		return dst, false
	}
	dst = append(dst, '{')
	for i := range v.fields {
		f := &v.fields[i]
		dst = append(dst, f.open...)
		if f.constant != "" {
			if f.null && f.typ.NonNull {
				return dst, false
			}
			dst = append(dst, f.constant...)
			continue
		}
		value := c.store.cells[row+f.slot]
		var ok bool
		if f.plain && !noted && value.kind() == leaf {
			if dst, ok = f.leaf.append(dst, c.store.text(value)); ok {
				continue
			}
		}
		c.push(f.key)
		dst, ok = c.field(dst, f, row, value, noted)
		c.pop()
		if !ok {
			return dst, false
		}
	}
	return append(dst, '}'), true
}

// field writes the value of a field that is no plain leaf without any trouble.
func (c *completer) field(dst []byte, f *shapeField, row uint32, value cell, noted bool) ([]byte, bool) {
	explained := noted && c.reportSlot(row, f)
	if value.kind() == absent && !explained {
		explained = c.reportAbsent(f, row)
	}
	return c.value(dst, f, f.typ, value, explained)
}

// value writes a value of a type: the field's, or that of elements in it. Explained says that a null in it
// has an error already.
func (c *completer) value(dst []byte, f *shapeField, t *queryplan.Type, value cell, explained bool) ([]byte, bool) {
	switch value.kind() {
	case leaf:
		if f.leaf == nil {
			return c.invalid(dst, t, "Expected an object for "+f.coordinate+".")
		}
		return c.leaf(dst, f, t, c.store.text(value), explained)
	case object:
		if t.Elem != nil || f.shape == nil {
			return c.invalid(dst, t, "Unexpected object for "+f.coordinate+".")
		}
		start := len(dst)
		dst, ok := c.object(dst, f.shape, value.a)
		return c.cut(dst, start, t, ok)
	case list:
		if t.Elem == nil || f.shape == nil {
			return c.invalid(dst, t, "Unexpected list for "+f.coordinate+".")
		}
		start := len(dst)
		dst, ok := c.list(dst, f, t, value, explained)
		return c.cut(dst, start, t, ok)
	}
	return c.null(dst, f, t, explained)
}

func (c *completer) list(dst []byte, f *shapeField, t *queryplan.Type, value cell, explained bool) ([]byte, bool) {
	dst = append(dst, '[')
	c.path = append(c.path, pathStep{})
	for i := range value.b {
		if i > 0 {
			dst = append(dst, ',')
		}
		c.path[len(c.path)-1].index = i
		var ok bool
		if dst, ok = c.value(dst, f, t.Elem, c.store.cells[value.a+i], explained); !ok {
			c.pop()
			return dst, false
		}
	}
	c.pop()
	return append(dst, ']'), true
}

// leaf writes a leaf, or a list of leaves, from its text.
func (c *completer) leaf(dst []byte, f *shapeField, t *queryplan.Type, text []byte, explained bool) ([]byte, bool) {
	if text[0] == 'n' {
		return c.null(dst, f, t, explained)
	}
	start := len(dst)
	if t.Elem == nil {
		dst, ok := f.leaf.append(dst, text)
		if ok {
			return dst, true
		}
		return c.invalid(dst[:start], t, f.leaf.named+" cannot represent the value of "+f.coordinate+".")
	}
	if text[0] != '[' {
		return c.invalid(dst, t, "Expected a list for "+f.coordinate+".")
	}
	dst, ok := c.leaves(dst, f, t, text, explained)
	return c.cut(dst, start, t, ok)
}

func (c *completer) leaves(dst []byte, f *shapeField, t *queryplan.Type, text []byte, explained bool) ([]byte, bool) {
	dst = append(dst, '[')
	c.path = append(c.path, pathStep{})
	e, rest := element(text, inside(span{0, uint32(len(text))}))
	for i := uint32(0); e.start < e.end; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		c.path[len(c.path)-1].index = i
		var ok bool
		if dst, ok = c.leaf(dst, f, t.Elem, text[e.start:e.end], explained); !ok {
			c.pop()
			return dst, false
		}
		e, rest = element(text, rest)
	}
	c.pop()
	return append(dst, ']'), true
}

// null writes a null that the data has. Where none may stand there is always an error.
func (c *completer) null(dst []byte, f *shapeField, t *queryplan.Type, explained bool) ([]byte, bool) {
	if !t.NonNull {
		return append(dst, "null"...), true
	}
	if !explained {
		c.own(codeInvalid, "Cannot return null for non-nullable field "+f.coordinate+".")
	}
	return dst, false
}

// invalid writes a null for a value that is not legal, and reports it.
func (c *completer) invalid(dst []byte, t *queryplan.Type, text string) ([]byte, bool) {
	c.own(codeInvalid, text)
	return c.cut(dst, len(dst), t, false)
}

// cut puts a null in place of a value that may not stand, unless null may not stand here either.
func (c *completer) cut(dst []byte, start int, t *queryplan.Type, ok bool) ([]byte, bool) {
	if ok {
		return dst, true
	}
	dst = dst[:start]
	if t.NonNull {
		return dst, false
	}
	return append(dst, "null"...), true
}

// unknownType reports an object of which the response cannot know what it is. Its type is not told: it may
// be one that clients may not see.
func (c *completer) unknownType(row uint32) {
	if n := c.store.cells[row].a; n != 0 {
		for ; n != 0; n = c.store.notes[n].next {
			if c.store.problems[c.store.notes[n].problem].rank == loud {
				return
			}
		}
	}
	if c.store.cells[row+typenameSlot].kind() == leaf {
		c.own(codeInvalid, "The object is of a type that is not part of the schema here.")
		return
	}
	c.own(codeInvalid, "The type of the object is not known.")
}
