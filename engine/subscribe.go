package engine

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
)

// Responses takes what a subscription is answered with, one response after the other.
type Responses interface {
	// Begin is asked before an event is worked on: for the context to do so in, under the given one, and what ends it. An
	// error is what the client gets as its last response; a Refusal is told as it is.
	Begin(ctx context.Context) (context.Context, func(), error)
	// Emit takes a response, whose bytes are valid until it returns. While it has not returned the source waits, if it is of
	// those that can. An error ends the subscription.
	Emit(body []byte, out Outcome) error
}

// Subscribe answers a subscription with a response for each event, until its source has no more of them or the context ends.
// What was decided at its beginning holds until its end: the graph, the labels and what the caller may read. What it
// returns says how it ended: refused, or with a failure of its source, or, without any error, else. The error is that of Emit, or the
// context's.
func (e *Engine) Subscribe(ctx context.Context, r *Request, to Responses) (Outcome, error) {
	s := e.current.Load()
	out := Outcome{Kind: ast.Query, OperationName: r.OperationName}
	planned, _, values, err := e.decide(ctx, s, r, &out, true)
	if err != nil {
		body, out := e.refuse(ctx, nil, out, err)
		return out, to.Emit(body, out)
	}
	executed := Executed{Document: r.Query, Operation: out.OperationName, Plan: planned.program.Plan()}
	if s.cfg.Extensions != nil {
		ctx, _ = s.cfg.Extensions(ctx, executed)
	}
	executed.Event = true
	x := &subscription{e: e, s: s, executed: executed, to: to, out: out}
	err = planned.program.Stream(ctx, s.fetcher, input(values, e.observer), func(event *executor.Event) error { return x.answer(ctx, event) })
	if x.refused {
		err = nil // it was told
	}
	return x.out, err
}

// subscription is one under way.
type subscription struct {
	e        *Engine
	s        *Snapshot
	executed Executed
	to       Responses
	// out says how it stands; body is used again for each event.
	out     Outcome
	body    []byte
	refused bool
}

// answer answers an event.
func (x *subscription) answer(ctx context.Context, event *executor.Event) error {
	bounded, end, err := x.to.Begin(ctx)
	if err != nil {
		body, out := x.e.refuse(ctx, nil, x.out, err)
		x.out, x.refused = out, true
		if failed := x.to.Emit(body, out); failed != nil {
			return failed
		}
		return err
	}
	defer end()
	var extensions func([]byte) []byte
	if x.s.cfg.Extensions != nil {
		bounded, extensions = x.s.cfg.Extensions(bounded, x.executed)
	}
	if cap(x.body) > maxKept {
		x.body = nil
	}
	body, run := event.Run(bounded, x.body[:0])
	body = appendExtensions(body, extensions)
	x.body = body
	out := x.out
	out.Errors, out.DataNull, out.Fetches = run.Errors, run.DataNull, run.Fetches
	if event.Failed() {
		x.out = out
	}
	if ctx.Err() != nil {
		return ctx.Err() // nobody is there for it, and the event cannot be finished
	}
	return x.to.Emit(body, out)
}
