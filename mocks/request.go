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
	// Report says that the answer lists what was made up.
	Report bool
	// Subject is whose grant the request has, "" if none: sessions of one subject are not those of another.
	Subject string
	// Session is the name of the client's session, "" if it has none. Sessions keeps what mutations change; without
	// it nothing is kept.
	Session  string
	Sessions *Sessions
	// NewSession names a session for a client that has none and changes something; nil leaves it without.
	NewSession func() string

	mu      sync.Mutex
	fetches []*queryplan.Fetch
	changes []*Change
	count   int
	// began says that the client has been given its session.
	began bool
	// injected: answers of real owners were changed.
	injected bool
	// changed: the session had changes, which the answer shows.
	changed bool
}

// Change is what a mutation did to the mocked graph, as answers say it.
type Change struct {
	// Field is the mutation's coordinate, Effect is create, update, delete or none.
	Field  string         `json:"field"`
	Effect string         `json:"effect"`
	Type   string         `json:"type,omitempty"`
	Key    map[string]any `json:"key,omitempty"`
	// Guessed: nobody said what the mutation does. Kept: later requests of the session see it.
	Guessed bool `json:"guessed,omitempty"`
	Kept    bool `json:"kept"`
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

// key tells sessions apart.
func (r *Request) key() string {
	if r.Session == "" {
		return ""
	}
	return r.Subject + " " + r.Session
}

// Mocked reports whether the mock source answered anything.
func (r *Request) Mocked() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.fetches) > 0 || r.injected
}

// inject notes that the answer of a real owner is changed.
func (r *Request) inject() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.injected = true
}

// Chosen reports whether the request asks for something, which may be that real owners' answers are changed.
func Chosen(ctx context.Context) bool {
	r := FromContext(ctx)
	return r != nil && r.Choice != nil
}

// overlay is what the session has changed so far.
func (r *Request) overlay() *overlay {
	r.mu.Lock()
	defer r.mu.Unlock()
	if one := r.Sessions.find(r.key()); one != nil {
		r.changed = true
		return one.changed.Load()
	}
	return nil
}

// named gives the request's session a name if it has none, and reports whether it has one. The caller holds mu.
func (r *Request) named() bool {
	if r.Session == "" && r.NewSession != nil {
		r.Session, r.began = r.NewSession(), true
	}
	return r.Session != ""
}

// keeps is the session in which changes are kept, which is begun if there is none; nil if they are not kept.
func (r *Request) keeps() *session {
	if r == nil || r.Sessions == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.named() {
		return nil
	}
	r.changed = true
	return r.Sessions.open(r.key())
}

// change changes the session; without one, the change is only made to look at it.
func (r *Request) change(one *session, by func(*overlay) *overlay) (*overlay, error) {
	if one == nil {
		return by(nil), nil
	}
	return r.Sessions.change(one, by)
}

// did notes what a mutation did.
func (r *Request) did(c *Change) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes = append(r.changes, c)
}

// Began is the session that was begun for the client, "" if none was.
func (r *Request) Began() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.began {
		return ""
	}
	return r.Session
}
