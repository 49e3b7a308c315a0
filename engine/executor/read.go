package executor

import (
	"errors"
	"math"
)

// readObject says what to keep of an object in an answer: the names that the fetch selects on it, over all
// type conditions, in the order in which the answer should have them.
type readObject struct {
	layout *layout
	fields []readField
	// index of fields by name, for objects so wide that looking through them would be slow.
	index map[string]int
	// each, if not nil, is how the elements of this list are read instead, by target; see copies.
	each []*readObject
}

type readField struct {
	name string
	slot uint32
	// object is how to read a composite value; nil for leaves, of which any JSON is kept as it is.
	object *readObject
}

// wide is the number of fields from which on an object has an index.
const wide = 16

// find is the field of a name, nil if it was not asked for. It looks first where the last one left off.
func (o *readObject) find(name []byte, next int) (*readField, int) {
	if o.index != nil {
		if i, ok := o.index[string(name)]; ok {
			return &o.fields[i], i + 1
		}
		return nil, next
	}
	for i := range o.fields {
		if o.fields[i].name == string(name) {
			return &o.fields[i], i + 1
		}
	}
	return nil, next
}

var (
	errNotJSON  = errors.New("answer is not valid JSON")
	errTooLarge = errors.New("answer is too large")
	errTooMany  = errors.New("answer has too many objects")
)

// reader reads one answer into new rows of a store.
type reader struct {
	*store
	types *typeTable
	text  []byte
	doc   uint32
	// lastID is the type with the name lastType; objects of one type come together.
	lastType string
	lastID   typeID
	full     bool
	copies   *copies
}

// answer is what there is at the top of an answer.
type answer struct {
	// data is absent if there was none.
	data cell
	// errors is the range of the errors; empty if there are none.
	errors span
}

// span is a range of bytes in a document.
type span struct{ start, end uint32 }

// read reads the answer of a fetch, the entities in it as often as copies says. On an error the store is as it was.
func (s *store) read(types *typeTable, form *readObject, doc uint32, text []byte, copies *copies) (answer, error) {
	if len(text) > math.MaxUint32 {
		return answer{}, errTooLarge
	}
	s.docs[doc] = text
	r := reader{store: s, types: types, text: text, doc: doc, copies: copies}
	before, scratch := len(s.cells), len(s.scratch)
	s.limit = min(maxCells, before+freeCells+cellsPerByte*len(text)*max(1, copies.targets))
	a, ok := r.answer(form)
	if ok {
		return a, nil
	}
	s.cells, s.scratch = s.cells[:before], s.scratch[:scratch]
	if r.full {
		return answer{}, errTooMany
	}
	return answer{}, errNotJSON
}

// answer reads the members at the top, of which a later one replaces an earlier one of the same name.
func (r *reader) answer(form *readObject) (answer, bool) {
	var a answer
	i := skipSpace(r.text, 0)
	if i >= len(r.text) || r.text[i] != '{' {
		return a, false
	}
	i = skipSpace(r.text, i+1)
	for first := true; i < len(r.text); first = false {
		if r.text[i] == '}' && first {
			break
		}
		name, value := r.key(i)
		if value < 0 {
			return a, false
		}
		switch string(name) {
		case "data":
			a.data, i = r.value(form, value, 1)
		case "errors":
			i = skipValue(r.text, value, 1)
			a.errors = span{uint32(value), uint32(max(i, 0))}
		default:
			i = skipValue(r.text, value, 1)
		}
		if i < 0 {
			return a, false
		}
		if i = skipSpace(r.text, i); i >= len(r.text) || r.text[i] != ',' {
			break
		}
		i = skipSpace(r.text, i+1)
	}
	if i >= len(r.text) || r.text[i] != '}' || skipSpace(r.text, i+1) != len(r.text) {
		return a, false
	}
	return a, true
}

// key reads a key, with its escapes resolved, and goes to the value.
func (r *reader) key(i int) ([]byte, int) {
	if i >= len(r.text) || r.text[i] != '"' {
		return nil, malformed
	}
	end := skipString(r.text, i+1)
	value := skipColon(r.text, end)
	if value < 0 {
		return nil, malformed
	}
	return unescaped(r.text[i+1 : end-1]), value
}

