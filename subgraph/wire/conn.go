package wire

import (
	"context"
	"net"
	"strconv"
	"syscall"
	"time"
)

// conn is one connection. It is used by one goroutine at a time.
type conn struct {
	net.Conn
	// used says that there was an answer on it before, spent that there can be no further request.
	used, spent bool
	// since is when it became idle, and until when it may be used.
	since, until time.Time
	// abort ends what is being read or written.
	abort func()
	probe prober
}

func newConn(n net.Conn, until time.Time) *conn {
	c := &conn{Conn: n, until: until}
	c.abort = func() { _ = n.SetDeadline(time.Unix(1, 0)) }
	if s, ok := n.(syscall.Conn); ok {
		c.probe.raw, _ = s.SyscallConn()
	}
	return c
}

// copied is up to which size a body is copied behind the header, to be sent with it in one write.
const copied = 64 << 10

// exchange sends a request and reads the answer. It reports whether anything of the request was written.
func (c *conn) exchange(ctx context.Context, r *Request, a *Answer) (written bool, err error) {
	c.spent = true // until all went well
	stop := context.AfterFunc(ctx, c.abort)
	written, err = c.send(r, a)
	keep := false
	if err == nil {
		keep, err = c.receive(r, a)
	}
	if !stop() {
		keep = false // what aborts may come only now
		if err != nil {
			err = ctx.Err()
		}
	}
	c.spent = !keep || err != nil
	return written, err
}

// send writes the request, in one piece unless it is large.
func (c *conn) send(r *Request, a *Answer) (written bool, err error) {
	b := a.Buffer[:0]
	b = append(b, r.Head...)
	b = append(b, r.More...)
	if !r.Reads || len(r.Body) > 0 {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(r.Body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	small := len(r.Body) <= copied
	if small {
		b = append(b, r.Body...)
	}
	a.Buffer = b
	n, err := c.Write(b)
	if err == nil && !small {
		_, err = c.Write(r.Body)
	}
	return n > 0, err
}

// receive reads the answer, and says whether the connection can be used again.
func (c *conn) receive(r *Request, a *Answer) (keep bool, err error) {
	in := input{from: c.Conn, buf: a.Buffer[:cap(a.Buffer)], limit: r.Limit}
	h, err := in.head()
	if err == nil {
		a.Status = h.status
		start := in.at
		a.header = in.buf[h.start:h.end]
		if err = in.body(&h); err == nil {
			a.header, a.Body = in.buf[h.start:h.end], in.buf[start:in.bodyEnd:in.bodyEnd]
		}
	}
	a.Buffer = in.buf
	return h.persistent && in.at == in.end, err
}
