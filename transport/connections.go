package transport

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// connections bounds how many are open. Whoever opens many and asks nothing on them, or sends their headers a byte at a
// time, would otherwise have the memory, or all file descriptors, and nobody else would be answered.
//
// A connection beyond the limit is taken all the same, and some of those are closed that wait for longest: for a
// request's header first of all, then for a next request. Only where on all of them a request is being answered the
// new one is closed.
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
	// state is an http.ConnState, since when it is so in nanoseconds.
	state, since atomic.Int64
	once         sync.Once
}

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
		c.set(http.StateNew)
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
		state, since int64
	}
	var all []candidate
	for c := range l.open {
		if s := c.state.Load(); s == int64(http.StateNew) || s == int64(http.StateIdle) {
			all = append(all, candidate{c, s, c.since.Load()})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.state, b.state), cmp.Compare(a.since, b.since)) })
	all = all[:min(len(all), max(1, l.most/32))]
	out := make([]*connection, len(all))
	for i, c := range all {
		out[i] = c.connection
	}
	return out
}

func (c *connection) set(state http.ConnState) {
	c.state.Store(int64(state))
	c.since.Store(time.Now().UnixNano())
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

// stateChanged is told by net/http what a connection does.
func stateChanged(c net.Conn, state http.ConnState) {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	if own, ok := c.(*connection); ok {
		own.set(state)
	}
}
