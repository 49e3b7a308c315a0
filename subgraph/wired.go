package subgraph

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/subgraph/wire"
)

// wired sends requests to a service without TLS: package wire does that for half of what net/http needs.
type wired struct {
	client *wire.Client
	// line is the request line with the host, head that with the protocol's own header.
	line, head []byte
	maxBytes   int
}

// direct reports whether a service can be spoken to as wire does: without TLS, not in HTTP/2, not through a proxy.
func direct(u *url.URL, s Shaping) bool {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u})
	return u.Scheme == "http" && s.ExperimentalHTTP2 != HTTP2Only && proxy == nil && err == nil && ascii(u.Host)
}

// ascii reports whether a host is written as the network needs it; others net/http translates.
func ascii(host string) bool {
	return !strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || c > '~' })
}

func newWired(u *url.URL, header http.Header, s Shaping) *wired {
	port := u.Port()
	if port == "" {
		port = "80"
	}
	line := "POST " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\n"
	address, dial := net.JoinHostPort(u.Hostname(), port), dialer(s, nil)
	return &wired{
		client: wire.New(wire.Config{
			Dial:     func(ctx context.Context) (net.Conn, error) { return dial(ctx, "tcp", address) },
			MaxConns: s.MaxConnsPerHost, IdleTimeout: s.PoolIdleTimeout, MaxAge: s.PoolMaxAge,
		}),
		line: []byte(line), head: appendHeader([]byte(line), header), maxBytes: s.HTTPMaxResponseBytes,
	}
}

func (w *wired) close() { w.client.Close() }

func (w *wired) send(ctx context.Context, out outgoing, into *reply) error {
	head := w.head
	into.more = out.span.AppendHeader(into.more[:0])
	if out.header != nil {
		out.span.Replace(out.header)
		head = appendHeader(slices.Clip(w.line), out.header)
	}
	r := wire.Request{Head: head, More: into.more, Body: out.body, Deadline: out.deadline, Limit: w.maxBytes, Reads: !out.mutation}
	err := w.client.Do(ctx, &r, &into.Answer)
	into.header = &into.Answer
	if errors.Is(err, wire.ErrTooLarge) {
		return errTooLarge
	}
	return err
}

// lineBreaks cannot be in a header's value: what comes behind would be another header.
var lineBreaks = strings.NewReplacer("\r", " ", "\n", " ")

// appendHeader writes a header, sorted.
func appendHeader(dst []byte, h http.Header) []byte {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			dst = appendField(dst, name, v)
		}
	}
	return dst
}

func appendField(dst []byte, name, value string) []byte {
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	dst = append(dst, lineBreaks.Replace(value)...)
	return append(dst, "\r\n"...)
}
