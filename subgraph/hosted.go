package subgraph

import (
	"context"
	"crypto/tls"
	"maps"
	"net/http"
	"net/url"
)

// hosted sends requests by net/http: over TLS, in HTTP/2 where the service has it, or through a proxy.
type hosted struct {
	template    *http.Request
	connections *connections
	http2Only   bool
	maxBytes    int
}

func newHosted(u *url.URL, header http.Header, s Shaping, secure *tls.Config) *hosted {
	return &hosted{
		template: &http.Request{
			Method: http.MethodPost, URL: u, Host: u.Host, Header: header,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		},
		connections: newConnections(s, secure, nil), http2Only: s.ExperimentalHTTP2 == HTTP2Only, maxBytes: s.HTTPMaxResponseBytes,
	}
}

func (h *hosted) close() { h.connections.close() }

func (h *hosted) send(ctx context.Context, out outgoing, into *reply) error {
	ctx, cancel := context.WithDeadline(ctx, out.deadline)
	defer cancel()
	if out.span != nil {
		if out.header == nil {
			out.header = maps.Clone(h.template.Header)
		}
		out.span.Inject(out.header)
	}
	if out.form != nil {
		out.header = formHeader(h.template.Header, out)
	}
	r := h.request(ctx, out.header)
	if out.form != nil {
		attachForm(r, out.form)
	} else {
		defer attach(r, out.body)()
	}
	if out.mutation {
		r = once(r, h.http2Only)
	}
	into.Status = 0
	// RoundTrip and not a Client: no redirect is followed, no cookie kept, and the request not copied again.
	res, done, err := h.connections.roundTrip(r, out.now)
	defer done()
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	into.Status, into.header = res.StatusCode, res.Header
	return into.readAll(res.Body, res.ContentLength, h.maxBytes)
}

func (h *hosted) request(ctx context.Context, header http.Header) *http.Request {
	r := h.template.WithContext(ctx)
	if header != nil {
		r.Header = header
		hideIdempotencyKeys(header)
		if _, ok := header["User-Agent"]; !ok {
			header["User-Agent"] = nil // or net/http would send its own
		}
	}
	return r
}
