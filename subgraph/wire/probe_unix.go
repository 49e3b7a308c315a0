//go:build unix

package wire

import "syscall"

// prober looks whether anything arrived on a connection that is idle, without waiting for it.
type prober struct {
	raw    syscall.RawConn
	silent bool
	one    [1]byte
	look   func(fd uintptr) bool
}

// quiet reports whether an idle connection is open and the host has said nothing on it: not that it closes it,
// and nothing that nobody asked for.
func (c *conn) quiet() bool {
	p := &c.probe
	if p.raw == nil {
		return true
	}
	if p.look == nil {
		p.look = func(fd uintptr) bool {
			n, err := syscall.Read(int(fd), p.one[:])
			p.silent = n < 0 && (err == syscall.EAGAIN || err == syscall.EWOULDBLOCK)
			return true
		}
	}
	p.silent = false
	return p.raw.Read(p.look) == nil && p.silent
}
