package monolith

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// run is the work for one fetch.
type run struct {
	*link
	ctx       context.Context //nolint:containedctx // a run lives as long as one call of Fetch
	ports     Ports
	variables mapping.Value
	// headers are those of the client's request.
	headers http.Header
	// vars are what all calls of the fetch have in common.
	vars mapping.Variables

	mu     sync.Mutex
	shared map[string]*sharing
}

// sharing is one request that several calls of a fetch ask for.
type sharing struct {
	done     chan struct{}
	received *received
	err      error
}

// parallel is how many calls of one fetch are under way at once.
const parallel = 16

func (f *Fetcher) run(ctx context.Context, l *link, variables mapping.Value) *run {
	r := &run{link: l, ctx: ctx, ports: f.ports, variables: variables, shared: map[string]*sharing{}}
	r.vars = maps.Clone(l.fixed)
	if f.ports.Headers != nil {
		r.headers = f.ports.Headers(ctx)
	}
	if l.uses["request"] {
		r.vars["request"] = mapping.ObjectValue([]string{"headers"}, []mapping.Value{headersValue(r.headers)})
	}
	r.vars["context"] = mapping.ObjectValue(nil, nil)
	if l.uses["context"] && f.ports.Context != nil {
		if v, err := mapping.ParseJSON(f.ports.Context(ctx)); err == nil {
			r.vars["context"] = v
		}
	}
	return r
}

// each runs the work for 0 to n-1, at most some at once, or one after the other where order counts. A fault
// of ours in one is an error of that one.
func (r *run) each(n int, work func(i int), broken func(i int, f *failed)) {
	guarded := func(i int) {
		defer func() {
			if p := recover(); p != nil {
				broken(i, &failed{code: CodeResponseInvalid, message: "The response could not be mapped.", cause: fmt.Errorf("panic: %v", p)})
			}
		}()
		work(i)
	}
	if n == 1 || r.Mutation {
		for i := range n {
			guarded(i)
		}
		return
	}
	var g errgroup.Group
	g.SetLimit(parallel)
	for i := range n {
		g.Go(func() error { guarded(i); return nil })
	}
	_ = g.Wait() // no work returns an error
}

// mapped is what a call gave.
type mapped struct {
	value mapping.Value
	// lost are the places in it at which there is nothing because of a problem.
	lost map[string]bool
}

// call makes one call with these variables beside the common ones, and gives the mapped value.
func (r *run) call(selection *mapping.Selection, own mapping.Variables) (mapped, *failed) {
	e := &evaluation{vars: maps.Clone(r.vars)}
	maps.Copy(e.vars, own)
	c := &Call{Connector: r.Connector, Method: r.request.method}
	start := time.Now()
	v, f := r.exchange(selection, e, c)
	if f != nil {
		c.Err = f
	}
	if r.ports.Called != nil {
		c.Took, c.Problems = time.Since(start), e.problems
		r.ports.Called(r.ctx, c)
	}
	return mapped{v, e.lost}, f
}

func (r *run) exchange(selection *mapping.Selection, e *evaluation, c *Call) (mapping.Value, *failed) {
	if r.Virtual {
		return mapAnswer(selection, mapping.NullValue(), 0, e)
	}
	out, err := r.build(r.base, e, r.headers)
	if err != nil {
		return mapping.Value{}, &failed{code: CodeRequestInvalid, message: "The request could not be made of its inputs.", cause: err}
	}
	c.URL = out.url
	res, shared, err := r.send(out)
	if err != nil {
		return mapping.Value{}, unsent(err)
	}
	c.Status, c.Bytes, c.Shared = res.status, len(res.body), shared
	return r.interpret(res, e, selection)
}

// send sends a request, or waits for the same one that is under way. What changes something is always sent.
func (r *run) send(out *outgoing) (res *received, shared bool, err error) {
	if r.Mutation {
		res, err = r.receive(out)
		return res, false, err
	}
	id := out.identity()
	r.mu.Lock()
	s, ok := r.shared[id]
	if !ok {
		s = &sharing{done: make(chan struct{})}
		r.shared[id] = s
	}
	r.mu.Unlock()
	if ok {
		<-s.done // the sender ends with the context, which is the same
		return s.received, true, s.err
	}
	defer close(s.done)
	s.err = context.Canceled // unless it is said otherwise, as after a panic
	s.received, s.err = r.receive(out)
	return s.received, false, s.err
}

func (r *run) receive(out *outgoing) (*received, error) {
	a, err := r.client.send(r.ctx, out)
	if err != nil {
		return nil, err
	}
	return decode(a), nil
}
