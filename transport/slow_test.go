package transport_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/transport"
)

// large is an engine whose answers have as many bytes as the operation's name says.
type large struct{}

func (large) Execute(_ context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	n, _ := strconv.Atoi(r.Query)
	dst = append(dst, `{"data":"`...)
	dst = append(dst, bytes.Repeat([]byte("x"), n)...)
	return append(dst, `"}`...), engine.Outcome{}
}

// ask sends a request for an answer of n bytes on a connection of its own. With a window, the system takes in little
// more than that of what is not read.
func ask(t *testing.T, s serving, n, window int) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if window > 0 {
		_ = c.(*net.TCPConn).SetReadBuffer(window)
	}
	body := `{"query":"` + strconv.Itoa(n) + `"}`
	_, err = io.WriteString(c, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func heap() int {
	runtime.GC()
	runtime.GC() // pools keep what they have for one more
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestAThousandSlowReaders: they hold what is allowed, not a thousand answers; who reads is answered meanwhile; and
// when they leave, all that they held is given back.
func TestAThousandSlowReaders(t *testing.T) {
	const size, limit = 2 << 20, 32 << 20
	s := serve(t, transport.Config{Limits: transport.Limits{HTTPMaxUnreadBytes: limit}}, func(p *transport.Parts) { p.Engine = large{} })
	send(t, "POST", s.url+"/graphql", `{"query":"10"}`, isJSON)
	memory, goroutines := heap(), runtime.NumGoroutine()
	var slow []net.Conn
	for range 1000 {
		slow = append(slow, ask(t, s, size, 4<<10))
	}
	for range 5 {
		if got := send(t, "POST", s.url+"/graphql", `{"query":"`+strconv.Itoa(size)+`"}`, isJSON); len(got.body) != size+11 {
			t.Errorf("a client that reads got %d bytes", len(got.body))
		}
	}
	eventually(t, "the slow readers hold no more than is allowed", func() bool { return heap()-memory < limit+48<<20 })
	t.Logf("1000 slow readers hold %d MB", (heap()-memory)>>20)
	for _, c := range slow {
		_ = c.Close()
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	eventually(t, "the goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines+2 })
	eventually(t, "the memory is given back", func() bool { return heap()-memory < 8<<20 })
}

// TestTheSlowestIsCutOff: and the ones that came after it are not.
func TestTheSlowestIsCutOff(t *testing.T) {
	const size = 32 << 20
	s := serve(t, transport.Config{Limits: transport.Limits{HTTPMaxUnreadBytes: 3*size + 1000}}, func(p *transport.Parts) { p.Engine = large{} })
	var clients []net.Conn
	for range 4 {
		c := ask(t, s, size, 0)
		clients = append(clients, c)
		_, _ = io.ReadFull(c, make([]byte, 1000)) // its answer is being written before the next one's
	}
	time.Sleep(700 * time.Millisecond) // for the limit to be looked at
	var wg sync.WaitGroup
	for i, c := range clients {
		wg.Go(func() {
			_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
			n, _ := io.CopyN(io.Discard, c, size-1000)
			if whole := n == size-1000; whole != (i > 0) {
				t.Errorf("client %d read %d bytes", i, n)
			}
		})
	}
	wg.Wait()
}

// TestAnAnswerAloneIsNeverTooLarge: the limit is for all together.
func TestAnAnswerAloneIsNeverTooLarge(t *testing.T) {
	s := serve(t, transport.Config{Limits: transport.Limits{HTTPMaxUnreadBytes: 1}}, func(p *transport.Parts) { p.Engine = large{} })
	const size = 32 << 20
	c := ask(t, s, size, 0)
	time.Sleep(700 * time.Millisecond)
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := io.CopyN(io.Discard, c, size); err != nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

// TestWriteTimeout: a client that does not read is not waited for.
func TestWriteTimeout(t *testing.T) {
	s := serve(t, transport.Config{Server: transport.Connections{WriteTimeout: 200 * time.Millisecond}}, func(p *transport.Parts) { p.Engine = large{} })
	const size = 16 << 20
	c := ask(t, s, size, 64<<10)
	time.Sleep(400 * time.Millisecond)
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := io.Copy(io.Discard, c); n >= size || err != nil {
		t.Errorf("read %d bytes, %v; want a part, and the end", n, err)
	}
}
