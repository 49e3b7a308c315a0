package mocks

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// maxLooked bounds how many elements of lists one answer looks at to see whether they are still in their list.
const maxLooked = 100_000

// listing is a list at a seat, with what its elements have in common.
type listing struct {
	seat
	// elem is the type of the entities in it. page is the page's type and of its field that holds them, if it has pages.
	elem *supergraph.Type
	page *supergraph.Type
	of   *supergraph.Field
	// filters are the arguments that say which entities are in the list, parent is the entity that they belong to.
	filters map[string]any
	parent  *object
	given   []any
}

// arrange decides which elements a list has after the session's mutations: those that were deleted are gone, as are
// those that no longer are what the arguments ask for; what was created, or became so, comes first, the newest before
// the others. The type is that of the elements, or of the pages.
func (a *answer) arrange(w *window, t *ast.Type, s seat, given []any) {
	defer func() { w.to = w.total }()
	l := a.listing(t, s, given)
	if l == nil {
		return
	}
	old := a.remaining(w.total, l)
	var order []int
	made := map[int]any{}
	changes := a.overlay.list()
	for i := len(changes) - 1; i >= 0 && l.grows(a); i-- {
		if c := changes[i]; !old.has(c) && a.belongs(c, l) {
			order = append(order, -c.number)
			made[c.number] = a.shown(a.graph.Type(c.typ), c)
		}
	}
	order = append(order, old.places...)
	w.order, w.made = order, made
	w.total = len(w.order)
}

// listing is the list at the seat, nil if mutations changed nothing that may be in it.
func (a *answer) listing(t *ast.Type, s seat, given []any) *listing {
	if a.overlay == nil {
		return nil
	}
	l := &listing{seat: s, elem: a.graph.Type(t.Name()), given: given}
	if s.paged {
		l.page = l.elem
		if list := elements(a.graph, l.page); len(list) > 0 {
			l.of, l.elem = list[0], a.graph.Type(list[0].Type.Name())
			if node := l.elem.Field("node"); l.of.Name == "edges" && node != nil {
				l.elem = a.graph.Type(node.Type.Name())
			}
		}
	}
	if t.Elem != nil || l.elem == nil || l.elem.IsLeaf() || !slices.ContainsFunc(a.overlay.list(), func(c *change) bool { return a.isChanged(c, l.elem) }) {
		return nil
	}
	_, l.filters = s.knowledge(l.elem)
	l.parent = a.entityAround(s.owner)
	return l
}

// isChanged reports whether a change is about an entity of the type.
func (a *answer) isChanged(c *change, t *supergraph.Type) bool {
	changed := a.graph.Type(c.typ)
	return changed != nil && a.is(changed, t.Name)
}

// grows reports whether mutations can add to the list: not if it is given by keys, by a mutation, or in length.
func (l *listing) grows(a *answer) bool {
	if l.rule != nil && l.rule.fixed || l.changed || l.owner != nil && l.owner.typ == a.graph.Mutation {
		return false
	}
	return l.given == nil || l.said
}

// entityAround is the object, or the nearest one around it, that has a key.
func (a *answer) entityAround(o *object) *object {
	switch {
	case o == nil || o.typ != nil && a.top(o.typ):
		return nil
	case o.typ != nil && len(a.keys(o.typ)) > 0:
		return o
	}
	return o.around
}

// remaining are the places of elements that are still in a list, and those of them that mutations changed.
type remaining struct {
	places  []int
	changed []*change
}

func (r remaining) has(c *change) bool { return slices.Contains(r.changed, c) }

func (a *answer) remaining(total int, l *listing) remaining {
	r := remaining{places: make([]int, 0, total)}
	look := slices.ContainsFunc(a.overlay.list(), func(c *change) bool { return !c.created && a.isChanged(c, l.elem) }) || l.given != nil
	for i := range total {
		if look && a.looked <= maxLooked {
			a.looked++
			if c := a.elementAt(l, i).change; c != nil {
				if a.isGone(c) || c.deleted && l.given == nil || a.contradicts(c, l) {
					continue
				}
				r.changed = append(r.changed, c)
			}
		}
		r.places = append(r.places, i)
	}
	return r
}

// elementAt is the element that stands at i where nothing was changed.
func (a *answer) elementAt(l *listing, i int) object {
	if l.page == nil {
		e := l.at(i, l.place.at(i))
		if i < len(l.given) {
			e.given, e.said = l.given[i], true
		}
		return a.child(l.elem, e)
	}
	page := a.child(l.page, l.seat)
	e := seat{owner: &page, def: l.of, listed: true, index: i, place: l.place.at(i)}
	if l.of.Type.Name() == l.elem.Name {
		return a.child(l.elem, e)
	}
	edgeType := a.graph.Type(l.of.Type.Name())
	e.edge = true
	edge := a.child(edgeType, e)
	return a.child(l.elem, seat{owner: &edge, def: edgeType.Field("node"), listed: true, place: edge.place, given: edge.known["node"]})
}

// contradicts reports whether what mutations said of an entity is not what the list asks for.
func (a *answer) contradicts(c *change, l *listing) bool {
	for name, want := range l.filters {
		if have, said := a.saidOf(c, name); said && !meets(want, have) {
			return true
		}
	}
	if l.parent == nil {
		return false
	}
	refs := a.references(c, l.parent)
	return len(refs) > 0 && !slices.Contains(refs, true)
}

// belongs reports whether an entity that mutations made or changed is in a list in which it was not. One that was
// only changed is, if something of it that was changed is what the list asks for.
func (a *answer) belongs(c *change, l *listing) bool {
	t := a.graph.Type(c.typ)
	if c.deleted || !a.isChanged(c, l.elem) || a.contradicts(c, l) {
		return false
	}
	asked, open := c.created, false
	for _, name := range slices.Sorted(maps.Keys(l.filters)) {
		if _, said := a.saidOf(c, name); said {
			asked = true
			continue
		}
		f := t.Field(name)
		base, isRef := strings.CutSuffix(name, "Id")
		open = open || f == nil && isRef && t.Field(base) != nil || f != nil && f.Type.Elem == nil && !meets(l.filters[name], a.valueIn(t, c, f))
	}
	if l.parent != nil {
		refers := slices.Contains(a.references(c, l.parent), true)
		asked, open = asked || refers, open || !refers
	}
	return asked && (!open || !c.created && a.stoodBeside(c, l))
}

// memberMade is the type of an entity that was made in the session, where its key is that which is asked for.
func (a *answer) memberMade(t *supergraph.Type, known map[string]any) *supergraph.Type {
	for _, c := range a.overlay.list() {
		if c.created && a.isChanged(c, t) && among(c.key, known) {
			return a.graph.Type(c.typ)
		}
	}
	return nil
}
