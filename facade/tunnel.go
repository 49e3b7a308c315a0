package facade

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
)

// tunnels are the connections that were upgraded: the server does not know of them any more.
type tunnels struct {
	mu     sync.Mutex
	all    map[*tunnel]bool
	ending bool
	empty  chan struct{}
}

// tunnel is one of them.
type tunnel struct {
	x *exchange
	// frames follows the frames from the back end to the client, nil for what is no WebSocket.
	frames *frames
	back   io.ReadWriteCloser
	quiet  deadline

	mu     sync.Mutex // of what is written to the client
	user   net.Conn
	closed bool
}

// upgrade takes note of a connection that the back end upgrades.
func (x *exchange) upgrade(res *http.Response) error {
	back, ok := res.Body.(io.ReadWriteCloser)
	if !ok {
		return errors.New("the upgraded connection cannot be written to")
	}
	t := &tunnel{x: x, back: back}
	t.quiet = deadline{within: x.idle(), passed: func() { t.cut(H15, errIdle) }}
	if isWebSocket(res.Header) {
		t.frames = &frames{}
	}
	x.dress(res.Header)
	res.Body = &tunnelBack{t}
	x.status = res.StatusCode
	x.seen = nil
	x.tunnel = t
	return nil
}

// Hijack implements http.Hijacker: the proxy takes the connection, and leaves the exchange an eye on it.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := x.control.Hijack()
	if err != nil || x.tunnel == nil {
		return conn, rw, err
	}
	t := x.tunnel
	t.mu.Lock()
	t.user = conn
	t.mu.Unlock()
	t.quiet.start()
	x.f.tunnels.add(t)
	return &tunnelUser{Conn: conn, t: t}, rw, nil
}

// cut ends a tunnel for a reason.
func (t *tunnel) cut(code Code, cause error) {
	t.x.fault(code, cause)
	t.quiet.stop()
	t.mu.Lock()
	user := t.user
	t.closed = true
	t.mu.Unlock()
	if user != nil {
		_ = user.Close()
	}
	_ = t.back.Close()
}

// leave tells a WebSocket client to come back elsewhere, once the frame that is under way has been written, and the back end
// that it leaves.
func (t *tunnel) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.frames == nil || t.closed {
		return // only its deadline ends it
	}
	t.frames.leaving = true
	if t.frames.between() {
		t.bye()
	}
}

// bye writes the closing frames. The caller holds the lock; nothing is written to the client afterwards.
func (t *tunnel) bye() {
	t.closed = true
	_, _ = t.user.Write(goingAway)
	_, _ = t.back.Write(goingAwayMasked)
	_ = t.user.Close()
	_ = t.back.Close()
}

// tunnelUser is the client's end.
type tunnelUser struct {
	net.Conn
	t *tunnel
}

// Read implements io.Reader.
func (u *tunnelUser) Read(p []byte) (int, error) {
	n, err := u.Conn.Read(p)
	u.t.quiet.restart()
	return n, err
}

// Write implements io.Writer.
func (u *tunnelUser) Write(p []byte) (int, error) {
	t := u.t
	t.quiet.restart()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return 0, net.ErrClosed
	}
	if t.frames == nil {
		n, err := u.Conn.Write(p)
		t.x.bytes += int64(n)
		return n, err
	}
	upTo := t.frames.follow(p)
	n, err := u.Conn.Write(p[:upTo])
	t.x.bytes += int64(n)
	if err == nil && t.frames.leaving && t.frames.between() {
		t.bye()
		return n, net.ErrClosed
	}
	return n, err
}

// Close implements io.Closer.
func (u *tunnelUser) Close() error {
	u.t.x.finished.Store(true)
	u.t.quiet.stop()
	return u.Conn.Close()
}

// tunnelBack is the back end's.
type tunnelBack struct{ t *tunnel }

// Read implements io.Reader.
func (b *tunnelBack) Read(p []byte) (int, error) { return b.t.back.Read(p) }

// Write implements io.Writer.
func (b *tunnelBack) Write(p []byte) (int, error) { return b.t.back.Write(p) }

// Close implements io.Closer.
func (b *tunnelBack) Close() error { return b.t.back.Close() }

func (t *tunnels) add(one *tunnel) {
	t.mu.Lock()
	if t.all == nil {
		t.all = map[*tunnel]bool{}
	}
	t.all[one] = true
	ending := t.ending
	t.mu.Unlock()
	if ending {
		one.leave()
	}
}

func (t *tunnels) remove(one *tunnel) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, one)
	if t.empty != nil && len(t.all) == 0 {
		close(t.empty)
		t.empty = nil
	}
}

func (t *tunnels) list() []*tunnel {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]*tunnel, 0, len(t.all))
	for one := range t.all {
		out = append(out, one)
	}
	return out
}

func (t *tunnels) end() {
	t.mu.Lock()
	t.ending = true
	t.mu.Unlock()
	for _, one := range t.list() {
		one.leave()
	}
}

// wait waits until there is none.
func (t *tunnels) wait(ctx context.Context) error {
	t.mu.Lock()
	if len(t.all) == 0 {
		t.mu.Unlock()
		return nil
	}
	empty := make(chan struct{})
	t.empty = empty
	t.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *tunnels) cut() {
	for _, one := range t.list() {
		one.cut(H24, errEnded)
	}
}
