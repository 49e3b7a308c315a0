package subgraph

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
)

// Remote is a service that answers GraphQL over HTTP. It keeps its own connections.
//
// A request is sent again only where the connection turned out to be closed before a byte of it was written, and,
// but for mutations, where the service says in HTTP/2 that it did not act on it. In all other cases it may have, and
// the failure is reported.
type Remote struct {
	name        string
	template    *http.Request
	rules       []rule
	timeout     time.Duration
	maxBytes    int
	connections *connections
	http2Only   bool
	pool        pool
	closed      atomic.Bool
}

var _ executor.Fetcher = (*Remote)(nil)

// NewRemote is the service at the URL, which answers for the subgraph of that name.
func NewRemote(name, url string, cfg Config) (*Remote, error) {
	if to, ok := cfg.OverrideSubgraphURL[name]; ok {
		url = to
	}
	u, err := parseURL(url)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	rules, err := cfg.Headers.compile(name)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	secure, err := cfg.TLS.config(name)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: tls: %w", name, err)
	}
	s := cfg.shaping(name)
	return &Remote{
		name: name, rules: rules, timeout: s.Timeout, maxBytes: s.HTTPMaxResponseBytes,
		template: &http.Request{
			Method: http.MethodPost, URL: u, Host: u.Host, Header: protocolHeader(),
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		},
		connections: newConnections(s, secure), http2Only: s.ExperimentalHTTP2 == HTTP2Only,
	}, nil
}

// protocolHeader is what every request has. Its map is shared by requests, which do not change it.
func protocolHeader() http.Header {
	return http.Header{
		"Content-Type":    {"application/json"},
		"Accept":          {"application/json, application/graphql-response+json"},
		"Accept-Encoding": {acceptedCodings},
		"User-Agent":      {"ficus"},
	}
}

// Close closes the connections that are not in use; the others close when their fetches end.
func (r *Remote) Close() {
	r.closed.Store(true)
	r.connections.close()
}

// settle closes what a fetch leaves open on a service that is not asked any more: requests that began on the last
// graph still are.
func (r *Remote) settle() {
	if r.closed.Load() {
		r.connections.close()
	}
}

// Fetch implements executor.Fetcher.
func (r *Remote) Fetch(ctx context.Context, req *executor.Request) (*executor.Response, error) {
	defer r.settle()
	now := time.Now()
	ctx, cancel := context.WithDeadline(ctx, now.Add(r.timeout))
	defer cancel()
	out := r.request(ctx)
	defer attach(out, req.Body)()
	if req.Fetch.Kind == ast.Mutation {
		out = once(out, r.http2Only)
	}
	// RoundTrip and not a Client: no redirect is followed, no cookie kept, and the request not copied again.
	res, done, err := r.connections.roundTrip(out, now) //nolint:bodyclose // answer closes it
	defer done()
	if err != nil {
		return nil, r.failure(ctx, err)
	}
	return r.answer(ctx, res)
}

func (r *Remote) request(ctx context.Context) *http.Request {
	out := r.template.WithContext(ctx)
	if len(r.rules) > 0 {
		out.Header = apply(r.rules, out.Header, FromContext(ctx))
		hideIdempotencyKeys(out.Header)
	}
	return out
}
