package monolith

import (
	"strconv"
	"strings"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// group is what @batched gave for one object: its value, or why there is none.
type group struct {
	value mapping.Value
	// lost are the places in the value at which there is nothing because of a problem.
	lost   map[string]bool
	failed *failed
}

// groups are those of one field, by the keys of their objects. They are complete before anything is read of them.
type groups map[string]*group

// gather asks for the connector's fields among those selected for all objects together, if there is a way. It gives
// the groups by the fields' names in the answer.
func (r *run) gather(objects []mapping.Value, fields []*queryplan.Selection) map[string]groups {
	if r.together == nil {
		return nil
	}
	var asked []*queryplan.Selection
	for _, s := range fields {
		if r.resolves(s.Field, r.typ) {
			asked = append(asked, s)
		}
	}
	found := make([]groups, len(asked))
	r.each(len(asked), func(i int) { found[i] = r.gatherField(objects, asked[i]) }, func(int, *failed) {})
	out := make(map[string]groups, len(asked))
	for i, s := range asked {
		out[s.Name] = found[i]
	}
	return out
}

// gatherField asks for one field, a call for each chunk of objects. An object that lacks its key is in no group.
func (r *run) gatherField(objects []mapping.Value, s *queryplan.Selection) groups {
	b, many := r.batched, r.together
	out := make(groups, len(objects))
	var parents []mapping.Value
	var members []*group
	for _, o := range objects {
		key, ok := b.keys.appendKey(nil, o)
		if !ok || out[string(key)] != nil {
			continue
		}
		g := &group{}
		out[string(key)] = g
		parents, members = append(parents, o), append(members, g)
	}
	args := r.arguments(s.Arguments)
	selection := b.selection.Trim(b.wanted(r.wanted(s.Selections, nil)))
	many.chunks(0, len(parents), b.maxBatch, chunked{
		do: func(from, to int) (int, *failed) {
			x, parts, f := many.ask(parents[from:to], mapping.Variables{"args": args})
			if parts > 1 || f != nil {
				return parts, f
			}
			m, f := x.performList(selection)
			if f == nil {
				b.share(x, m, parents[from:to], members[from:to])
			}
			x.done(f)
			return 1, f
		},
		fail: func(from, to int, f *failed) {
			for _, g := range members[from:to] {
				g.failed = f
			}
		},
	})
	return out
}

// wanted is what the selection must keep: what is wanted of the value, and the members of groupBy.
func (b *batched) wanted(value mapping.Wanted) mapping.Wanted {
	out := mapping.Wanted{}
	switch {
	case b.wrapped:
		out[b.field] = value
	default:
		for name, inner := range value {
			out[name] = inner
		}
	}
	for _, name := range b.groupBy {
		if _, known := out[name]; !known {
			out[name] = nil
		}
	}
	return out
}

// share gives each element of an answer to the object that it belongs to. Objects without any have an empty list, or
// null, which is told.
func (b *batched) share(x *exchange, m mapped, parents []mapping.Value, members []*group) {
	at := make(map[string]int, len(parents))
	for i, p := range parents {
		key, _ := b.keys.appendKey(nil, p)
		at[string(key)] = i
	}
	elems := make([][]mapping.Value, len(parents))
	places := make([][]int, len(parents))
	var key []byte
	for i := range m.value.Len() {
		text, ok := b.appendGroup(key[:0], m.value.At(i))
		key = text
		to, known := at[string(text)]
		switch {
		case !ok, !known:
			x.tell("an element of the answer belongs to none of the objects that were asked for", strconv.Itoa(i))
			continue
		case !b.many && len(elems[to]) > 0:
			x.tell("the answer has several elements of one key, of which the last counts", strconv.Itoa(i))
			elems[to], places[to] = nil, nil
		}
		elems[to], places[to] = append(elems[to], b.valueOf(m.value.At(i))), append(places[to], i)
	}
	for i, g := range members {
		switch {
		case b.many:
			g.value = mapping.ListValue(elems[i])
		case len(elems[i]) > 0:
			g.value = elems[i][0]
		default:
			x.tell("the answer has no element for it", "$batch."+strconv.Itoa(i))
		}
		g.lost = b.lostOf(m.lost, places[i])
	}
}

// appendGroup appends the values of groupBy as keys are appended.
func (b *batched) appendGroup(dst []byte, elem mapping.Value) ([]byte, bool) {
	for _, name := range b.groupBy {
		v := elem.Get(name)
		if v.IsNull() {
			return dst, false
		}
		dst = appendKeyValue(dst, v)
	}
	return dst, true
}

func (b *batched) valueOf(elem mapping.Value) mapping.Value {
	if b.wrapped {
		return elem.Get(b.field)
	}
	return elem
}

// lostOf are the lost places of a group's value, whose elements were at these places of the answer.
func (b *batched) lostOf(lost map[string]bool, places []int) map[string]bool {
	if len(lost) == 0 {
		return nil
	}
	out := map[string]bool{}
	for i, at := range places {
		from := strconv.Itoa(at)
		if b.wrapped {
			from += "." + b.field
		}
		to := ""
		if b.many {
			to = strconv.Itoa(i)
		}
		for place := range lost {
			if rest, ok := strings.CutPrefix(place, from); ok && (rest == "" || rest[0] == '.') {
				out[strings.TrimPrefix(to+rest, ".")] = true
			}
		}
	}
	return out
}
