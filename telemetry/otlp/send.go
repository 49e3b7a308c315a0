package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Collector is where spans are sent.
type Collector struct {
	// URL has the scheme, the host, and for HTTP the whole path.
	URL *url.URL
	// GRPC says that it is spoken to in gRPC, and not in HTTP with protobuf.
	GRPC bool
	// Header is sent with each batch.
	Header http.Header
	// Gzip compresses what is sent.
	Gzip bool
	// TLS of an https URL; nil is the system's.
	TLS *tls.Config
}

// exportMethod is the path of gRPC.
const exportMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

// client sends requests to a collector.
type client struct {
	http   *http.Client
	url    string
	header http.Header
	grpc   bool
	gzip   bool
}

func newClient(c Collector) (client, error) {
	if c.URL == nil || c.URL.Host == "" || c.URL.Scheme != "http" && c.URL.Scheme != "https" {
		return client{}, fmt.Errorf("the collector's URL %q must have http:// or https:// and a host", c.URL)
	}
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: c.TLS, ForceAttemptHTTP2: true,
		IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second, DisableCompression: true,
		MaxIdleConnsPerHost: 1, MaxResponseHeaderBytes: 64 << 10,
	}
	u, header := *c.URL, c.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("User-Agent", "ficus")
	header.Set("Content-Type", "application/x-protobuf")
	if c.GRPC {
		u.Path = exportMethod
		header.Set("Content-Type", "application/grpc")
		header.Set("Te", "trailers")
		// gRPC is HTTP/2, without TLS too.
		t.Protocols = &http.Protocols{}
		t.Protocols.SetHTTP2(true)
		t.Protocols.SetUnencryptedHTTP2(true)
	}
	switch {
	case c.Gzip && c.GRPC:
		header.Set("Grpc-Encoding", "gzip")
	case c.Gzip:
		header.Set("Content-Encoding", "gzip")
	}
	return client{
		http: &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		url:  u.String(), header: header, grpc: c.GRPC, gzip: c.Gzip,
	}, nil
}

func (c client) close() { c.http.CloseIdleConnections() }

// failure is an attempt that the collector did not take. Again says that another may do, After how long to wait then.
type failure struct {
	err   error
	again bool
	after time.Duration
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// attempt sends a request until it was taken, or another attempt would not help. It returns how many spans the
// collector refused of it.
func (e *Exporter) attempt(ctx context.Context, request []byte) (refused int, err error) {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Batches.Timeout)
	defer cancel()
	for wait := time.Second; ; wait = min(2*wait, 8*time.Second) {
		refused, err = e.client.send(ctx, request)
		var f *failure
		if err == nil || !errors.As(err, &f) || !f.again || ctx.Err() != nil {
			return refused, err
		}
		pause := max(f.after, wait/2+rand.N(wait/2)) //nolint:gosec // spreads attempts
		if until, ok := ctx.Deadline(); ok && time.Until(until) < pause {
			return 0, err
		}
		select {
		case <-time.After(pause):
		case <-e.stop: // whoever ends does not wait for a collector that is away
			return 0, err
		case <-ctx.Done():
			return 0, err
		}
	}
}

// send makes one attempt.
func (c client) send(ctx context.Context, request []byte) (refused int, err error) {
	body, err := c.body(request)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header = c.header
	res, err := c.http.Do(r)
	if err != nil {
		return 0, &failure{err: err, again: true}
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return 0, &failure{err: fmt.Errorf("read the answer: %w", err), again: true}
	}
	if f := c.judge(res); f != nil {
		return 0, f
	}
	if c.grpc {
		if len(answer) < 5 {
			return 0, nil
		}
		answer = answer[5:]
	}
	return rejected(answer), nil
}

// body is what is sent: compressed, and in gRPC behind five bytes that say so and how long it is.
func (c client) body(request []byte) ([]byte, error) {
	if c.gzip {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(request); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, err
		}
		request = b.Bytes()
	}
	if !c.grpc {
		return request, nil
	}
	framed := make([]byte, 5, 5+len(request))
	if c.gzip {
		framed[0] = 1
	}
	binary.BigEndian.PutUint32(framed[1:], uint32(len(request)))
	return append(framed, request...), nil
}

// judge says what is wrong with an answer whose body was read, nil for nothing.
func (c client) judge(res *http.Response) error {
	if !c.grpc || res.StatusCode != http.StatusOK {
		return judgeStatus(res)
	}
	status := res.Trailer.Get("Grpc-Status")
	if status == "" {
		status = res.Header.Get("Grpc-Status") // an answer that is nothing but a header
	}
	if status == "0" {
		return nil
	}
	message := res.Trailer.Get("Grpc-Message") + res.Header.Get("Grpc-Message")
	return &failure{err: fmt.Errorf("the collector answered grpc-status %q %.200q", status, message), again: againGRPC[status]}
}

// againGRPC are the codes after which another attempt may do: cancelled, deadline exceeded, aborted, out of range,
// unavailable, data loss.
// https://opentelemetry.io/docs/specs/otlp/#failures
var againGRPC = map[string]bool{"1": true, "4": true, "10": true, "11": true, "14": true, "15": true}

func judgeStatus(res *http.Response) error {
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		return nil
	}
	f := &failure{err: fmt.Errorf("the collector answered %s", strings.TrimSpace(res.Status))}
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.again = true
		if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
			f.after = time.Duration(min(s, 3600)) * time.Second
		}
	}
	return f
}

// complaintEvery is how often the log says that spans are lost.
const complaintEvery = time.Minute

// complaint says in the log that spans are lost, not more often than is useful. It is for one goroutine.
type complaint struct {
	log  *slog.Logger
	last time.Time
	lost int
	// told says that the log has a line to which the one that all is well again belongs.
	told bool
}

func (c *complaint) about(err error, lost int) {
	c.lost += lost
	if now := time.Now(); c.last.IsZero() || now.Sub(c.last) >= complaintEvery {
		c.log.Warn("traces do not reach the collector", slog.Int("spans", c.lost), slog.Any("error", err))
		c.last, c.lost, c.told = now, 0, true
	}
}

func (c *complaint) over() {
	if c.told {
		c.log.Info("traces reach the collector again", slog.Int("spans_lost_meanwhile", c.lost))
		c.told, c.lost = false, 0
	}
}
