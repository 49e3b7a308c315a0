package executor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// A Streamer is a Fetcher whose source sends events: the answers of the fetch that a subscription begins with.
//
//	Stream -> answer, answer, ..      each is the answer of the plan's Events
//	                  \-> Event.Run   all other fetches, as for a query -> one response
//
// Nothing is queued here: the source is asked for the next event when the response to the last one was taken, so a
// client that reads slowly slows down the source of its own subscription, and nothing else.
type Streamer interface {
	// Stream asks for events and hands on the answer of each, one after the other on the caller's goroutine. It returns
	// nil when the source has no more of them, what take returned where that is an error, and why there are no more
	// otherwise: an *Error has what clients are told. It ends with the context. The request is valid until it returns.
	Stream(ctx context.Context, r *Request, take func(*Response) error) error
}

// CodeNoEvents is that of subscriptions whose source sends no events, in extensions.code.
const CodeNoEvents = "SUBSCRIPTION_NOT_SUPPORTED"

// Stream has the fetcher send events, if it can.
func Stream(ctx context.Context, f Fetcher, r *Request, take func(*Response) error) error {
	if s, ok := f.(Streamer); ok {
		return s.Stream(ctx, r, take)
	}
	return &Error{
		Code: CodeNoEvents, Message: "the source of this field sends no events",
		Err: fmt.Errorf("subgraph %s: its source cannot be subscribed to", r.Fetch.Subgraph),
	}
}

// Event is what a source sent, or, at last, why it sends no more.
type Event struct {
	program  *Program
	fetcher  Fetcher
	in       Input
	response *Response
	err      error
}

// Stream runs a subscription: take is called for each event, and returns before the next one is waited for. It returns nil
// when the source has ended, by itself or by a failure, which is the last event then; otherwise the error of take, or that of the
// context. A plan in which nothing is left of what sends events, as the caller may not read it, has one event.
func (p *Program) Stream(ctx context.Context, f Fetcher, in Input, take func(*Event) error) error {
	events := p.plan.Events()
	if events == nil {
		return take(&Event{program: p, fetcher: f, in: in})
	}
	in.Observer = failuresOnly(in.Observer, events)
	request := p.request(events, &in)
	var stopped error
	err := stream(ctx, f, request, func(response *Response) error {
		stopped = take(&Event{p, fed{f, events, response, nil}, in, response, nil})
		return stopped
	})
	switch {
	case stopped != nil:
		return stopped
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		return nil
	}
	return take(&Event{p, fed{f, events, nil, err}, in, nil, err})
}

// stream asks the source, whose panics are failures of it.
func stream(ctx context.Context, f Fetcher, r *Request, take func(*Response) error) (err error) {
	taking := false
	defer func() {
		if taking {
			return // not the source's: whoever takes events sees to that
		}
		if v := recover(); v != nil {
			err = fmt.Errorf("source panicked: %v", v)
		}
	}()
	return Stream(ctx, f, r, func(response *Response) error {
		if response == nil {
			return errNoAnswer
		}
		taking = true
		err := take(response)
		taking = false
		return err
	})
}

// request is the one that asks for events. It shares nothing with the runs of the events.
func (p *Program) request(events *queryplan.Fetch, in *Input) *Request {
	f := &p.fetches[events.ID]
	body, start, variables := f.open(nil, in)
	end := start
	if variables {
		body = append(body, '}')
		end = len(body)
	}
	body = appendExtensions(body, in.Extensions)
	r := &Request{Fetch: events, Body: body, Variables: noVariables}
	if variables {
		r.Variables = body[start:end:end]
	}
	return r
}

// Failed reports whether the event is that the source failed, after which there is none.
func (e *Event) Failed() bool { return e.err != nil }

// Run makes the other fetches of the plan and appends the response to dst, as Program.Run does.
func (e *Event) Run(ctx context.Context, dst []byte) ([]byte, Outcome) {
	dst, out := e.program.Run(ctx, e.fetcher, e.in, dst)
	if e.response != nil || e.err != nil {
		out.Fetches-- // the event was not asked for
	}
	return dst, out
}

// fed is a fetcher whose answer to one fetch is there already.
type fed struct {
	Fetcher
	events   *queryplan.Fetch
	response *Response
	err      error
}

// Fetch implements Fetcher.
func (f fed) Fetch(ctx context.Context, r *Request) (*Response, error) {
	if r.Fetch == f.events {
		return f.response, f.err
	}
	return f.Fetcher.Fetch(ctx, r)
}

// quiet tells an observer of an event only if it cannot be read: nothing was fetched for it.
type quiet struct {
	Observer
	events *queryplan.Fetch
}

func failuresOnly(o Observer, events *queryplan.Fetch) Observer {
	if o == nil {
		return nil
	}
	return quiet{o, events}
}

// FetchBegins implements Observer.
func (q quiet) FetchBegins(ctx context.Context, r *Request) context.Context {
	if r.Fetch == q.events {
		return ctx
	}
	return q.Observer.FetchBegins(ctx, r)
}

// FetchDone implements Observer.
func (q quiet) FetchDone(ctx context.Context, r *Request, took time.Duration, bytes int, err error) {
	if r.Fetch == q.events {
		if err == nil || errors.Is(err, context.Canceled) {
			return
		}
		ctx = q.Observer.FetchBegins(ctx, r)
	}
	q.Observer.FetchDone(ctx, r, took, bytes, err)
}
