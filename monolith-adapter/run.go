package monolith

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/subgraph/shaping"
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
	// operation is that which the fetch belongs to.
	operation *operationState
	// together is the run of the connector's @batched, or nil.
	together *run
	// fetch is what is answered; nil for a trial.
	fetch *queryplan.Fetch
	// canned, if not nil, is what is answered in place of the application.
	canned *answer
}

// parallel is how many calls of one fetch are under way at once.
const parallel = 16

func (f *Fetcher) run(ctx context.Context, l *link, operation *executor.Operation, variables mapping.Value) *run {
	r := &run{link: l, ctx: ctx, ports: f.ports, variables: variables}
	r.operation = operation.Keep(f, func() any { return &operationState{} }).(*operationState)
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
	if l.toMany != nil {
		r.together = f.run(ctx, l.toMany, operation, variables)
	}
	return r
}

// each runs the work for 0 to n-1, at most some at once, or one after the other where order counts. A fault
// of ours in one is an error of that one.
func (r *run) each(n int, work func(i int), broken func(i int, f *failed)) {
	if n == 1 || r.Mutation {
		r.inTurn(n, work, broken)
		return
	}
	var g errgroup.Group
	g.SetLimit(parallel)
	for i := range n {
		g.Go(func() error { guarded(i, work, broken); return nil })
	}
	_ = g.Wait() // no work returns an error
}

// inTurn is each for work that waits for nothing.
func (r *run) inTurn(n int, work func(i int), broken func(i int, f *failed)) {
	for i := range n {
		guarded(i, work, broken)
	}
}

func guarded(i int, work func(i int), broken func(i int, f *failed)) {
	defer func() {
		if p := recover(); p != nil {
			broken(i, &failed{code: CodeResponseInvalid, message: "The response could not be mapped.", cause: fmt.Errorf("panic: %v", p)})
		}
	}()
	work(i)
}

// mapped is what a call gave.
type mapped struct {
	value mapping.Value
	// lost are the places in it at which there is nothing because of a problem.
	lost map[string]bool
}

// exchange is one call on its way: the request, its answer, and what is made of it.
type exchange struct {
	*run
	e     evaluation
	told  Call
	start time.Time
	out   *outgoing
}

// exchange begins a call with these variables beside the common ones.
func (r *run) exchange(own mapping.Variables) *exchange {
	x := &exchange{run: r, e: evaluation{vars: maps.Clone(r.vars)}, start: time.Now()}
	maps.Copy(x.e.vars, own)
	x.told.Connector, x.told.Method = r.Connector, r.request.method
	return x
}

// prepare makes the request of a call.
func (r *run) prepare(own mapping.Variables) (*exchange, *failed) {
	x := r.exchange(own)
	if r.Virtual {
		x.out = &outgoing{}
		return x, nil
	}
	var err error
	if x.out, err = r.build(r.base, &x.e, r.headers); err != nil {
		return x, &failed{code: CodeRequestInvalid, message: "The request could not be made of its inputs.", cause: err}
	}
	x.out.headers = r.headerRules.Apply(r.ctx, x.out.headers)
	x.told.URL, x.told.sent = x.out.url, x.out
	return x, nil
}

// perform sends the request and maps the answer.
func (x *exchange) perform(selection *mapping.Selection) (mapped, *failed) {
	if x.Virtual {
		v, f := mapAnswer(selection, mapping.NullValue(), 0, &x.e)
		x.told.value = v
		return mapped{v, x.e.lost}, f
	}
	res, shared, err := x.send(x.out, &x.told.Passage)
	if err != nil {
		return mapped{}, unsent(err)
	}
	x.told.Shared = shared
	return x.mapped(res, selection)
}

// mapped is what the selection makes of an answer.
func (x *exchange) mapped(res *received, selection *mapping.Selection) (mapped, *failed) {
	if x.back != nil && x.fetch != nil {
		x.back.Hear(x.ctx, x.fetch, x.out.url, res.status, res.header)
	}
	x.told.Status, x.told.Bytes, x.told.received = res.status, len(res.body), res
	v, f := x.interpret(res, &x.e, selection, x.uses["response"])
	x.told.value = v
	return mapped{v, x.e.lost}, f
}

// done tells of the call, and why it failed if it did.
func (x *exchange) done(f *failed) {
	if x.ports.Called == nil {
		return
	}
	if f != nil {
		x.told.Err = f
	}
	x.told.Took, x.told.Problems = time.Since(x.start), x.e.problems
	x.ports.Called(x.ctx, &x.told)
}

// call makes one call, and gives the mapped value.
func (r *run) call(selection *mapping.Selection, own mapping.Variables) (mapped, *failed) {
	x, f := r.prepare(own)
	var m mapped
	if f == nil {
		m, f = x.perform(selection)
	}
	x.done(f)
	return m, f
}

// send sends a request, or takes the answer to the same one of the operation. What changes something is always
// sent, and after it nothing is as it was.
func (r *run) send(out *outgoing, p *shaping.Passage) (res *received, shared bool, err error) {
	if !r.reading() {
		defer r.operation.changed()
		r.operation.changed()
		res, err = r.receive(out, p)
		return res, false, err
	}
	return r.operation.share(r.ctx, sameRequest{r.source, out.identity()}, func() (*received, error) { return r.receive(out, p) })
}

// receive sends a request, if the operation may still make one.
func (r *run) receive(out *outgoing, p *shaping.Passage) (*received, error) {
	if r.canned != nil {
		return decode(r.canned), nil
	}
	if err := r.operation.spend(r.source, r.budget); err != nil {
		return nil, err
	}
	a, err := r.client.send(r.ctx, out, p)
	if err != nil {
		return nil, err
	}
	return decode(a), nil
}
