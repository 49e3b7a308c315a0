package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// connections bounds how many are open. Whoever opens many and asks nothing on them, or sends and reads a byte at a time,
// would otherwise have the memory, or all file descriptors, and nobody else would be answered.
//
// A connection beyond the limit is taken all the same, and some of those are closed that keep the gateway waiting for
// longest. Only where on all of them a request is being answered the new one is closed.
type connections struct {
	net.Listener
	most int

	mu   sync.Mutex
	open map[*connection]struct{}
	// closed is told of connections that are closed for others, or at once.
	closed func()
}

// connection is one of a client.
type connection struct {
	net.Conn
	of *connections
	// wait is what is waited for, since when in nanoseconds; writing since when it is written to, 0 if it is not.
	wait, since, writing atomic.Int64
	once                 sync.Once
}

// What a connection can be waiting for, in the order in which connections are closed.
const (
	forHeader int64 = iota
	forBody
	forRequest
	forReader
	// forUs: a request is being answered.
	forUs
	// young are connections of which nothing whole was read for a moment, proven those on which something was answered:
	// nobody can tell yet who of them means it, but that somebody does is more likely of the latter.
	young
	proven
)

// patience is how long a connection may keep the gateway waiting before it is closed for others, as long as there is one
// that does so for longer.
const patience = time.Second

// keeping is the same for a connection that is kept for a next request. Whoever sends that just when it is closed does not
// know whether it was read.
const keeping = 10 * time.Second

// limited is the listener with the bound.
func limited(l net.Listener, most int, closed func()) *connections {
	return &connections{Listener: l, most: most, open: map[*connection]struct{}{}, closed: closed}
}

// Accept implements net.Listener.
func (l *connections) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &connection{Conn: raw, of: l}
		c.set(forHeader)
		if l.enter(c) {
			return c, nil
		}
		l.closed()
		_ = raw.Close()
	}
}

// enter takes a connection, and makes room for it.
func (l *connections) enter(c *connection) bool {
	l.mu.Lock()
	var waiting []*connection
	if len(l.open) >= l.most {
		waiting = l.waiting()
	}
	full := len(l.open) >= l.most && len(waiting) == 0
	if !full {
		l.open[c] = struct{}{}
	}
	l.mu.Unlock()
	for _, w := range waiting {
		l.closed()
		_ = w.Close()
	}
	return !full
}

// waiting are connections to close, some at one time: to look for one each time would cost as much as there are.
func (l *connections) waiting() []*connection {
	type candidate struct {
		*connection
		wait, since int64
	}
	now := time.Now()
	late, kept := now.Add(-patience).UnixNano(), now.Add(-keeping).UnixNano()
	var all []candidate
	for c := range l.open {
		wait, since := c.wait.Load(), c.since.Load()
		if w := c.writing.Load(); w != 0 {
			wait, since = forReader, w
		}
		switch {
		case wait == forUs:
			continue
		case wait == forRequest && since > kept:
			wait = proven // after all that keep waiting for long
		case since <= late:
		case wait == forReader:
			wait = proven
		default:
			wait = young
		}
		all = append(all, candidate{c, wait, since})
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.wait, b.wait), cmp.Compare(a.since, b.since)) })
	all = all[:min(len(all), max(1, l.most/32))]
	out := make([]*connection, len(all))
	for i, c := range all {
		out[i] = c.connection
	}
	return out
}

func (c *connection) set(wait int64) {
	c.wait.Store(wait)
	c.since.Store(time.Now().UnixNano())
}

// Write implements net.Conn.
func (c *connection) Write(b []byte) (int, error) {
	c.writing.Store(time.Now().UnixNano())
	n, err := c.Conn.Write(b)
	c.writing.Store(0)
	return n, err
}

// Close implements net.Conn.
func (c *connection) Close() error {
	c.once.Do(func() {
		c.of.mu.Lock()
		delete(c.of.open, c)
		c.of.mu.Unlock()
	})
	return c.Conn.Close()
}

// ours is the connection beneath what net/http has of it, nil if it is another's.
func ours(c net.Conn) *connection {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	out, _ := c.(*connection)
	return out
}

// stateChanged is told by net/http what a connection does.
func stateChanged(c net.Conn, state http.ConnState) {
	to := ours(c)
	switch {
	case to == nil:
	case state == http.StateNew:
		to.set(forHeader)
	case state == http.StateIdle:
		to.set(forRequest)
	default:
		to.set(forUs)
	}
}

type connectionKey struct{}

// withConnection lets a request's handler know its connection.
func withConnection(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, ours(c))
}

// awaitBody says that the rest of a request's body is waited for, until what it returns is called. Of HTTP/2 that says
// nothing of the connection, which has other requests.
func awaitBody(r *http.Request) (done func()) {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	if c == nil || r.ProtoMajor != 1 {
		return func() {}
	}
	c.set(forBody)
	return func() { c.set(forUs) }
}
