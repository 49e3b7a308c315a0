package mocks

import (
	"context"
	"sync"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Request is what the mock source knows of a client's request, and what it did for it. It is in the request's context.
type Request struct {
	// Choice is what the client asks of the mock source.
	Choice *Choice
	// Operation is the name of the client's operation.
	Operation string

	mu      sync.Mutex
	fetches []*queryplan.Fetch
	count   int
}

type requestKey struct{}

// NewContext has the request in it.
func NewContext(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// FromContext is the request of the context, nil if it has none.
func FromContext(ctx context.Context) *Request {
	r, _ := ctx.Value(requestKey{}).(*Request)
	return r
}

// answered notes a fetch that the mock source answered.
func (r *Request) answered(f *queryplan.Fetch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fetches = append(r.fetches, f)
}
