package monolith

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// keys are the inputs of a connector as a tree of field names, in the order in which they are first read.
type keys []*key

// key is one name with what is read beneath it.
type key struct {
	name string
	sub  keys
}

// add adds a path.
func (k *keys) add(path []string) {
	if len(path) == 0 {
		return
	}
	i := slices.IndexFunc(*k, func(e *key) bool { return e.name == path[0] })
	if i < 0 {
		i = len(*k)
		*k = append(*k, &key{name: path[0]})
	}
	(*k)[i].sub.add(path[1:])
}

// fieldSet is the keys as the fields of a @key.
func (k keys) fieldSet() supergraph.FieldSet {
	out := make(supergraph.FieldSet, len(k))
	for i, e := range k {
		out[i] = &supergraph.FieldSetItem{Name: e.name, Fields: e.sub.fieldSet()}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// wanted is the keys as what a selection must keep.
func (k keys) wanted() mapping.Wanted {
	out := make(mapping.Wanted, len(k))
	for _, e := range k {
		if out[e.name] = nil; len(e.sub) > 0 {
			out[e.name] = e.sub.wanted()
		}
	}
	return out
}

// appendKey appends the values of the keys in v as one text, the same for equal keys: ids are compared as
// text, so that 1 and "1", which JSON APIs and GraphQL write for the same thing, are equal. It reports
// whether all are there.
func (k keys) appendKey(dst []byte, v mapping.Value) ([]byte, bool) {
	for _, e := range k {
		inner := v.Get(e.name)
		switch {
		case inner.IsNull():
			return dst, false
		case len(e.sub) > 0:
			var ok bool
			if dst, ok = e.sub.appendKey(dst, inner); !ok {
				return dst, false
			}
			continue
		case inner.Kind() == mapping.Number:
			if i, whole := inner.Int(); whole {
				inner = mapping.IntValue(i)
			}
		}
		if inner.IsScalar() {
			dst = mapping.AppendString(dst, inner.Text())
		} else {
			dst = inner.Append(dst)
		}
		dst = append(dst, ',')
	}
	return dst, true
}
