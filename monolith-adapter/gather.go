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

// groups are those of one field.
type groups struct {
	keys keys
	// at is where in the list an object's group is, by the object's key.
	at   map[string]int
	list []group
}

// find is the index of the object with that key, or -1.
func (g *groups) find(key []byte) int {
	if i, ok := g.at[string(key)]; ok {
		return i
	}
	return -1
}

// of is the object's group; nil if it has none, as one without its key.
func (g *groups) of(object mapping.Value) *group {
	if g == nil {
		return nil
	}
	key, ok := g.keys.appendKey(nil, object)
	if i := g.find(key); ok && i >= 0 {
		return &g.list[i]
	}
	return nil
}

// gathered are the groups of several fields, by the fields' names in the answer. They are complete before anything is
// read of them. It is nil where there is no way to ask for many at once.
type gathered map[string]*groups

// has reports whether the objects have all their groups.
func (g gathered) has(objects []mapping.Value) bool {
	for _, of := range g {
		for _, o := range objects {
			if of.of(o) == nil {
				return false
			}
		}
	}
	return len(g) > 0
}

// gather asks for the connector's fields among those selected for all objects together, if there is a way.
func (r *run) gather(objects []mapping.Value, fields []*queryplan.Selection) gathered {
	if r.together == nil {
		return nil
	}
	var asked []*queryplan.Selection
	for _, s := range fields {
		if r.resolves(s.Field, r.typ) {
			asked = append(asked, s)
		}
	}
	found := make([]*groups, len(asked))
	r.each(len(asked), func(i int) { found[i] = r.gatherField(objects, asked[i]) }, func(int, *failed) {})
	out := make(gathered, len(asked))
	for i, s := range asked {
		out[s.Name] = found[i]
	}
	return out
}

// gatherField asks for one field, a call for each chunk of objects.
func (r *run) gatherField(objects []mapping.Value, s *queryplan.Selection) *groups {
	b, many := r.batched, r.together
	g := &groups{keys: b.keys, at: make(map[string]int, len(objects)), list: make([]group, 0, len(objects))}
	parents := make([]mapping.Value, 0, len(objects))
	var key []byte
	for _, o := range objects {
		var ok bool
		if key, ok = b.keys.appendKey(key[:0], o); ok && g.find(key) < 0 {
			g.at[string(key)] = len(parents)
			parents, g.list = append(parents, o), append(g.list, group{})
		}
	}
	args := r.arguments(s.Arguments)
	selection := b.selection.Trim(b.wanted(r.wanted(s.Selections, nil)))
	many.chunks(0, len(parents), b.maxBatch, chunked{
		do: func(from, to int) (int, *failed) {
			x, parts, f := many.ask(parents[from:to], mapping.Variables{"args": args})
			if parts > 1 || f != nil {
				return parts, f
			}
			m, f := x.list(x.perform(selection))
			if f == nil {
				b.share(x, m, g, from, to)
			}
			x.done(f)
			return 1, f
		},
		fail: func(from, to int, f *failed) {
			for i := from; i < to; i++ {
				g.list[i].failed = f
			}
		},
	})
	return g
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

// share gives each element of an answer to the object that it belongs to: one of those from one index up to another.
// Objects without any have an empty list, or null, which is told.
func (b *batched) share(x *exchange, m mapped, g *groups, from, to int) {
	owners := make([]int, m.value.Len())
	counts := make([]int, to-from)
	var key []byte
	for i := range owners {
		var ok bool
		key, ok = b.appendGroup(key[:0], m.value.At(i))
		if owners[i] = g.find(key) - from; !ok || owners[i] < 0 || owners[i] >= len(counts) {
			x.tell("an element of the answer belongs to none of the objects that were asked for", strconv.Itoa(i))
			owners[i] = -1
			continue
		}
		counts[owners[i]]++
	}
	// All lists are cut from one, in the order of the objects.
	elems, places := make([]mapping.Value, 0, len(owners)), make([]int, len(owners))
	ends := make([]int, len(counts))
	for i, n := range counts {
		ends[i] = len(elems)
		elems = elems[:len(elems)+n]
	}
	for i, o := range owners {
		if o >= 0 {
			elems[ends[o]], places[ends[o]] = b.valueOf(m.value.At(i)), i
			ends[o]++
		}
	}
	for i, n := range counts {
		own, at := elems[ends[i]-n:ends[i]:ends[i]], places[ends[i]-n:ends[i]]
		to := &g.list[from+i]
		switch {
		case b.many:
			to.value = mapping.ListValue(own)
		case n == 0:
			x.tell("the answer has no element for it", "$batch."+strconv.Itoa(i))
		default:
			if n > 1 {
				x.tell("the answer has several elements of one key, of which the last counts", strconv.Itoa(at[n-1]))
			}
			to.value, at = own[n-1], at[n-1:]
		}
		to.lost = b.lostOf(m.lost, at)
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
