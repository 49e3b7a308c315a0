package facade

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// sender sends requests to back ends; it is the transport of the proxy.
type sender struct{ f *Facade }

// RoundTrip implements http.RoundTripper. An address that takes no connection got nothing: the next one is asked, whatever
// the request does, and all again for as long as the back end may take to boot. A connection that broke without an answer
// may have brought the request: only what does no harm is sent again, once, out of a budget.
func (s sender) RoundTrip(r *http.Request) (*http.Response, error) {
	x := exchangeOf(r.Context())
	b := x.to
	b.retries.earn()
	boot := x.start.Add(b.cfg.Timeouts.Boot)
	var tried []*target
	again := isHarmless(r)
	for {
		t := b.pick(tried)
		if t == nil {
			if !sleep(r.Context(), bootPause) {
				return nil, context.Cause(r.Context())
			}
			tried = nil
			continue
		}
		res, err := x.attempt(r, t)
		if err == nil {
			return res, nil
		}
		switch unsent := isUnsent(err); {
		case r.Context().Err() != nil:
			return nil, err
		case unsent:
			t.unreachable(b.now())
			if tried = append(tried, t); len(tried) == len(b.targets) && !b.now().Before(boot) {
				return nil, x.unreachable(err)
			}
		case again && !x.uploaded() && closedUnanswered(err) && b.retries.spend():
			again = false
			x.resent++
		default:
			return nil, err
		}
	}
}

// bootPause is between two rounds of a request that waits for a back end.
const bootPause = 50 * time.Millisecond

// unsentError is of a request that nobody got a byte of.
type unsentError struct{ error }

func (e unsentError) Unwrap() error { return e.error }

func isUnsent(err error) bool {
	var e unsentError
	return errors.As(err, &e)
}

// codedError has its code said already.
type codedError struct {
	error
	code Code
}

func (e codedError) Unwrap() error { return e.error }

// unreachable is the error of a back end that no address took a connection of.
func (x *exchange) unreachable(err error) error {
	code := dialCode(err)
	switch {
	case code != H21:
		return err
	case x.to.cfg.Timeouts.Boot > 0:
		code = H20
	case x.to.isDown():
		code = H10
	}
	return codedError{err, code}
}

// attempt sends the request to one address. The time to the first byte begins when the request has been sent.
func (x *exchange) attempt(r *http.Request, t *target) (*http.Response, error) {
	var connected atomic.Bool
	dialed := x.f.parts.Now()
	first := x.firstByte()
	trace := &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) {
			connected.Store(true)
			x.connect.Store(int64(x.f.parts.Now().Sub(dialed)))
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				first.start()
			}
		},
		Got100Continue: first.stop,
	}
	out := r.WithContext(httptrace.WithClientTrace(r.Context(), trace))
	at := *r.URL
	at.Scheme, at.Host = t.url.Scheme, t.url.Host
	out.URL = &at
	switch x.to.cfg.Host {
	case "", "keep":
	case "rewrite":
		out.Host = t.url.Host
	default:
		out.Host = x.to.cfg.Host
	}
	if r.Body != nil && r.Body != http.NoBody {
		out.Body = &unclosed{body: r.Body}
	}
	res, err := t.transport.Load().RoundTrip(out)
	first.stop()
	if err == nil {
		t.reached()
		return res, nil
	}
	if (!connected.Load() || dialCode(err) != "") && r.Context().Err() == nil {
		// Also where a kept connection turned out to be closed before: net/http dials anew only if nobody got anything, or if
		// it does no harm.
		return nil, unsentError{err}
	}
	return nil, err
}

// firstByte is the time within which an answer must begin, not started yet.
func (x *exchange) firstByte() *deadline {
	within := x.to.cfg.Timeouts.FirstByte
	if x.route.Timeouts.FirstByte > 0 {
		within = x.route.Timeouts.FirstByte
	}
	return &deadline{within: within, passed: func() { x.cancel(errFirstByte) }}
}

// isHarmless says that a request may be sent twice: it reads, and has no body.
func isHarmless(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && (r.Body == nil || r.Body == http.NoBody) && !isUpgrade(r.Header)
}

// unclosed is a request's body in one attempt: the transport closes it when the attempt fails, and the next one needs it.
// After that, this one gives nothing any more.
type unclosed struct {
	body   io.Reader
	closed atomic.Bool
}

// Read implements io.Reader.
func (u *unclosed) Read(p []byte) (int, error) {
	if u.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	return u.body.Read(p)
}

// Close implements io.Closer.
func (u *unclosed) Close() error {
	u.closed.Store(true)
	return nil
}

// sleep waits, and reports false if the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
