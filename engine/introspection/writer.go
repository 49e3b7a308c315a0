package introspection

import (
	stdjson "encoding/json"
)

// json is a value as it is answered.
type json string

const null json = "null"

func quote(s string) json {
	text, err := stdjson.Marshal(s)
	if err != nil { // a string has no way to fail
		return null
	}
	return json(text)
}

// described is a description; there is none if it is empty.
func described(s string) json {
	if s == "" {
		return null
	}
	return quote(s)
}

// object is what has fields to select.
type object interface {
	typename() string
	write(w *writer, f *field)
}

// writer writes the answer until it is full, and from then on nothing.
type writer struct {
	buf   []byte
	limit int
}

func (w *writer) full() bool { return len(w.buf) > w.limit }

func (w *writer) json(v json) { w.buf = append(w.buf, v...) }
func (w *writer) null()       { w.json(null) }

func (w *writer) bool(b bool) {
	if b {
		w.json("true")
	} else {
		w.json("false")
	}
}

func (w *writer) object(o object, set []*field) {
	w.buf = append(w.buf, '{')
	for i, f := range set {
		if w.full() {
			return
		}
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, '"')
		w.buf = append(w.buf, f.key...)
		w.buf = append(w.buf, '"', ':')
		if f.name == "__typename" {
			w.json(quote(o.typename()))
		} else {
			o.write(w, f)
		}
	}
	w.buf = append(w.buf, '}')
}

// deprecable is an element that clients may ask to leave out.
type deprecable interface {
	object
	deprecated() bool
}

// list writes each of the items.
func list[T object](w *writer, items []T, f *field) {
	some(w, items, f, func(T) bool { return true })
}

// current writes the items that are not deprecated, or all if the field asks for them.
func current[T deprecable](w *writer, items []T, f *field) {
	some(w, items, f, func(item T) bool { return f.deprecated || !item.deprecated() })
}

func some[T object](w *writer, items []T, f *field, wanted func(T) bool) {
	w.buf = append(w.buf, '[')
	first := true
	for _, item := range items {
		if w.full() {
			return
		}
		if !wanted(item) {
			continue
		}
		if !first {
			w.buf = append(w.buf, ',')
		}
		first = false
		w.object(item, f.below)
	}
	w.buf = append(w.buf, ']')
}

// optional writes a type, or null if there is none.
func optional(w *writer, t *typ, f *field) {
	if t == nil {
		w.null()
		return
	}
	w.object(t, f.below)
}
