// Package wire sends requests to one host over HTTP/1.1 without TLS, and reads their answers whole.
//
// It does what net/http's transport does for a gateway's fetches, and nothing else: a request with a body that is
// in memory, of any method but HEAD; an answer that is wanted in memory. That lets one goroutine do all the work and one buffer hold all
// the bytes:
//
//	buffer   request line | header | body                 written at once
//	         status line | header | body                  read over it, the body in place
//
// A request is sent again only where nothing of it was written, because the connection that it was to go on
// turned out to be closed. Where anything was written the host may have acted on it, and the fault is returned, but
// for requests that say that they only read.
//
// What a host sends is not trusted: the header is bounded, the length that it announces is believed up to a
// bound before the bytes are there, and anything that two readers could understand in two ways is a fault.
package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// Config bounds a Client; all of it must be given.
type Config struct {
	// Dial makes a connection, within the context's deadline.
	Dial func(ctx context.Context) (net.Conn, error)
	// MaxConns is how many connections there may be. Requests beyond wait for one, within their deadline.
	MaxConns int
	// IdleTimeout is how long an unused connection is kept.
	IdleTimeout time.Duration
	// MaxAge is after how long a connection gets no further request, so that a changed address is noticed.
	MaxAge time.Duration
}

// Client sends requests to one host and keeps the connections.
type Client struct {
	cfg   Config
	slots chan struct{}

	mu sync.Mutex
	// idle are the connections not in use, the one used last at the end.
	idle []*conn
	// sweeper closes what was idle for too long; nil while nothing is.
	sweeper *time.Timer
	closed  bool
}

// New is a client of the host to which the configuration dials.
func New(cfg Config) *Client {
	return &Client{cfg: cfg, slots: make(chan struct{}, cfg.MaxConns)}
}

// Request is one request.
type Request struct {
	// Head is the request line and the header, each line ended, without Content-Length and without the empty line.
	Head []byte
	// More is further header, each line ended, that is this request's own.
	More []byte
	Body []byte
	// Deadline is when the answer must be there.
	Deadline time.Time
	// Limit is the largest body of an answer, in bytes.
	Limit int
	// Reads says that the request changes nothing: it is sent again, once, where a kept connection broke before an
	// answer came, as a host may close one at any time.
	Reads bool
}

// Answer is what the host said. Its bytes are parts of Buffer, which Do overwrites, and which may be larger
// afterwards: an Answer is used again by giving it to Do again.
type Answer struct {
	Status int
	Body   []byte
	Buffer []byte
	header []byte
}

// Do sends a request and reads the answer. On an error the answer has the status if that had arrived.
func (c *Client) Do(ctx context.Context, r *Request, a *Answer) error {
	a.Status, a.Body, a.header = 0, nil, nil
	if err := c.acquire(ctx, r.Deadline); err != nil {
		return err
	}
	defer func() { <-c.slots }()
	for repeated := false; ; {
		cn, err := c.connection(ctx, r.Deadline)
		if err != nil {
			return err
		}
		reused := cn.used
		written, err := cn.exchange(ctx, r, a)
		c.done(cn)
		if err == nil || !reused || ctx.Err() != nil {
			return err
		}
		if written {
			if repeated || !r.Reads || !broken(err) {
				return err
			}
			repeated = true
		}
	}
}

// broken reports whether the host closed the connection without an answer.
func broken(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// acquire waits until there may be one more connection.
func (c *Client) acquire(ctx context.Context, deadline time.Time) error {
	select {
	case c.slots <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return context.DeadlineExceeded
	}
}

// connection is one that is ready to be written to.
func (c *Client) connection(ctx context.Context, deadline time.Time) (*conn, error) {
	for {
		cn := c.take()
		if cn == nil {
			break
		}
		if time.Now().Before(cn.until) && cn.SetDeadline(deadline) == nil && cn.quiet() {
			return cn, nil
		}
		_ = cn.Close()
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	n, err := c.cfg.Dial(ctx)
	if err != nil {
		return nil, err
	}
	cn := newConn(n, time.Now().Add(c.cfg.MaxAge))
	if err := cn.SetDeadline(deadline); err != nil {
		_ = cn.Close()
		return nil, err
	}
	return cn, nil
}
