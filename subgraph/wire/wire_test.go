package wire_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/subgraph/wire"
)

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// host answers each request, read in full, by what say returns; "" hangs up. Connections are counted.
func host(t *testing.T, say func(conn int32, r *http.Request, body []byte) string) (addr string, conns *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	conns = new(atomic.Int32)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := conns.Add(1)
			go func() {
				defer func() { _ = c.Close() }()
				for in := bufio.NewReader(c); ; {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					body, _ := io.ReadAll(r.Body)
					text := say(n, r, body)
					if _, err := io.WriteString(c, text); err != nil || text == "" {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String(), conns
}

func dial(addr string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", addr) }
}

func client(t *testing.T, addr string, max int) *wire.Client {
	t.Helper()
	c := wire.New(wire.Config{Dial: dial(addr), MaxConns: max, IdleTimeout: time.Minute, MaxAge: time.Hour})
	t.Cleanup(c.Close)
	return c
}

func post(ctx context.Context, c *wire.Client, a *wire.Answer, body string) error {
	return c.Do(ctx, &wire.Request{
		Head: []byte("POST /graphql HTTP/1.1\r\nHost: example.com\r\n"), Body: []byte(body),
		Deadline: time.Now().Add(5 * time.Second), Limit: 4 << 20,
	}, a)
}

func TestAnAnswerIsUsedAgain(t *testing.T) {
	addr, conns := host(t, func(_ int32, r *http.Request, body []byte) string {
		return "HTTP/1.1 201 Made\r\nX-Path: " + r.RequestURI + "\r\nx-path:  two \r\nTransfer-Encoding: chunked\r\n\r\n3\r\n" +
			string(body[:3]) + "\r\n2;a=b\r\n" + string(body[3:5]) + "\r\n0\r\nTrailer: t\r\n\r\n"
	})
	c := client(t, addr, 4)
	var a wire.Answer
	for _, body := range []string{"first", "again"} {
		if err := post(t.Context(), c, &a, body); err != nil || a.Status != 201 || string(a.Body) != body {
			t.Fatalf("%v, %d %q", err, a.Status, a.Body)
		}
		if diff := cmp.Diff([]string{"/graphql", "two"}, a.Values("X-PATH")); diff != "" {
			t.Error(diff)
		}
		if a.Get("x-path") != "/graphql" || a.Get("X-None") != "" {
			t.Errorf("%q", a.Get("x-path"))
		}
	}
	if conns.Load() != 1 {
		t.Errorf("%d connections", conns.Load())
	}
}

func TestLargeBodiesPass(t *testing.T) {
	addr, conns := host(t, func(_ int32, _ *http.Request, body []byte) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body)
	})
	c := client(t, addr, 4)
	var a wire.Answer
	for _, size := range []int{0, 1, 64 << 10, 64<<10 + 1, 3 << 20} {
		body := strings.Repeat("x", size)
		if err := post(t.Context(), c, &a, body); err != nil || string(a.Body) != body {
			t.Errorf("%d bytes: %v, got %d", size, err, len(a.Body))
		}
	}
	if conns.Load() != 1 {
		t.Errorf("%d connections", conns.Load())
	}
	if err := post(t.Context(), c, &a, strings.Repeat("x", 4<<20+1)); !errors.Is(err, wire.ErrTooLarge) || a.Status != 200 {
		t.Errorf("%v, %d", err, a.Status)
	}
}

func TestConnectionsAreNotReusedAgainstTheHostsWill(t *testing.T) {
	for name, text := range map[string]string{
		"said so":              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\nok",
		"an old host":          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"two lengths":          "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"more than was asked":  ok + ok,
		"more, but later":      ok,
		"closes, but silently": ok,
	} {
		t.Run(name, func(t *testing.T) {
			addr, conns := host(t, func(n int32, _ *http.Request, body []byte) string {
				if string(body) == "second" && n == 1 {
					return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale"
				}
				return text
			})
			if name == "more, but later" || name == "closes, but silently" {
				addr, conns = later(t, name == "more, but later")
			}
			c := client(t, addr, 4)
			var a wire.Answer
			for _, body := range []string{"first", "second"} {
				if err := post(t.Context(), c, &a, body); err != nil || string(a.Body) != "ok" {
					t.Errorf("%s: %v %q", body, err, a.Body)
				}
				time.Sleep(20 * time.Millisecond)
			}
			if conns.Load() != 2 {
				t.Errorf("%d connections", conns.Load())
			}
		})
	}
}

// later is a host that, a moment after its first answer, says more, or closes the connection.
func later(t *testing.T, more bool) (string, *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	conns := new(atomic.Int32)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			conns.Add(1)
			r, err := http.ReadRequest(bufio.NewReader(c))
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(c, ok)
			time.Sleep(5 * time.Millisecond)
			if more {
				_, _ = io.WriteString(c, ok)
			} else {
				_ = c.Close()
			}
		}
	}()
	return l.Addr().String(), conns
}

