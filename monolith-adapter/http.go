package monolith

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ficusgraph/ficus/telemetry/trace"
)

// client sends the requests of one source.
type client struct {
	http    *http.Client
	timeout time.Duration
	max     int64
	// slots bound the requests under way.
	slots chan struct{}
}

func newClient(cfg SourceConfig) *client {
	n := cfg.concurrency()
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: min(cfg.timeout(), 10*time.Second), KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        n,
		MaxIdleConnsPerHost: n,
		IdleConnTimeout:     60 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		// A header larger than this is no header of an application.
		MaxResponseHeaderBytes: 256 << 10,
	}
	return &client{
		timeout: cfg.timeout(), max: cfg.maxResponse(), slots: make(chan struct{}, n),
		http: &http.Client{
			Transport: transport,
			// A redirect could take credentials to another host; it is an answer like any other.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// errTooLarge is an answer of more bytes than are read.
var errTooLarge = errors.New("the answer is larger than max_response_bytes")

// send sends a request, once a slot is free, and reads the answer.
func (c *client) send(ctx context.Context, o *outgoing) (*answer, error) {
	ctx, span := trace.Start(ctx, trace.KindClient, o.method, "", time.Now())
	a, err := c.exchange(ctx, o)
	describe(span, o, a, err)
	span.End(time.Now())
	return a, err
}

// describe adds to a call's span what is known of it. The URL is not: ids and keys may be in it.
func describe(span *trace.Span, o *outgoing, a *answer, err error) {
	span.Text("http.request.method", o.method)
	if u, err := url.Parse(o.url); err == nil {
		span.Text("server.address", u.Hostname())
	}
	switch {
	case err == nil:
		span.Number("http.response.status_code", a.status)
		span.Number("http.response.body.size", len(a.body))
		if a.status >= http.StatusBadRequest {
			span.Fail(strconv.Itoa(a.status))
		}
	case errors.Is(err, context.DeadlineExceeded):
		span.Fail("timeout")
	case errors.Is(err, context.Canceled):
		span.Fail("canceled")
	default:
		span.Fail("_OTHER")
	}
}

func (c *client) exchange(ctx context.Context, o *outgoing) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for one of %d requests to end: %w", cap(c.slots), ctx.Err())
	}
	req, err := http.NewRequestWithContext(ctx, o.method, o.url, bytes.NewReader(o.body))
	if err != nil {
		return nil, err
	}
	if o.body == nil {
		req.Body, req.ContentLength = nil, 0
	}
	for _, h := range o.headers {
		req.Header.Add(h[0], h[1])
	}
	if host := o.header("Host"); host != "" {
		req.Host = host
		req.Header.Del("Host")
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	trace.FromContext(ctx).Inject(req.Header)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := c.read(res)
	if err != nil {
		return nil, err
	}
	return &answer{status: res.StatusCode, header: res.Header, body: body}, nil
}

// read reads the body up to the limit, which counts the bytes after decompression.
func (c *client) read(res *http.Response) ([]byte, error) {
	if res.ContentLength > c.max {
		return nil, errTooLarge
	}
	buf := bytes.NewBuffer(make([]byte, 0, max(512, res.ContentLength+bytes.MinRead)))
	if _, err := buf.ReadFrom(io.LimitReader(res.Body, c.max+1)); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if int64(buf.Len()) > c.max {
		return nil, errTooLarge
	}
	return buf.Bytes(), nil
}
