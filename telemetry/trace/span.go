package trace

import (
	"context"
	"encoding/binary"
	"time"
)

// Kind says on which side of a request a span stands, in OpenTelemetry's numbers.
type Kind uint8

// The kinds.
const (
	KindInternal Kind = 1
	KindServer   Kind = 2
	KindClient   Kind = 3
)

// Span is something that took time. It is written by one goroutine at a time.
type Span struct {
	trace      *Trace
	ID, Parent SpanID
	Kind       Kind
	// Name is what was done, Of to what; Of is empty for nothing in particular.
	Name, Of     string
	Began, Ended time.Time
	// Failed says that it did not do what it was for.
	Failed     bool
	Attributes []Attribute
}

// Attribute is something that is known of a span: a text, or a number if Text is empty.
type Attribute struct {
	Key, Text string
	Number    int64
}

// begin makes the span a new one.
func (s *Span) begin(kind Kind, name, of string, now time.Time) {
	binary.BigEndian.PutUint64(s.ID[:], nonZero())
	s.Kind, s.Name, s.Of, s.Began, s.Ended, s.Failed = kind, name, of, now, time.Time{}, false
	s.Attributes = s.Attributes[:0]
}

// maxKept is how many attributes a span keeps room for.
const maxKept = 64

// forget lets go of what the span refers to.
func (s *Span) forget() {
	clear(s.Attributes)
	if cap(s.Attributes) > maxKept {
		s.Attributes = nil
	}
	s.Name, s.Of = "", ""
}

// start is a new span beneath this one, nil if none is recorded.
func (s *Span) start(kind Kind, name, of string, now time.Time) *Span {
	if s == nil || !s.trace.Sampled {
		return nil
	}
	t := s.trace
	t.mu.Lock()
	if t.used == maxSpans {
		t.lost++
		t.mu.Unlock()
		return nil
	}
	if t.used == len(t.spans) {
		t.spans = append(t.spans, &Span{trace: t})
	}
	child := t.spans[t.used]
	t.used++
	// Before anybody else can see it: whoever reads the spans reads those that have ended.
	child.begin(kind, name, of, now)
	t.mu.Unlock()
	child.Parent = s.ID
	return child
}

// Start begins a span beneath the one of the context, and is the context of what it is for.
func Start(ctx context.Context, kind Kind, name, of string, now time.Time) (context.Context, *Span) {
	s := FromContext(ctx).start(kind, name, of, now)
	if s == nil {
		return ctx, nil
	}
	return NewContext(ctx, s), s
}

// Record adds a span that is over already, beneath the one of the context.
func Record(ctx context.Context, name string, began time.Time, took time.Duration) *Span {
	s := FromContext(ctx).start(KindInternal, name, "", began)
	if s != nil {
		s.Ended = began.Add(took)
	}
	return s
}

// End says when the span was over. A span that never ended is not reported.
func (s *Span) End(now time.Time) {
	if s != nil {
		s.Ended = now
	}
}

// Rename says what was done, where that was not known at first.
func (s *Span) Rename(name, of string) {
	if s != nil {
		s.Name, s.Of = name, of
	}
}

// Text adds what is known of the span; nothing if it is empty.
func (s *Span) Text(key, text string) {
	if s != nil && text != "" && s.trace.Sampled {
		s.Attributes = append(s.Attributes, Attribute{Key: key, Text: text})
	}
}

// Number adds a number.
func (s *Span) Number(key string, n int) {
	if s != nil && s.trace.Sampled {
		s.Attributes = append(s.Attributes, Attribute{Key: key, Number: int64(n)})
	}
}

// Fail says that it did not do what it was for, and the code of why.
func (s *Span) Fail(code string) {
	if s != nil {
		s.Failed = true
		s.Text("error.type", code)
	}
}

// Trace is what the span belongs to.
func (s *Span) Trace() *Trace {
	if s == nil {
		return nil
	}
	return s.trace
}

type contextKey struct{}

// NewContext makes what happens under the context part of the span.
func NewContext(ctx context.Context, s *Span) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// FromContext is the span that the context is part of, nil for none.
func FromContext(ctx context.Context) *Span {
	s, _ := ctx.Value(contextKey{}).(*Span)
	return s
}

// Child is the span, nil for the request's own: that one many may have at a time.
func (s *Span) Child() *Span {
	if s == nil || s == &s.trace.root {
		return nil
	}
	return s
}
