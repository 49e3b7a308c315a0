package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// held is how many connections an attack of connections holds at one time: as many as a process may have files open,
// most of which are for the gateway's side of other attacks.
const held = 9_000

// dial opens a connection from one of several addresses of the loopback, each of which has ports of its own. One that is
// dropped is reset, so that its port can be used again at once.
func dial(ctx context.Context, address string, n int) (*net.TCPConn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+n%8))}, Timeout: 5 * time.Second}
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	tcp := c.(*net.TCPConn)
	if n%2 == 0 {
		_ = tcp.SetLinger(0)
	}
	return tcp, nil
}

// holding opens connections, has each do something, and holds them to the end.
func holding(ctx context.Context, g *gateway, n, workers int, do func(context.Context, *net.TCPConn) string) fired {
	var seen tally
	var next atomic.Int64
	var all sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	for range workers {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1))
				if i > n {
					return
				}
				c, err := dial(ctx, g.address, i)
				if err != nil {
					seen.add(ending(err))
					continue
				}
				mu.Lock()
				open = append(open, c)
				mu.Unlock()
				seen.add(do(ctx, c))
			}
		})
	}
	all.Wait()
	<-ctx.Done()
	for _, c := range open {
		_ = c.Close()
	}
	return seen.seen
}

// slowHeaders opens connections and sends their headers a line at a time.
func slowHeaders(ctx context.Context, g *gateway, s *settings) fired {
	return trickling(ctx, g, s, "POST /graphql HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n")
}

// slowBodies sends headers, and the body a byte at a time.
func slowBodies(ctx context.Context, g *gateway, s *settings) fired {
	return trickling(ctx, g, s, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{", " ")
}

// trickling sends a beginning on as many connections as there may be, and then a little on each, in turns.
func trickling(ctx context.Context, g *gateway, s *settings, begin, more string) fired {
	var mu sync.Mutex
	var open []*net.TCPConn
	trickle := make(chan struct{})
	go func() {
		defer close(trickle)
		for i := 0; ctx.Err() == nil; i++ {
			mu.Lock()
			n := len(open)
			var c *net.TCPConn
			if n > 0 {
				c = open[i%n]
			}
			mu.Unlock()
			if c != nil {
				_, _ = io.WriteString(c, more)
			}
			if i%100 == 0 {
				most(ctx, 5*time.Millisecond)
			}
		}
	}()
	out := holding(ctx, g, min(held, s.connections), s.attackers, func(_ context.Context, c *net.TCPConn) string {
		if _, err := io.WriteString(c, begin); err != nil {
			return ending(err)
		}
		mu.Lock()
		open = append(open, c)
		mu.Unlock()
		return "held"
	})
	<-trickle
	return out
}

// slowReaders ask for the schema again and again, and read nothing of it.
func slowReaders(ctx context.Context, g *gateway, s *settings) fired {
	const asked = `{"query":"{ __schema { types { name fields { name args { name type { name } } type { name ofType { name } } } } } }"}`
	request := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(asked), asked)
	return holding(ctx, g, min(2_000, s.connections), s.attackers, func(_ context.Context, c *net.TCPConn) string {
		_ = c.SetReadBuffer(4 << 10)
		_ = c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := io.WriteString(c, strings.Repeat(request, 200)); err != nil {
			return "as much as was taken"
		}
		return "held"
	})
}

// headerFloods send header lines for as long as they are taken.
func headerFloods(ctx context.Context, g *gateway, s *settings) fired {
	lines := strings.Repeat("X-Flood: of headers that do not end\r\n", 500)
	return repeating(ctx, g, s, func(c *net.TCPConn) string {
		_, err := io.WriteString(c, "GET /graphql HTTP/1.1\r\nHost: x\r\n")
		for err == nil && ctx.Err() == nil {
			_, err = io.WriteString(c, lines)
		}
		return "connection closed"
	})
}

// pipelines send many requests at one time on one connection, and read no answer until they are all sent.
func pipelines(ctx context.Context, g *gateway, s *settings) fired {
	request := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(query), query)
	return repeating(ctx, g, s, func(c *net.TCPConn) string {
		if _, err := io.WriteString(c, strings.Repeat(request, 300)); err != nil {
			return ending(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
		_, _ = io.CopyN(io.Discard, c, 300*100)
		return "taken"
	})
}

// repeating has each attacker open a connection, do something, and drop it, again and again.
func repeating(ctx context.Context, g *gateway, s *settings, do func(*net.TCPConn) string) fired {
	var seen tally
	var all sync.WaitGroup
	for i := range s.attackers {
		all.Go(func() {
			for n := i; ctx.Err() == nil; n += s.attackers {
				c, err := dial(ctx, g.address, n)
				if err != nil {
					seen.add(ending(err))
					continue
				}
				stop := context.AfterFunc(ctx, func() { _ = c.Close() })
				seen.add(do(c))
				stop()
				_ = c.Close()
			}
		})
	}
	all.Wait()
	return seen.seen
}

// sockets open WebSockets, and say nothing on them.
func sockets(ctx context.Context, g *gateway, s *settings) fired {
	const upgrade = "GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
	return holding(ctx, g, min(held, s.connections), s.attackers, func(_ context.Context, c *net.TCPConn) string {
		_, _ = io.WriteString(c, upgrade)
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		line, err := bufio.NewReaderSize(c, 512).ReadString('\n')
		if err != nil {
			return ending(err)
		}
		return strings.TrimSpace(strings.TrimPrefix(line, "HTTP/1.1 "))
	})
}

// connections are opened in waves and dropped, until there were as many as is said. Some say nothing, some half a
// request, some something else.
func connections(ctx context.Context, g *gateway, s *settings) fired {
	all := fired{}
	ctx = context.WithoutCancel(ctx) // it takes as long as it takes
	for left := s.connections; left > 0; left -= held {
		wave, end := context.WithCancel(ctx)
		n := min(left, held)
		var opened atomic.Int64
		for what, k := range holding(wave, g, n, 4*s.attackers, func(_ context.Context, c *net.TCPConn) string {
			i := opened.Add(1)
			_, _ = io.WriteString(c, [...]string{"", "GET /gra", "\x16\x03\x01\x02\x00\x01", "POST /graphql HTTP/1.1\r\nHost: x\r\n\r\n"}[i%4])
			if int(i) == n {
				end()
			}
			return "opened"
		}) {
			all[what] += k
		}
		end()
	}
	return all
}
