// Package subgraph is how a fetch leaves: to a service over HTTP, or to resolvers in this process.
//
// Both are Fetchers, and a Table picks the one that a fetch is for:
//
//	fetch -> Table -> Remote   POST to the service; its answer is read into a pooled buffer, judged, not parsed
//	              \-> Local    the same request, executed in this process
//
// A Remote without TLS is spoken to by package wire, which costs half of what net/http does; all others by
// net/http (wired.go, hosted.go).
//
// Who sent the request in hand reaches a Remote by the context (NewContext), and header rules say what of it
// goes on to the service. By default nothing does: a service sees no header of a client.
//
// An answer that is GraphQL is handed on whatever its HTTP status. All else (no connection, no answer in
// time, HTML, a redirect, too much) is an *executor.Error, whose message says what happened without a name or
// an address; those are in the error that it wraps, for the log.
package subgraph

import (
	"context"
	"fmt"
	"maps"
	"net/http"

	"github.com/ficusgraph/ficus/engine/executor"
)

// Codes of failed fetches, in extensions.code.
const (
	CodeHTTP    = "SUBREQUEST_HTTP_ERROR"
	CodeTimeout = "GATEWAY_TIMEOUT"
	CodeRouting = "INTERNAL_SERVER_ERROR"
	// CodeIdentity is a service that could not be shown who asks, and was not asked therefore.
	CodeIdentity = "SUBREQUEST_IDENTITY_ERROR"
	// CodeRateLimited is a fetch that was not sent, as the service had enough of them; CodeUnavailable one that was
	// not, as the service fails or is too slow.
	CodeRateLimited = "REQUEST_RATE_LIMITED"
	CodeUnavailable = "UPSTREAM_UNAVAILABLE"
)

// Table hands each fetch to the Fetcher of its subgraph. It is immutable.
type Table struct {
	fetchers map[string]executor.Fetcher
}

var _ executor.Streamer = (*Table)(nil)

// NewTable is a table of fetchers by the names of their subgraphs.
func NewTable(fetchers map[string]executor.Fetcher) *Table {
	return &Table{fetchers: maps.Clone(fetchers)}
}

// Fetch implements executor.Fetcher.
func (t *Table) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	f, ok := t.fetchers[r.Fetch.Subgraph]
	if !ok {
		return nil, &executor.Error{
			Code: CodeRouting, Message: "no source is configured for this field",
			Err: fmt.Errorf("subgraph %q has no fetcher", r.Fetch.Subgraph),
		}
	}
	return f.Fetch(ctx, r)
}

// Stream implements executor.Streamer.
func (t *Table) Stream(ctx context.Context, r *executor.Request, take func(*executor.Response) error) error {
	f, ok := t.fetchers[r.Fetch.Subgraph]
	if !ok {
		_, err := t.Fetch(ctx, r)
		return err
	}
	return executor.Stream(ctx, f, r, take)
}

// Inbound is what a client sent, as far as header rules may use it.
type Inbound struct {
	// Header of the client's request; it must not change while the request is answered.
	Header http.Header
	// Claim is a claim of the verified token as text, or false; nil without a token.
	Claim func(name string) (string, bool)
}

type inboundKey struct{}

// NewContext makes the client's request known to the fetches under the context.
func NewContext(ctx context.Context, in Inbound) context.Context {
	return context.WithValue(ctx, inboundKey{}, &in)
}

// FromContext is the client's request as NewContext made it known; without one, nothing was sent.
func FromContext(ctx context.Context) *Inbound {
	if in, ok := ctx.Value(inboundKey{}).(*Inbound); ok {
		return in
	}
	return &Inbound{}
}
