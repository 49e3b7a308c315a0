package mocks

import (
	"math"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// length is how long the list at a seat is.
func (s seat) length() int {
	list := s.place.of("length")
	switch {
	case s.rule != nil && s.rule.length != nil:
		return s.rule.length.min + list.below(s.rule.length.max-s.rule.length.min+1)
	case s.parts():
		return leastTotal + list.below(totals)
	}
	return 1 + list.below(short)
}

// parts reports whether a part of the list at the seat can be asked for.
func (s seat) parts() bool { return s.paged || s.def != nil && pages(s.def.Args) }

// window is the part that is asked for of the list at a seat, of that length; the type is that of its elements, or of
// its pages.
func (a *answer) window(t *ast.Type, s seat, length int) *window {
	w := &window{list: s.place, size: math.MaxInt32, page: 1, basis: 1, total: length}
	a.arrange(w, t, s, nil)
	if s.parts() {
		w.narrow(s)
	}
	return w
}

// ordinal is which of the list's elements stands at i.
func (w *window) ordinal(i int) int {
	if w.order == nil || i >= len(w.order) {
		return i
	}
	return w.order[i]
}

// behind is where the elements stand that come after the one of that ordinal, or, with itself, from it on.
func (w *window) behind(ordinal int, itself bool) int {
	if !itself {
		ordinal++
	}
	if w.order == nil {
		return max(0, ordinal)
	}
	i, _ := slices.BinarySearch(w.order, ordinal)
	return i
}

// added is the element that a mutation added.
func (w *window) added(ordinal int) any { return w.made[-ordinal] }

// among is the part that is wanted of a list of given elements.
func (a *answer) among(elem *ast.Type, s seat, given []any) *window {
	w := window{list: s.place, total: len(given)}
	a.arrange(&w, elem, s, given)
	if _, said := s.given.([]any); said && s.def != nil && pages(s.def.Args) {
		w.narrow(s)
	}
	return &w
}

// at is the seat of an element of the list at the seat.
func (s seat) at(i int, place hash) seat {
	e := s
	e.given, e.said, e.listed, e.index, e.place, e.part = nil, false, true, i, place, nil
	return e
}
