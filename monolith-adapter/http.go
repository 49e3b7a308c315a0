package monolith

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/ficusgraph/ficus/subgraph/shaping"
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

// send sends a request, once a slot is free, and reads the answer. How it got there is added to the passage.
func (c *client) send(ctx context.Context, o *outgoing, p *shaping.Passage) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	start := time.Now()
	select {
	case c.slots <- struct{}{}:
		p.Waited = time.Since(start)
		defer func() { <-c.slots }()
	case <-ctx.Done():
		p.Waited, p.Refused = time.Since(start), shaping.Busy
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
	p.Attempts++
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := c.read(res)
	if err != nil {
		return nil, err
	}
	p.ResponseBytes = len(body)
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
