package subgraph

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// Remote is a service that answers GraphQL over HTTP. It keeps its own connections.
//
// A request is sent again only where the connection turned out to be closed before a byte of it was written, and,
// but for mutations, where the service says in HTTP/2 that it did not act on it, and once where a kept connection
// without TLS broke before an answer came: a service that ends closes those, just when something is written to one. In
// all other cases it may have acted, and the failure is reported.
type Remote struct {
	name     string
	url      *url.URL
	header   http.Header
	rules    []rule
	shown    Shown
	timeout  time.Duration
	maxBytes int
	sender   sender
	pool     pool
	closed   atomic.Bool
}

var _ executor.Fetcher = (*Remote)(nil)

// sender is how requests go to a service and answers come back.
type sender interface {
	// send reads the answer into the reply, which on an error has the status if that had arrived. What is sent is
	// not used after send has returned.
	send(ctx context.Context, out outgoing, into *reply) error
	// close closes the connections that are not in use; the others close when their fetches end.
	close()
}

// outgoing is what is sent.
type outgoing struct {
	// header is nil if it is the protocol's own.
	header http.Header
	// span is what services are told that they work for; nil for nothing.
	span *trace.Span
	body []byte
	// now is when the fetch began, and deadline when the answer must be there.
	now, deadline time.Time
	mutation      bool
}

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
	r := &Remote{name: name, url: u, header: protocolHeader(), rules: rules, timeout: s.Timeout, maxBytes: s.HTTPMaxResponseBytes}
	if cfg.Shown != nil {
		r.shown = cfg.Shown(name)
	}
	if direct(u, s) {
		r.sender = newWired(u, r.header, s)
	} else {
		r.sender = newHosted(u, r.header, s, secure)
	}
	return r, nil
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
	r.sender.close()
}

// settle closes what a fetch leaves open on a service that is not asked any more: requests that began on the last
// graph still are.
func (r *Remote) settle() {
	if r.closed.Load() {
		r.sender.close()
	}
}

// Fetch implements executor.Fetcher.
func (r *Remote) Fetch(ctx context.Context, req *executor.Request) (*executor.Response, error) {
	defer r.settle()
	now := time.Now()
	out := outgoing{span: trace.FromContext(ctx), body: req.Body, now: now, deadline: now.Add(r.timeout), mutation: req.Fetch.Kind == ast.Mutation}
	if len(r.rules) > 0 {
		out.header = apply(r.rules, r.header, FromContext(ctx))
	}
	var credentials [][2]string
	if r.shown != nil {
		var err error
		if out.header, credentials, err = r.show(ctx, out.header); err != nil {
			return nil, err
		}
	}
	reply := r.pool.reply(max(len(req.Body)+length(credentials), req.Expect) + headRoom)
	err := r.sender.send(ctx, out, reply)
	if credentials != nil {
		r.shown.Answered(ctx, credentials, reply.Status)
	}
	if reply.Status != 0 {
		out.span.Child().Number("http.response.status_code", reply.Status)
	}
	if err == nil {
		err = r.pool.decode(reply, r.maxBytes)
	}
	if err != nil {
		err := r.failure(ctx, reply.Status, err)
		reply.free()
		return nil, err
	}
	return r.judged(reply)
}
