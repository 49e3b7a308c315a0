// Package executor runs a query plan against a Fetcher and writes the response.
//
// A plan is compiled once into a Program of flat tables, which all requests of the operation share. What a
// request owns is a store of cells, all in one slice, that the subgraphs' answers are read into:
//
//	row      header | __typename | slot 2 | slot 3 | ..     one object; its layout says which name is which slot
//	cell     absent | null | leaf (a byte range of an answer) | object (a row) | list (a span of cells)
//
// An answer is scanned once, in place, guided by what the fetch selects; leaf values stay where they are and
// are copied once, into the response. The way of a request:
//
//	fetch    a fetch starts the moment those it depends on have ended                        (schedule)
//	         objects at its path -> representations, equal ones once -> body                 (collect, represent)
//	read     answer -> new rows, nothing of them if it is malformed                          (scan, read)
//	merge    new rows -> rows of the store, under one lock                                   (store)
//	complete store -> response, guided by the shape; null propagates here                    (complete)
//
// Objects that were asked for with the same representation share the rows below them, so a row may stand at
// many paths. An error is therefore not given a path when it happens: it is noted at its row and slot, and
// reported when the completion comes by, which knows the path in the client's words. Errors thus come in the
// order of the response, whatever the timing was, and each null can be seen to have one (notes, report).
package executor

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Program is a compiled plan. It is immutable and shared by all requests of its operation.
type Program struct {
	plan    *queryplan.Plan
	root    *layout
	types   typeTable
	fetches []fetchProgram
	shape   *shapeObject
	denied  denials
	runs    sync.Pool // of *run
	// cells and response are how large the store and the response will be.
	cells, response guess
}

// Variable is one of the client's variables: its name and its value, coerced, as JSON.
type Variable struct {
	Name string
	JSON []byte
}

// Input is what differs between requests of one operation.
type Input struct {
	// Variables that have a value; those without are left out.
	Variables []Variable
	// Extensions is a JSON object that is sent with each fetch as "extensions"; nil sends none.
	Extensions []byte
	// Observer is told of each fetch; nil is allowed.
	Observer Observer
}

// Observer is told of fetches. It is called from many goroutines and must be quick.
type Observer interface {
	// FetchBegins is called before a fetch is made, and is the context that it is made in: the request's, to which it
	// may add what the Fetcher and FetchDone are to find.
	FetchBegins(ctx context.Context, r *Request) context.Context
	// FetchDone is called when a fetch has ended and its answer was read: how long the subgraph took, how
	// many bytes it sent, and what was wrong. GraphQL errors in the answer are no error here.
	FetchDone(ctx context.Context, r *Request, took time.Duration, bytes int, err error)
}

// Outcome says how a run ended.
type Outcome struct {
	// Errors counts the errors in the response.
	Errors int
	// DataNull says that data is null.
	DataNull bool
	// Fetches counts the requests that were made; a fetch without objects makes none.
	Fetches int
	// Lost are the override labels whose new side failed; nil for none.
	Lost []string
}

// Plan is what the program was compiled from.
func (p *Program) Plan() *queryplan.Plan { return p.plan }

// Run makes the fetches and appends the response to dst: {"data":..,"errors":[..]}, errors only if there are
// some. It returns when each fetch has ended; cancelling ctx ends them.
func (p *Program) Run(ctx context.Context, f Fetcher, in Input, dst []byte) ([]byte, Outcome) {
	r := p.begin(ctx, f, in)
	r.fetchAll()
	before := len(dst)
	dst, out := r.complete(slices.Grow(dst, p.response.size()))
	p.response.saw(len(dst) - before)
	p.end(r)
	return dst, out
}
