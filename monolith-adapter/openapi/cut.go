package openapi

import (
	"slices"
)

// maxSelection is how many fields a selection may have, all levels together. What is larger nobody edits.
const maxSelection = 250

// cut makes selections finite and readable. A selection can have no type within itself; where types lead back to
// themselves, what leads back becomes a type without objects.
func (b *builder) cut() {
	c := &cutter{b: b, state: map[*object]int{}, size: map[*object]int{}, stubs: map[*object]*object{}}
	for _, f := range b.fields {
		if o := f.typ.leaf().object; o != nil {
			c.visit(o)
		}
	}
	for _, o := range slices.Clone(b.objects) {
		c.visit(o)
		c.dropLinks(o)
	}
	b.keepReached()
}

// cutter walks the types depth first.
type cutter struct {
	b     *builder
	state map[*object]int // 1 while the type is on the way, 2 when it is done
	// size is how many fields a selection of the whole type has.
	size  map[*object]int
	stubs map[*object]*object
}

func (c *cutter) visit(o *object) {
	if c.state[o] != 0 {
		return
	}
	c.state[o] = 1
	for _, m := range o.members {
		inner := m.typ.leaf().object
		switch {
		case inner == nil || m.link != nil:
		case c.state[inner] == 1:
			c.stub(m, o, inner, "leads back to "+inner.name+", and a selection cannot have a type within itself")
		default:
			c.visit(inner)
		}
	}
	c.fit(o)
	c.state[o] = 2
}

// fit cuts the largest members until the type's selection is of a readable size.
func (c *cutter) fit(o *object) {
	for {
		total := len(o.members)
		var largest *member
		for _, m := range o.members {
			inner := m.typ.leaf().object
			if inner == nil || m.link != nil {
				continue
			}
			total += c.size[inner]
			if largest == nil || c.size[inner] > c.size[largest.typ.leaf().object] {
				largest = m
			}
		}
		if total <= maxSelection || largest == nil || c.isStub(largest.typ.leaf().object) || c.envelope(total, largest) {
			c.size[o] = total
			return
		}
		inner := largest.typ.leaf().object
		c.stub(largest, o, inner, "makes the selection too large; add what is needed of "+inner.name)
	}
}

// envelope reports whether the type is little more than one of its members: cutting it would leave nothing.
func (c *cutter) envelope(total int, m *member) bool {
	const most = 12
	return total-c.size[m.typ.leaf().object] <= most && total <= 2*maxSelection
}

func (c *cutter) isStub(o *object) bool {
	for _, s := range c.stubs {
		if s == o {
			return true
		}
	}
	return false
}

// stub replaces what a member leads to by the type without its objects, or by JSON if it has nothing else.
func (c *cutter) stub(m *member, of, to *object, why string) {
	s := c.stubs[to]
	if s == nil {
		s = &object{name: to.name + "Stub", place: to.place, description: "What " + to.name + " has of its own, without the objects within."}
		for _, inner := range to.members {
			if inner.typ.leaf().object == nil {
				own := *inner
				s.members = append(s.members, &own)
			}
		}
		if len(s.members) > 0 {
			s.name = c.b.unique(s.name)
			c.b.objects = append(c.b.objects, s)
		}
		c.stubs[to], c.size[s], c.state[s] = s, len(s.members), 2
	}
	leaf := typ{object: s}
	what := s.name
	if len(s.members) == 0 {
		what = c.b.scalar("JSON")
		leaf = typ{name: what}
	}
	m.typ = m.typ.as(leaf)
	m.note = "Cut: it " + why + "."
	c.b.warn(m.place, "%s.%s %s; it is %s", of.name, m.name, why, what)
}

// dropLinks takes links out that would lead from a type to one in whose selection it stands.
func (c *cutter) dropLinks(o *object) {
	o.members = slices.DeleteFunc(o.members, func(m *member) bool {
		if m.link == nil || !reaches(m.typ.object, o, map[*object]bool{}) {
			return false
		}
		c.b.warn(m.place, "%s.%s is not linked to %s, in whose selection it stands; give it a connector of its own", o.name, m.link.name, m.typ.object.name)
		return true
	})
}

func reaches(from, to *object, seen map[*object]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	return slices.ContainsFunc(from.members, func(m *member) bool {
		inner := m.typ.leaf().object
		return inner != nil && m.link == nil && reaches(inner, to, seen)
	})
}

// keepReached leaves out the types that no field leads to, since nothing resolves them.
func (b *builder) keepReached() {
	seen := map[*object]bool{}
	enums := map[*enum]bool{}
	scalars := map[string]bool{}
	var visit func(t *typ)
	visit = func(t *typ) {
		leaf := t.leaf()
		enums[leaf.enum] = true
		scalars[leaf.name] = true
		if o := leaf.object; o != nil && !seen[o] {
			seen[o] = true
			for _, m := range o.members {
				visit(m.typ)
			}
		}
	}
	for _, f := range b.fields {
		visit(f.typ)
		for _, a := range f.args {
			visit(a.typ)
		}
	}
	b.objects = slices.DeleteFunc(b.objects, func(o *object) bool { return !seen[o] })
	b.inputList = slices.DeleteFunc(b.inputList, func(o *object) bool { return !seen[o] })
	b.enums = slices.DeleteFunc(b.enums, func(e *enum) bool { return !enums[e] })
	for name := range b.scalars {
		b.scalars[name] = scalars[name]
	}
}
