package mapping

// builder puts an object together, keeping the order in which keys first came.
type builder struct {
	keys  []string
	vals  []Value
	index map[string]int
}

// find is the index of the key, or -1.
func (b *builder) find(key string) int {
	n := node{keys: b.keys, index: b.index}
	return n.find(key)
}

// set gives the key its value; a second value takes the place of the first.
func (b *builder) set(key string, v Value) {
	if i := b.find(key); i >= 0 {
		b.vals[i] = v
		return
	}
	b.keys, b.vals = append(b.keys, key), append(b.vals, v)
	switch {
	case b.index != nil:
		b.index[key] = len(b.keys) - 1
	case len(b.keys) == indexedFrom:
		b.index = make(map[string]int, 2*indexedFrom)
		for i, k := range b.keys {
			b.index[k] = i
		}
	}
}

func (b *builder) object() Value {
	return Value{kind: Object, node: &node{keys: b.keys, vals: b.vals, index: b.index}}
}

// merge is what two outputs for the same place become: objects by key, lists by index; null swallows the
// other; of two scalars the later counts. conflict reports that the kinds did not fit.
func merge(a, b Value) (out Value, conflict bool) {
	switch {
	case a.kind == Missing:
		return b, false
	case b.kind == Missing:
		return a, false
	case a.kind == Null || b.kind == Null:
		return nullValue, false
	case a.kind == Object && b.kind == Object:
		return mergeObjects(a, b)
	case a.kind == List && b.kind == List:
		return mergeLists(a, b)
	}
	return b, a.kind != b.kind
}

func mergeObjects(a, b Value) (out Value, conflict bool) {
	m := builder{keys: make([]string, 0, a.Len()+b.Len()), vals: make([]Value, 0, a.Len()+b.Len())}
	for i := range a.Len() {
		m.set(a.Key(i), a.At(i))
	}
	for i := range b.Len() {
		v := b.At(i)
		if at := m.find(b.Key(i)); at >= 0 {
			var c bool
			v, c = merge(m.vals[at], v)
			conflict = conflict || c
		}
		m.set(b.Key(i), v)
	}
	return m.object(), conflict
}

func mergeLists(a, b Value) (out Value, conflict bool) {
	elems := make([]Value, max(a.Len(), b.Len()))
	for i := range elems {
		switch {
		case i >= a.Len():
			elems[i] = b.At(i)
		case i >= b.Len():
			elems[i] = a.At(i)
		default:
			var c bool
			elems[i], c = merge(a.At(i), b.At(i))
			conflict = conflict || c
		}
	}
	return ListValue(elems), conflict
}
