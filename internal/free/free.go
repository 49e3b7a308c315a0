// Package free finds addresses for tests whose servers must be told where to listen.
package free

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"testing"
)

// last is the port that was given last. Each process begins elsewhere.
var last atomic.Int64

// Ports that are given: none of those that systems give to connections, which could take one before the server does.
const (
	first = 20_000
	ports = 12_000
)

// Address is a loopback address on which nobody listens. It is given once.
func Address(t testing.TB) string {
	t.Helper()
	last.CompareAndSwap(0, int64(os.Getpid()))
	for range ports {
		address := fmt.Sprint("127.0.0.1:", first+last.Add(1)%ports)
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}
