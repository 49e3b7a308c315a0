package monolith

import (
	"slices"
	"strconv"
	"strings"

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
		default:
			dst = appendKeyValue(dst, inner)
		}
	}
	return dst, true
}

func appendKeyValue(dst []byte, v mapping.Value) []byte {
	switch {
	case v.Kind() == mapping.Number:
		dst = mapping.AppendString(dst, numberKey(v))
	case v.IsScalar():
		dst = mapping.AppendString(dst, v.Text())
	default:
		dst = v.Append(dst)
	}
	return append(dst, ',')
}

// numberKey is a number's text, the same for numbers that are the same: 5.0 is 5, and 1e3 is 1000. Digits beyond
// those that a float has stay what they are.
func numberKey(v mapping.Value) string {
	text := v.Text()
	switch {
	case strings.ContainsAny(text, "eE"):
		if i, whole := v.Int(); whole {
			return strconv.FormatInt(i, 10)
		}
	case strings.Contains(text, "."):
		return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}
