package engine

import (
	"context"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// Extensions is asked once a request for the context that it is executed in, and for what writes the object that is added
// to its response as "extensions" once it is executed; nil for nothing, and what writes nothing adds none.
type Extensions func(ctx context.Context, of Executed) (context.Context, func(dst []byte) []byte)

// Executed is what is executed: the document, the operation's name, "" if it has none, its plan, and the variables as the
// client sent them. A subscription is one, and so is each of its events, which is said to be one: it is executed in a
// context under that of the subscription.
type Executed struct {
	Document  string
	Operation string
	Plan      *queryplan.Plan
	Event     bool
	Variables []byte
}

// And is both extensions, whose members go into one object.
func (x Extensions) And(other Extensions) Extensions {
	switch {
	case x == nil:
		return other
	case other == nil:
		return x
	}
	return func(ctx context.Context, of Executed) (context.Context, func(dst []byte) []byte) {
		ctx, first := x(ctx, of)
		ctx, second := other(ctx, of)
		switch {
		case first == nil:
			return ctx, second
		case second == nil:
			return ctx, first
		}
		return ctx, func(dst []byte) []byte { return joined(dst, first, second) }
	}
}

// joined writes two objects as one.
func joined(dst []byte, first, second func(dst []byte) []byte) []byte {
	start := len(dst)
	dst = first(dst)
	middle := len(dst)
	if dst = second(dst); len(dst) == middle || middle == start {
		return dst
	}
	dst[middle-1] = ','
	return append(dst[:middle], dst[middle+1:]...) // without the second one's brace
}

// extend asks for the extensions of a request. A request that has some shares no answer with others: they are its own.
func (c *Config) extend(ctx context.Context, of Executed, r *Request) (context.Context, func(dst []byte) []byte, *Request) {
	if c.Extensions == nil {
		return ctx, nil, r
	}
	ctx, write := c.Extensions(ctx, of)
	if write != nil && r.Sharing != nil {
		alone := *r
		alone.Sharing = nil
		r = &alone
	}
	return ctx, write, r
}

// appendExtensions adds the extensions to a response, which is an object with members.
func appendExtensions(dst []byte, write func(dst []byte) []byte) []byte {
	if write == nil {
		return dst
	}
	end := len(dst) - 1
	dst = append(dst[:end], `,"extensions":`...)
	start := len(dst)
	if dst = write(dst); len(dst) == start {
		dst = dst[:end]
	}
	return append(dst, '}')
}
