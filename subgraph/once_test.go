package subgraph_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
)

// mutate sends a mutation and returns its answer, or the code of the error.
func mutate(ctx context.Context, f executor.Fetcher, body string) string {
	res, err := f.Fetch(ctx, &executor.Request{Fetch: &queryplan.Fetch{Subgraph: "products", Kind: ast.Mutation}, Body: []byte(body)})
	var fault *executor.Error
	if errors.As(err, &fault) {
		return fault.Code
	}
	defer res.Free()
	return string(res.Body)
}

// TestAMutationIsSentOnce: whatever becomes of a kept connection, the service sees the mutation once at most, also
// if the client's key says that it may be repeated.
func TestAMutationIsSentOnce(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n"
	reset := func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }
	for name, after := range map[string]func(c net.Conn, next func() bool){
		"read nothing, hung up":       func(net.Conn, func() bool) {},
		"read nothing, reset":         func(c net.Conn, _ func() bool) { reset(c) },
		"read some, reset":            func(c net.Conn, _ func() bool) { _, _ = c.Read(make([]byte, 10)); reset(c) },
		"read all, hung up":           func(_ net.Conn, next func() bool) { next() },
		"read all, reset":             func(c net.Conn, next func() bool) { next(); reset(c) },
		"answered half a line":        func(c net.Conn, next func() bool) { next(); _, _ = io.WriteString(c, "HTTP/1.1 20") },
		"answered half a header":      func(c net.Conn, next func() bool) { next(); _, _ = io.WriteString(c, head) },
		"answered half a body":        func(c net.Conn, next func() bool) { next(); _, _ = io.WriteString(c, head+"\r\n{\"dat") },
		"answered half a body, reset": func(c net.Conn, next func() bool) { next(); _, _ = io.WriteString(c, head+"\r\n{"); reset(c) },
		"asked to come again elsewhere": func(c net.Conn, next func() bool) {
			next()
			_, _ = io.WriteString(c, "HTTP/1.1 307 T\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")
		},
		"was too busy": func(c net.Conn, next func() bool) {
			next()
			_, _ = io.WriteString(c, "HTTP/1.1 503 S\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")
		},
		"did not understand": func(c net.Conn, next func() bool) {
			next()
			_, _ = io.WriteString(c, "HTTP/1.1 408 T\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		},
	} {
		for _, size := range []int{10, 200 << 10} { // copied, and lent
			t.Run(name, func(t *testing.T) {
				var connections atomic.Int32
				url, requests := listen(t, func(_ int32, c net.Conn, next func() bool) {
					connections.Add(1)
					if !next() { // the fetch that makes the connection a kept one
						return
					}
					_, _ = io.WriteString(c, answered)
					after(c, next)
				})
				cfg := config(t, "headers: {all: {request: [{propagate: {named: idempotency-key}}, {propagate: {named: x-idempotency-key}}]}}\ntraffic_shaping: {all: {timeout: 5s}}")
				f := remote(t, url, cfg)
				ctx := subgraph.NewContext(t.Context(), subgraph.Inbound{Header: http.Header{"Idempotency-Key": {"k"}, "X-Idempotency-Key": {"k"}}})
				if got := mutate(ctx, f, `{}`); got != `{"data":1}` {
					t.Fatal(got)
				}
				got := mutate(ctx, f, `{"a":"`+string(make([]byte, size))+`"}`)
				sent := connections.Load()
				if n := requests.Load(); n > 2 || sent > 2 {
					t.Errorf("the service was sent the mutation %d times, on %d connections", n-1, sent)
				}
				unread := strings.HasPrefix(name, "read nothing") // so that it may be sent on another connection
				if sent == 2 && (!unread || got != `{"data":1}`) || sent == 1 && got != "SUBREQUEST_HTTP_ERROR" {
					t.Errorf("%d connections, answer %s", sent, got)
				}
			})
		}
	}
}

// TestTheKeyOfAClientIsPassedOn: it is hidden from net/http, not from services.
func TestTheKeyOfAClientIsPassedOn(t *testing.T) {
	var got http.Header
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		write(200, "application/json", `{"data":1}`)(w, r)
	})
	cfg := config(t, "headers: {all: {request: [{propagate: {named: idempotency-key}}]}}")
	ctx := subgraph.NewContext(t.Context(), subgraph.Inbound{Header: http.Header{"Idempotency-Key": {"k"}}})
	mutate(ctx, remote(t, url, cfg), `{}`)
	if got.Get("Idempotency-Key") != "k" {
		t.Error(got)
	}
}

// Frames of HTTP/2, as far as they are needed: https://www.rfc-editor.org/rfc/rfc9113#section-6
const (
	frameHeaders, frameReset, frameSettings, frameAway = 1, 3, 4, 7
	protocolError, refusedStream                       = 1, 7
)

func frame(kind, flags byte, stream uint32, payload ...uint32) []byte {
	out := []byte{0, 0, byte(4 * len(payload)), kind, flags}
	out = binary.BigEndian.AppendUint32(out, stream)
	for _, v := range payload {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

// refusing is a server of HTTP/2 that answers each request with the frame that refuse makes, and hangs up where it
// makes none. It counts the requests.
func refusing(t *testing.T, refuse func(stream uint32) []byte) (url string, requests *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	requests = new(atomic.Int32)
	conn := func(c net.Conn) {
		defer c.Close()
		r := bufio.NewReader(c)
		_, _ = r.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
		_, _ = c.Write(frame(frameSettings, 0, 0))
		for {
			head := make([]byte, 9)
			if _, err := io.ReadFull(r, head); err != nil {
				return
			}
			_, _ = r.Discard(int(head[0])<<16 | int(head[1])<<8 | int(head[2]))
			switch {
			case head[3] == frameSettings && head[4] == 0:
				_, _ = c.Write(frame(frameSettings, 1, 0))
			case head[3] == frameHeaders:
				requests.Add(1)
				answer := refuse(binary.BigEndian.Uint32(head[5:]))
				if answer == nil {
					return
				}
				_, _ = c.Write(answer)
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go conn(c)
		}
	}()
	return "http://" + l.Addr().String(), requests
}

// TestAMutationIsSentOnceInHTTP2: a query is sent again where the service says that this does no harm.
func TestAMutationIsSentOnceInHTTP2(t *testing.T) {
	for _, c := range []struct {
		name   string
		refuse func(stream uint32) []byte
		again  bool
	}{
		{"reset, protocol error", func(s uint32) []byte { return frame(frameReset, 0, s, protocolError) }, true},
		{"reset, refused", func(s uint32) []byte { return frame(frameReset, 0, s, refusedStream) }, true},
		{"going away", func(uint32) []byte { return frame(frameAway, 0, 0, 0, 0) }, true},
		{"hung up", func(uint32) []byte { return nil }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, requests := refusing(t, c.refuse)
			f := remote(t, url, shaped(subgraph.Shaping{ExperimentalHTTP2: subgraph.HTTP2Only, Timeout: time.Second}))
			if got := mutate(t.Context(), f, `{}`); got != "SUBREQUEST_HTTP_ERROR" {
				t.Errorf("%s", got)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("the mutation was sent %d times", n)
			}
			for _, size := range []int{10, 200 << 10} { // copied, and lent
				requests.Store(0)
				fetch(t.Context(), f, `{"a":"`+strings.Repeat("x", size)+`"}`)
				if n := requests.Load(); (n > 1) != c.again || n > 21 {
					t.Errorf("the query was sent %d times; again: want %v", n, c.again)
				}
			}
		})
	}
}
