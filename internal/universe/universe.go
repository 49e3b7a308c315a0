// Package universe makes random federated graphs whose right answers are known, to test the gateway against.
//
// A Graph is drawn from a seed: types, fields, and what each subgraph declares of them. It is valid by
// construction, so that composition has to accept it. Nothing is stored for its data: every object is a number,
// and every value a hash of its object, field and arguments, so all subgraphs agree without talking to each other.
//
//	seed -> Graph -> SDL of each subgraph       -> composition, engine -> Subgraphs (a Fetcher) -> answer
//	          |   -> SDL of the same as one API -> Operations                                      =
//	          +---------------------------------> Monolith                                     -> answer
//
// Subgraphs answers as services would, but forgives nothing: what is asked must be valid in the subgraph's own
// schema, of fields that it resolves at that place, with representations that hold a whole key and all that
// @requires names, with the right values. What it had to refuse is in Violations.
//
// Both sides run the same small evaluator (evaluate), which follows the algorithms of the GraphQL specification
// and knows nothing of federation.
package universe

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
)

// Options say what is drawn.
type Options struct {
	// Faults makes some fields fail, which says how nulls propagate. All subgraphs then agree about nullability.
	Faults bool
}

// New draws the graph of a seed.
func New(seed uint64, o Options) *Graph {
	d := &draw{Rand: source(seed, 1), g: &Graph{Faults: o.Faults, types: map[string]*Type{}}}
	d.subgraphs()
	d.inputs()
	d.values()
	d.entities()
	d.abstracts()
	d.interfaceObject()
	d.fields()
	d.splits()
	d.roots()
	d.requires()
	d.provides()
	d.overrides()
	d.inaccessibles()
	d.steady()
	return d.g
}

// source of the decisions of a seed, for one of several purposes.
func source(seed, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, purpose)) //nolint:gosec // tests need the same numbers again, not secret ones
}

// Answer is what one side says to an operation.
type Answer struct {
	// Data is JSON, with the keys in the order of the response.
	Data string
	// Errors are the paths of the errors.
	Errors []Path
	// Changes are the fields of the mutation in the order in which they were run.
	Changes []string
}

// Path of an error: keys and indices.
type Path []any

// String is the path as JSON.
func (p Path) String() string {
	b, err := json.Marshal([]any(p))
	if err != nil {
		return strconv.Quote(err.Error())
	}
	return string(b)
}
