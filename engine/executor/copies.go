package executor

import "slices"

// objects are those that a fetch extends at one target, with, for each, its representation and the number of
// the entity that it takes from what was read of the answer.
type objects struct{ rows, reps, takes []uint32 }

func (s *fetchState) objects(target int) objects {
	from, to := 0, s.ends[target]
	if target > 0 {
		from = s.ends[target-1]
	}
	o := objects{rows: s.rows[from:to]}
	if len(s.reps) > 0 {
		o.reps = s.reps[from:to]
		o.takes = o.reps
	}
	if len(s.takes) > 0 {
		o.takes = s.takes[from:to]
	}
	return o
}

// has reports whether some object has the representation.
func (o objects) has(rep uint32) bool { return slices.Contains(o.reps, rep) }

// expected is how many entities are read from a good answer.
func (s *fetchState) expected() int {
	if len(s.takes) > 0 {
		return len(s.copies.all)
	}
	return len(s.distinct.spans)
}

// copies says how often each entity of an answer is read: once for each target with objects that have its
// representation. Objects of one target may share what was read, those of two may not: the rows at their places
// have other layouts, and a later fetch may write other things into them under the same name.
type copies struct {
	all []entityCopy
	// last has for each representation 1 + its latest copy.
	last []uint32
	// targets counts those that have objects.
	targets int
}

// entityCopy is for the objects of a target; next is 1 + the copy before it of the same entity, 0 if there is none.
type entityCopy struct{ target, next uint32 }

func (c *copies) reset() { *c = copies{all: c.all[:0], last: c.last[:0]} }

func (c *copies) held() int { return 8*cap(c.all) + 4*cap(c.last) }

// add is the number of the copy of a representation's entity for a target. Targets come one after the other.
func (c *copies) add(rep, target uint32) uint32 {
	if int(rep) == len(c.last) {
		c.last = append(c.last, 0)
	}
	if last := c.last[rep]; last != 0 && c.all[last-1].target == target {
		return last - 1
	}
	if n := len(c.all); n == 0 || c.all[n-1].target != target {
		c.targets++
	}
	c.all = append(c.all, entityCopy{target, c.last[rep]})
	c.last[rep] = uint32(len(c.all))
	return c.last[rep] - 1
}

// entities reads the list of entities into the copies, by their numbers. If there are more or fewer entities
// than there are representations the list it returns is empty, which is never what was expected.
func (r *reader) entities(form *readObject, i, depth int) (cell, int) {
	first := r.alloc(uint32(len(r.copies.all)))
	if first == 0 {
		r.full = true
		return cell{}, malformed
	}
	n := 0
	i = skipSpace(r.text, i+1)
	for ; i < len(r.text) && (r.text[i] != ']' || n > 0); n++ {
		if i = r.entity(form, first, n, i, depth+1); i < 0 {
			return cell{}, malformed
		}
		if i = skipSpace(r.text, i); i >= len(r.text) || r.text[i] != ',' {
			n++
			break
		}
		i = skipSpace(r.text, i+1)
	}
	if i >= len(r.text) || r.text[i] != ']' {
		return cell{}, malformed
	}
	if n != len(r.copies.last) {
		return cell{meta: uint32(list)}, i + 1
	}
	return cell{meta: uint32(list), a: first, b: uint32(len(r.copies.all))}, i + 1
}

// entity reads the entity of a representation at i once for each of its copies.
func (r *reader) entity(form *readObject, first uint32, rep, i, depth int) int {
	if rep >= len(r.copies.last) {
		return skipValue(r.text, i, depth)
	}
	end := malformed
	for k := r.copies.last[rep]; k != 0; k = r.copies.all[k-1].next {
		var c cell
		if c, end = r.value(form.each[r.copies.all[k-1].target], i, depth); end < 0 {
			return malformed
		}
		r.cells[first+k-1] = c
	}
	return end
}
