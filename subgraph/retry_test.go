package subgraph_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/subgraph"
)

const answered = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"data\":1}"

// listen serves raw connections; requests counts those that were read in full.
func listen(t *testing.T, conn func(n int32, c net.Conn, next func() bool)) (url string, requests *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	requests = new(atomic.Int32)
	go func() {
		for n := int32(0); ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				r := bufio.NewReader(c)
				conn(n, c, func() bool {
					req, err := http.ReadRequest(r)
					if err != nil {
						return false
					}
					_, _ = io.Copy(io.Discard, req.Body)
					requests.Add(1)
					return true
				})
			}()
		}
	}()
	return "http://" + l.Addr().String(), requests
}

func TestAConnectionClosedWhileIdleIsReplaced(t *testing.T) {
	closed := make(chan struct{}, 1)
	url, requests := listen(t, func(n int32, c net.Conn, next func() bool) {
		for next() {
			_, _ = io.WriteString(c, answered)
			if n == 0 {
				_ = c.Close()
				closed <- struct{}{}
				return
			}
		}
	})
	f := remote(t, url, subgraph.Config{})
	if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` {
		t.Fatalf("%+v", got)
	}
	<-closed
	time.Sleep(20 * time.Millisecond) // for the end of the connection to arrive
	if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":1}` {
		t.Errorf("%+v", got)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

// TestAQueryIsSentAgainOnce where a kept connection broke, as one does when a service is replaced; that it broke on a new
// one too is reported. Mutations are another test's.
func TestAQueryIsSentAgainOnce(t *testing.T) {
	for name, test := range map[string]struct {
		answers int32 // of connections that answer once before they break
		want    result
		reached int32
	}{
		"the service was replaced": {answers: 2, want: result{Body: `{"data":1}`}, reached: 3},
		"the query breaks it": {
			answers: 1, want: result{Code: "SUBREQUEST_HTTP_ERROR", Message: "the connection to the service broke before it answered"}, reached: 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			url, requests := listen(t, func(n int32, c net.Conn, next func() bool) {
				if next() && n < test.answers {
					_, _ = io.WriteString(c, answered)
					next() // and hangs up on the second
				}
			})
			f := remote(t, url, subgraph.Config{})
			fetch(t.Context(), f, `{}`)
			if diff := cmp.Diff(test.want, fetch(t.Context(), f, `{}`)); diff != "" {
				t.Error(diff)
			}
			if n := requests.Load(); n != test.reached {
				t.Errorf("%d requests reached the service, want %d", n, test.reached)
			}
		})
	}
}

func TestAnAnswerAnnouncedAsTooLargeIsNotWaitedFor(t *testing.T) {
	url, _ := listen(t, func(_ int32, c net.Conn, next func() bool) {
		next()
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10000000000\r\n\r\n{")
		next() // until the client leaves
	})
	cfg := subgraph.Config{TrafficShaping: subgraph.TrafficShaping{All: subgraph.Shaping{Timeout: 5 * time.Second}}}
	want := result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service's answer is larger than 104857600 bytes"}
	if diff := cmp.Diff(want, fetch(t.Context(), remote(t, url, cfg), `{}`)); diff != "" {
		t.Error(diff)
	}
}

func TestCloseClosesWhatIsNotInUse(t *testing.T) {
	closed := make(chan struct{})
	url, _ := listen(t, func(_ int32, c net.Conn, next func() bool) {
		for next() {
			_, _ = io.WriteString(c, answered)
		}
		close(closed)
	})
	f := remote(t, url, subgraph.Config{})
	fetch(t.Context(), f, `{}`)
	f.Close()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Error("the connection is open")
	}
}
