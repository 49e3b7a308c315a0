// Package trace keeps what happened during a request, and when.
//
//	client's header -> Begin   one Trace a request: its id, who its parent is, whether it is recorded  (header.go)
//	                -> Start   a Span for each fetch and call, in the context of what it is for        (span.go)
//	                -> Inject  what a service is sent, so that its spans are children of the fetch's   (header.go)
//	                -> End     the Sink reads the Trace, and its memory is used again
//
// A Trace is one flat record that is used again, and not an object for each span with its own way to a collector:
// at 100 % sampling that costs a small part of what the request itself does. What is not recorded still has an id,
// as services are told of it and must be told the same.
//
// A nil Tracer, Trace or Span does nothing: whoever reports need not ask whether anything is traced. Only names,
// numbers and codes are recorded, never the value of a variable, a header or a message.
package trace

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// ID of a trace; zero is none.
type ID [16]byte

// SpanID of a span; zero is none.
type SpanID [8]byte

// Config says what is traced.
type Config struct {
	// Sampler decides which traces are recorded.
	Sampler Sampler
	// IgnoreParent has the Sampler decide also where the client sent its decision.
	IgnoreParent bool
	// TraceContext reads traceparent and tracestate and sends them on; Baggage does so with baggage.
	TraceContext, Baggage bool
	// Sink takes what was recorded.
	Sink Sink
}

// Sink takes traces that are over. It is called from many goroutines, must be quick, and keeps nothing of a Trace.
type Sink interface {
	Take(t *Trace)
}

// Tracer begins traces.
type Tracer struct {
	cfg  Config
	pool sync.Pool
}

// New is a tracer.
func New(cfg Config) *Tracer { return &Tracer{cfg: cfg} }

// maxSpans bounds what is recorded of one request, beside the request itself.
const maxSpans = 1000

// Trace is what is recorded of one request.
type Trace struct {
	tracer *Tracer
	// ID is the same in all processes that have to do with the request.
	ID ID
	// Sampled says that the spans are recorded.
	Sampled bool
	// State is the tracestate of the client.
	State   string
	baggage string
	remote  SpanID
	root    Span

	mu sync.Mutex
	// spans are those beneath the root; all of them are kept for later requests, the first used are this one's.
	spans []*Span
	used  int
	// lost counts the spans beyond maxSpans. kept says that somebody may still refer to the trace.
	lost int
	kept bool
}

// Begin is the trace of a request with that header, and the context to answer it in.
func (t *Tracer) Begin(ctx context.Context, h http.Header, now time.Time) (context.Context, *Trace) {
	if t == nil {
		return ctx, nil
	}
	r, ok := t.pool.Get().(*Trace)
	if !ok {
		r = &Trace{tracer: t}
		r.root.trace = r
	}
	r.root.begin(KindServer, "request", "", now)
	t.identify(r, h)
	r.root.Parent = r.remote
	return NewContext(ctx, &r.root), r
}

// identify reads whose child the request is, and decides whether it is recorded.
func (t *Tracer) identify(r *Trace, h http.Header) {
	r.ID, r.remote, r.State, r.baggage = ID{}, SpanID{}, "", ""
	known, sampled := false, false
	if t.cfg.TraceContext {
		if r.ID, r.remote, sampled, known = parseParent(h["Traceparent"]); known {
			r.State = joinState(h["Tracestate"])
		}
	}
	if t.cfg.Baggage {
		r.baggage = joinBaggage(h["Baggage"])
	}
	if !known {
		binary.BigEndian.PutUint64(r.ID[:8], rand.Uint64()) //nolint:gosec // unique, not secret
		binary.BigEndian.PutUint64(r.ID[8:], nonZero())
	}
	if known && !t.cfg.IgnoreParent {
		r.Sampled = sampled
	} else {
		r.Sampled = t.cfg.Sampler.sample(r.ID)
	}
}

// nonZero is a random number that can be an id.
func nonZero() uint64 {
	for {
		if v := rand.Uint64(); v != 0 { //nolint:gosec // unique, not secret
			return v
		}
	}
}

// Root is the span of the request itself.
func (t *Trace) Root() *Span {
	if t == nil {
		return nil
	}
	return &t.root
}

// Remote reports whether the root's parent is the client's span.
func (t *Trace) Remote() bool { return t.remote != SpanID{} }

// Spans are those beneath the root that have ended, in the order in which they began.
func (t *Trace) Spans(each func(*Span)) {
	for _, s := range t.spans[:t.used] {
		if !s.Ended.IsZero() {
			each(s)
		}
	}
}

// Lost is how many spans there were too many.
func (t *Trace) Lost() int { return t.lost }

// Keep says that after the end somebody may still refer to the trace, as after a panic: it is not used again.
func (t *Trace) Keep() {
	if t != nil {
		t.kept = true
	}
}

// End hands the trace to the sink. Nothing may refer to it afterwards.
func (t *Trace) End(now time.Time) {
	if t == nil {
		return
	}
	t.root.Ended = now
	if t.Sampled && t.tracer.cfg.Sink != nil {
		t.tracer.cfg.Sink.Take(t)
	}
	if t.kept {
		return
	}
	for _, s := range t.spans[:t.used] {
		s.forget()
	}
	t.root.forget()
	t.used, t.lost, t.State, t.baggage = 0, 0, "", ""
	t.tracer.pool.Put(t)
}
