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
	b.add(key, v)
}

// add gives a key that is not there yet its value.
func (b *builder) add(key string, v Value) {
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
