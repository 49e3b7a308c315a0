//go:build !unix

package wire

import "syscall"

// prober is only where a connection can be looked at without waiting.
type prober struct{ raw syscall.RawConn }

// quiet takes an idle connection for open.
func (c *conn) quiet() bool { return true }
