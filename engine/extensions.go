package engine

import "context"

// Extensions is asked once a request for the context that it is executed in, and for what writes the object that is added
// to its response as "extensions" once it is executed; nil for nothing.
type Extensions func(ctx context.Context) (context.Context, func(dst []byte) []byte)

// extend asks for the extensions of a request. A request that has some shares no answer with others: they are its own.
func (c *Config) extend(ctx context.Context, r *Request) (context.Context, func(dst []byte) []byte, *Request) {
	if c.Extensions == nil {
		return ctx, nil, r
	}
	ctx, write := c.Extensions(ctx)
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
	dst = append(dst[:len(dst)-1], `,"extensions":`...)
	return append(write(dst), '}')
}
