package comparison

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// list compares two lists: by keys where the elements have some, else in their order, or in none.
func (w *walk) list(f *Field, p place, a, b []any) {
	order := w.rules.of(f).order()
	ka, kb := keysOf(f, a), keysOf(f, b)
	byKey := ka != nil && kb != nil && (len(a) > 0 || len(b) > 0)
	switch {
	case byKey && order != IgnoreOrder:
		w.keyed(f, p, sided{a, ka}, sided{b, kb}, order)
	case order != Declared && p.moved != "":
		if !w.bag(f, p, a, b) {
			w.differ(f, p, Element, a, b)
		}
	case len(a) != len(b):
		if p.moved == "" {
			w.out.Unaligned++
			return
		}
		w.differ(f, p, Length, a, b)
	default:
		for i := range a {
			w.known(f, p.element(strconv.Itoa(i), i, i), a[i], b[i])
		}
	}
}

// sided is a list with the keys of its elements.
type sided struct {
	values []any
	keys   []string
}

// keyed compares the elements of two lists that have the same key. What only one has counts where the list itself
// moves; on the way, it was there or not when it was asked for.
func (w *walk) keyed(f *Field, p place, a, b sided, order Ordering) {
	at := make(map[string]int, len(b.keys))
	for i, k := range b.keys {
		at[k] = i
	}
	met := make(map[string]bool, len(a.keys))
	last, ordered := -1, true
	for i, k := range a.keys {
		j, ok := at[k]
		if !ok {
			if p.moved != "" {
				w.differ(f, p.element(k, i, len(b.values)), Element, a.values[i], nil)
			}
			continue
		}
		met[k] = true
		ordered = ordered && j > last
		last = j
		w.known(f, p.element(k, i, j), a.values[i], b.values[j])
	}
	if p.moved == "" {
		if len(met) < max(len(a.keys), len(b.keys)) {
			w.out.Unaligned++
		}
		return
	}
	for j, k := range b.keys {
		if !met[k] {
			w.differ(f, p.element(k, len(a.values), j), Element, nil, b.values[j])
		}
	}
	if !ordered && order == Declared {
		w.differ(f, p, Order, a.values, b.values)
	}
}

// keysOf are the keys of all elements of a list, nil if one has none or two have the same.
func keysOf(f *Field, list []any) []string {
	if len(f.Keys) == 0 {
		return nil
	}
	out, seen := make([]string, 0, len(list)), make(map[string]bool, len(list))
	for _, e := range list {
		k := keyOf(f, e)
		if k == "" || seen[k] {
			return nil
		}
		seen[k] = true
		out = append(out, k)
	}
	return out
}

// keyOf is the first key that an object has a value for.
func keyOf(f *Field, v any) string {
	o, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	for _, names := range f.Keys {
		var parts []string
		if t, ok := o["__typename"].(string); ok {
			parts = append(parts, t)
		}
		for _, name := range names {
			v, ok := o[name]
			if !ok || v == nil {
				parts = nil
				break
			}
			text, err := json.Marshal(v)
			if err != nil {
				return ""
			}
			parts = append(parts, name+"="+string(text))
		}
		if parts != nil {
			return strings.Join(parts, ",")
		}
	}
	return ""
}

// maxBag is how many elements of lists in no order are tried with each other.
const maxBag = 64

// bag reports whether two lists have the same elements in whatever order.
func (w *walk) bag(f *Field, p place, a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	a, b = apart(a, b)
	if len(a) > maxBag {
		return false // what is left is not written alike, and is too much to try
	}
	fits := make([][]bool, len(a))
	for i := range a {
		fits[i] = make([]bool, len(b))
		for j := range b {
			fits[i][j] = w.alike(f, p.element("", i, j), a[i], b[j])
		}
	}
	return matched(fits)
}

// alike compares two elements in a walk of their own.
func (w *walk) alike(f *Field, p place, a, b any) bool {
	trial := &walk{rules: w.rules, seen: map[string]bool{}}
	trial.known(f, p, a, b)
	return len(trial.out.Differences) == 0
}

// apart are the elements that are not written alike in both lists.
func apart(a, b []any) (onlyA, onlyB []any) {
	count := map[string]int{}
	for _, v := range b {
		count[written(v)]++
	}
	for _, v := range a {
		if t := written(v); count[t] > 0 {
			count[t]--
		} else {
			onlyA = append(onlyA, v)
		}
	}
	for _, v := range slices.Backward(b) {
		if t := written(v); count[t] > 0 {
			count[t]--
			onlyB = append(onlyB, v)
		}
	}
	return onlyA, onlyB
}

// written is a value in one way: members of objects in the order of their names.
func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}

// matched reports whether each row can have a column of its own that fits it: it looks for augmenting paths.
func matched(fits [][]bool) bool {
	row := make([]int, len(fits))
	for j := range row {
		row[j] = -1
	}
	for i := range fits {
		if !augment(fits, row, i, make([]bool, len(fits))) {
			return false
		}
	}
	return true
}

func augment(fits [][]bool, row []int, i int, tried []bool) bool {
	for j := range fits[i] {
		if !fits[i][j] || tried[j] {
			continue
		}
		tried[j] = true
		if row[j] < 0 || augment(fits, row, row[j], tried) {
			row[j] = i
			return true
		}
	}
	return false
}
