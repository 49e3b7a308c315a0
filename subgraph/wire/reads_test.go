package wire_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/subgraph/wire"
)

func get(t *testing.T, c *wire.Client, a *wire.Answer) error {
	t.Helper()
	return c.Do(t.Context(), &wire.Request{
		Head: []byte("GET / HTTP/1.1\r\nHost: h\r\n"), Deadline: time.Now().Add(5 * time.Second), Limit: 1 << 20, Reads: true,
	}, a)
}

// A host may close a kept connection just as a request is written to it.
func TestAReadIsRepeatedOnceOnABrokenConnection(t *testing.T) {
	var requests atomic.Int32
	addr, conns := host(t, func(conn int32, r *http.Request, _ []byte) string {
		if r.Header.Get("Content-Length") != "" {
			t.Errorf("a GET has a length: %v", r.Header)
		}
		if requests.Add(1) == 2 {
			return ""
		}
		return ok
	})
	c := client(t, addr, 4)
	var a wire.Answer
	for range 2 {
		if err := get(t, c, &a); err != nil || string(a.Body) != "ok" {
			t.Fatalf("%v, %q", err, a.Body)
		}
	}
	if requests.Load() != 3 || conns.Load() != 2 {
		t.Errorf("%d requests on %d connections, want 3 on 2", requests.Load(), conns.Load())
	}
}

func TestAReadThatBreaksTheHostIsNotRepeatedForEver(t *testing.T) {
	var broken atomic.Bool
	var requests atomic.Int32
	addr, _ := host(t, func(int32, *http.Request, []byte) string {
		requests.Add(1)
		if broken.Load() {
			return ""
		}
		return ok
	})
	c := client(t, addr, 8)
	fill(t, c, 8)
	broken.Store(true)
	requests.Store(0)
	var a wire.Answer
	if err := get(t, c, &a); err == nil || requests.Load() != 2 {
		t.Errorf("%v after %d requests, want an error after 2", err, requests.Load())
	}
}

// fill makes n connections that are kept.
func fill(t *testing.T, c *wire.Client, n int) {
	t.Helper()
	done := make(chan error, n)
	for range n {
		go func() { done <- get(t, c, new(wire.Answer)) }()
	}
	for range n {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

func TestAllFieldsOfAHeaderCanBeRead(t *testing.T) {
	addr, _ := host(t, func(int32, *http.Request, []byte) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-B:  1 \r\nx-a: \r\nX-B: 2\r\n\r\n"
	})
	var a wire.Answer
	if err := get(t, client(t, addr, 1), &a); err != nil {
		t.Fatal(err)
	}
	var got []string
	for name, value := range a.All {
		got = append(got, string(name)+"="+string(value))
	}
	if diff := cmp.Diff([]string{"Content-Length=0", "X-B=1", "x-a=", "X-B=2"}, got); diff != "" {
		t.Error(diff)
	}
}