func TestRequestsWaitForAConnection(t *testing.T) {
	let := make(chan struct{})
	addr, conns := host(t, func(int32, *http.Request, []byte) string { <-let; return ok })
	c := client(t, addr, 2)
	results := make(chan error, 3)
	for range 3 {
		go func() { results <- post(context.Background(), c, new(wire.Answer), "x") }()
	}
	time.Sleep(20 * time.Millisecond)
	if n := conns.Load(); n > 2 {
		t.Errorf("%d connections", n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := post(ctx, c, new(wire.Answer), "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting ended with %v", err)
	}
	close(let)
	for range 3 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestACanceledRequestEndsAtOnceAndTakesItsConnectionAlong(t *testing.T) {
	addr, conns := host(t, func(n int32, _ *http.Request, _ []byte) string {
		if n == 1 {
			time.Sleep(200 * time.Millisecond)
			return strings.Replace(ok, "ok", "no", 1)
		}
		return ok
	})
	c := client(t, addr, 4)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	start := time.Now()
	var a wire.Answer
	if err := post(ctx, c, &a, "x"); !errors.Is(err, context.Canceled) || time.Since(start) > 150*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	if err := post(t.Context(), c, &a, "x"); err != nil || string(a.Body) != "ok" || conns.Load() != 2 {
		t.Errorf("%v, %q, %d connections", err, a.Body, conns.Load())
	}
}

func TestTheDeadlineHolds(t *testing.T) {
	addr, _ := host(t, func(int32, *http.Request, []byte) string { return "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok" })
	var a wire.Answer
	err := client(t, addr, 4).Do(t.Context(), &wire.Request{
		Head: []byte("POST / HTTP/1.1\r\nHost: h\r\n"), Deadline: time.Now().Add(20 * time.Millisecond), Limit: 10,
	}, &a)
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() || a.Status != 200 {
		t.Errorf("%v, status %d", err, a.Status)
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	addr, conns := host(t, func(int32, *http.Request, []byte) string { return ok })
	c := wire.New(wire.Config{Dial: dial(addr), MaxConns: 4, IdleTimeout: 20 * time.Millisecond, MaxAge: time.Hour})
	for want := int32(1); want <= 2; want++ {
		if err := post(t.Context(), c, new(wire.Answer), "x"); err != nil || conns.Load() != want {
			t.Fatalf("%v, %d connections, want %d", err, conns.Load(), want)
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.Close()
	for want := int32(3); want <= 4; want++ {
		if err := post(t.Context(), c, new(wire.Answer), "x"); err != nil || conns.Load() != want {
			t.Fatalf("closed: %v, %d connections, want %d", err, conns.Load(), want)
		}
	}
}

func TestOldConnectionsAreNotUsedAgain(t *testing.T) {
	addr, conns := host(t, func(int32, *http.Request, []byte) string { return ok })
	c := wire.New(wire.Config{Dial: dial(addr), MaxConns: 4, IdleTimeout: time.Hour, MaxAge: 50 * time.Millisecond})
	defer c.Close()
	for end := time.Now().Add(180 * time.Millisecond); time.Now().Before(end); {
		if err := post(t.Context(), c, new(wire.Answer), "x"); err != nil {
			t.Fatal(err)
		}
	}
	if n := conns.Load(); n < 2 || n > 4 {
		t.Errorf("%d connections", n)
	}
}

func TestARequestAllocatesLittle(t *testing.T) {
	addr, _ := host(t, func(int32, *http.Request, []byte) string { return ok })
	c := client(t, addr, 4)
	var a wire.Answer
	r := wire.Request{Head: []byte("POST / HTTP/1.1\r\nHost: h\r\n"), Body: []byte("x"), Deadline: time.Now().Add(time.Minute), Limit: 10}
	ours := allocations(t, func() { _ = c.Do(t.Context(), &r, &a) })
	n, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
	buf := make([]byte, len(ok))
	bare := allocations(t, func() {
		_, _ = n.Write(raw)
		_, _ = io.ReadFull(n, buf)
	})
	// The host's own are in both. What is beyond is for the cancellation.
	if ours > bare+8 {
		t.Errorf("%v allocations, %v without the client", ours, bare)
	}
}

// allocations is the least of some runs, as what runs beside adds to them.
func allocations(t *testing.T, f func()) float64 {
	t.Helper()
	least := testing.AllocsPerRun(50, f)
	for range 5 {
		least = min(least, testing.AllocsPerRun(50, f))
	}
	return least
}
