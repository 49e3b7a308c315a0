package subgraph

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/ficusgraph/ficus/engine/executor"
)

// maxConns is how many connections there may be to one service, and how many are kept when they are not used:
// were fewer kept, each burst would dial anew. Fetches beyond wait for one, within their timeout.
const maxConns = 1024

// Remote is a service that answers GraphQL over HTTP. It keeps its own connections.
//
// A request is sent again only where the connection turned out to be closed before a byte of it was written.
// Where anything was written, the service may have acted on it, and the failure is reported.
type Remote struct {
	name      string
	template  *http.Request
	rules     []rule
	timeout   time.Duration
	maxBytes  int
	transport *http.Transport
	pool      pool
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
	s := cfg.shaping(name)
	return &Remote{
		name: name, rules: rules, timeout: s.Timeout, maxBytes: s.HTTPMaxResponseBytes,
		template: &http.Request{
			Method: http.MethodPost, URL: u, Host: u.Host, Header: protocolHeader(),
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		},
		transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:   true,
			TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConns:        0, // no bound over all: there is one host
			MaxIdleConnsPerHost: maxConns,
			MaxConnsPerHost:     maxConns,
			IdleConnTimeout:     s.PoolIdleTimeout,
			DisableCompression:  true, // encoded answers are read here, into the pooled buffer and under its bound
			ReadBufferSize:      32 << 10,
			WriteBufferSize:     16 << 10,
		},
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
func (r *Remote) Close() { r.transport.CloseIdleConnections() }

// Fetch implements executor.Fetcher.
func (r *Remote) Fetch(ctx context.Context, req *executor.Request) (*executor.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	out := r.request(ctx)
	defer attach(out, req.Body)()
	// RoundTrip and not a Client: no redirect is followed, no cookie kept, and the request not copied again.
	res, err := r.transport.RoundTrip(out) //nolint:bodyclose // answer closes it
	if err != nil {
		return nil, r.failure(ctx, err)
	}
	return r.answer(ctx, res)
}

func (r *Remote) request(ctx context.Context) *http.Request {
	out := r.template.WithContext(ctx)
	if len(r.rules) > 0 {
		out.Header = apply(r.rules, out.Header, FromContext(ctx))
	}
	return out
}

// failure is what became of a fetch without an answer.
func (r *Remote) failure(ctx context.Context, err error) *executor.Error {
	e := &executor.Error{Code: CodeHTTP, Message: "the service could not be reached", Err: fmt.Errorf("fetch %s from %s: %w", r.name, r.template.URL.Redacted(), err)}
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Code, e.Message = CodeTimeout, "the service did not answer in time"
	case ctx.Err() != nil:
		e.Message = "the request was canceled"
	case !errors.As(err, &op) || op.Op != "dial":
		e.Message = "the connection to the service broke before it answered"
	}
	return e
}
