package planner

import (
	"errors"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// ErrBudget is returned when planning considered more ways to answer than allowed.
var ErrBudget = errors.New("the planning budget is spent: ask for less in one operation, or raise the limit")

// BudgetError is the ErrBudget of an operation.
type BudgetError struct {
	// Considered is how many ways to answer were considered before the planner gave up.
	Considered int
}

func (e *BudgetError) Error() string { return ErrBudget.Error() }

// Unwrap is ErrBudget.
func (e *BudgetError) Unwrap() error { return ErrBudget }

// cost of answering what is wanted, from a spot on.
type cost struct {
	missing int // leaves that cannot be answered at all
	fetches int // further fetches
	depth   int // of which so many wait for each other
	fields  int // selected
}

const (
	missingWeight = 100_000_000
	fetchWeight   = 1000
	depthWeight   = 100
)

func (c cost) weight() int {
	return c.missing*missingWeight + c.fetches*fetchWeight + c.depth*depthWeight + c.fields
}

// bounded keeps the cost comparable: types within types multiply it beyond what an int holds.
func (c cost) bounded() cost {
	return cost{missing: min(c.missing, 100_000), fetches: min(c.fetches, 10_000), depth: min(c.depth, 1000), fields: min(c.fields, 1_000_000)}
}

// free: nothing more is to be fetched.
func (c cost) free() bool { return c.missing == 0 && c.fetches == 0 }

// spot is a place as a fetch sees it: the subgraph, the type there, and what an ancestor provided.
type spot struct {
	sub      int // nowhere before the first fetch
	typ      *supergraph.Type
	provided supergraph.FieldSet
}

// nowhere is the subgraph of the root before anything is fetched.
const nowhere = -1

// search decides, at each spot, who answers what, and remembers what it found.
type search struct {
	*view
	wanting    *wanting
	considered int
	budget     int
	values     map[valueID]*valued
	hops       map[spotID]map[int]*hop
	inputs     map[inputsID][]*want
}

type valueID struct {
	want     *want
	sub      int
	typ      *supergraph.Type
	provided string
	still    bool
}

// valued is what it costs to answer all beneath a want from a subgraph, and what cannot be answered so.
type valued struct {
	cost cost
	left []*want
	done bool
	// rest is the want for only what is left.
	rest *want
}

type spotID struct {
	sub      int
	typ      *supergraph.Type
	provided string
}

// inputsID identifies a field set by its first item, which it shares with no other.
type inputsID struct {
	set *supergraph.FieldSetItem
	as  *supergraph.Type
	at  *supergraph.Type
}

func newSearch(v *view, w *wanting, budget int) *search {
	return &search{
		view: v, wanting: w, budget: budget, values: map[valueID]*valued{},
		hops: map[spotID]map[int]*hop{}, inputs: map[inputsID][]*want{},
	}
}

// value is the cost of what is wanted beneath a want, if the subgraph answers it so. Standing still, nothing
// more may be fetched beneath.
func (s *search) value(w *want, sub int, a answer, still bool) *valued {
	if len(w.sub) == 0 {
		return &valued{cost: cost{fields: 1}, done: true}
	}
	id := valueID{want: w, sub: sub, typ: s.namedType(a.in.Type), provided: a.provided.String(), still: still}
	if v := s.values[id]; v != nil {
		if !v.done { // answering needs itself: not a way
			return &valued{cost: cost{missing: leaves(w.sub)}, left: w.sub}
		}
		return v
	}
	v := &valued{}
	s.values[id] = v
	d := s.decide(spot{sub: sub, typ: id.typ, provided: a.provided}, w.sub, nil, still)
	v.cost, v.left, v.done = d.cost, d.left, true
	v.cost.fields++
	if len(v.left) > 0 {
		v.rest = w.restricted(w.types, v.left)
	}
	return v
}

// fieldSet is the wants of a key's or a @requires' fields for objects of a type.
func (s *search) fieldSet(set supergraph.FieldSet, as, at *supergraph.Type) []*want {
	if len(set) == 0 {
		return nil
	}
	id := inputsID{set: set[0], as: as, at: at}
	out, ok := s.inputs[id]
	if !ok {
		out = s.wanting.inputs(as, at.Members, set)
		s.inputs[id] = out
	}
	return out
}

// leaves counts the leaf fields that are wanted.
func leaves(wants []*want) int {
	n := 0
	for _, w := range wants {
		if len(w.sub) == 0 {
			n++
		} else {
			n += leaves(w.sub)
		}
	}
	return n
}