// value reads the value at i, which is composite if there is a form for it.
func (r *reader) value(form *readObject, i, depth int) (cell, int) {
	if i >= len(r.text) || depth >= maxDepth {
		return cell{}, malformed
	}
	if form != nil {
		switch r.text[i] {
		case '{':
			row, end := r.object(form, i, depth)
			return cell{meta: uint32(object), a: row}, end
		case '[':
			return r.list(form, i, depth)
		}
	}
	end := skipValue(r.text, i, depth)
	if end < 0 {
		return cell{}, malformed
	}
	if r.text[i] == 'n' {
		return cell{meta: uint32(null)}, end
	}
	return cell{meta: uint32(leaf) | r.doc<<kindBits, a: uint32(i), b: uint32(end)}, end
}

// list reads a list of composite values.
func (r *reader) list(form *readObject, i, depth int) (cell, int) {
	if form.each != nil {
		return r.entities(form, i, depth)
	}
	base := len(r.scratch)
	i = skipSpace(r.text, i+1)
	for i < len(r.text) && (r.text[i] != ']' || len(r.scratch) > base) {
		var c cell
		if c, i = r.value(form, i, depth+1); i < 0 {
			return cell{}, malformed
		}
		r.scratch = append(r.scratch, c)
		if i = skipSpace(r.text, i); i >= len(r.text) || r.text[i] != ',' {
			break
		}
		i = skipSpace(r.text, i+1)
	}
	if i >= len(r.text) || r.text[i] != ']' {
		return cell{}, malformed
	}
	n := uint32(len(r.scratch) - base)
	first := r.alloc(n)
	if first == 0 {
		r.full = true
		return cell{}, malformed
	}
	copy(r.cells[first:], r.scratch[base:])
	r.scratch = r.scratch[:base]
	return cell{meta: uint32(list), a: first, b: n}, i + 1
}

// object reads an object into a new row.
func (r *reader) object(form *readObject, i, depth int) (uint32, int) {
	row := r.alloc(form.layout.width)
	if row == 0 {
		r.full = true
		return 0, malformed
	}
	next := 0
	i = skipSpace(r.text, i+1)
	if i < len(r.text) && r.text[i] == '}' {
		return row, i + 1
	}
	for {
		var f *readField
		if f, next, i = r.field(form, next, i); i < 0 {
			return 0, malformed
		}
		if f == nil {
			i = skipValue(r.text, i, depth+1)
		} else {
			var c cell
			if c, i = r.value(f.object, i, depth+1); i >= 0 {
				r.cells[row+f.slot] = c
				if f.slot == typenameSlot {
					r.cells[row].meta = r.typeID(c)
				}
			}
		}
		if i < 0 {
			return 0, malformed
		}
		if i = skipSpace(r.text, i); i >= len(r.text) {
			return 0, malformed
		}
		switch r.text[i] {
		case '}':
			return row, i + 1
		case ',':
			i = skipSpace(r.text, i+1)
		default:
			return 0, malformed
		}
	}
}

// field finds the field of the key at i, and its value. The field that comes next in the selection is tried
// first, by comparing the text with its name.
func (r *reader) field(form *readObject, next, i int) (*readField, int, int) {
	if next < len(form.fields) {
		f := &form.fields[next]
		if end := i + 1 + len(f.name); end < len(r.text) && r.text[end] == '"' && r.text[i] == '"' &&
			string(r.text[i+1:end]) == f.name {
			return f, next + 1, skipColon(r.text, end+1)
		}
	}
	name, value := r.key(i)
	if value < 0 {
		return nil, next, malformed
	}
	f, next := form.find(name, next)
	return f, next, value
}

// typeID is the type that a __typename names.
func (r *reader) typeID(c cell) typeID {
	if c.kind() != leaf || r.text[c.a] != '"' {
		return 0
	}
	name := unescaped(r.text[c.a+1 : c.b-1])
	if r.lastID == 0 || r.lastType != string(name) {
		id, ok := r.types.ids[string(name)]
		if !ok {
			return 0
		}
		r.lastID, r.lastType = id, r.types.names[id-1]
	}
	return r.lastID
}
