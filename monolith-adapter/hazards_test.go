package monolith_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

// pong answers ping, but what n is 1 of, which the handler answers.
func pong(t *testing.T, special http.HandlerFunc) string {
	t.Helper()
	return serving(t, false, ponging(special), nil)
}

func ponging(special http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("n") == "1" {
			special(w, r)
			return
		}
		fmt.Fprint(w, `{"pong":"fine"}`)
	}
}

// serving is the URL of a server; with TLS, to which requests go by net/http, the configuration comes to trust it.
func serving(t *testing.T, secure bool, h http.HandlerFunc, cfg *monolith.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(asJSON(h))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	if !secure {
		server.Start()
		return server.URL
	}
	server.StartTLS()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	cfg.Outbound.TLS.All.CertificateAuthorities = string(authority)
	return server.URL
}

// hangUp ends the connection in the middle of an answer.
func hangUp(w http.ResponseWriter, head string) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(c, head)
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // so that it is a reset
	}
	_ = c.Close()
}

// endless writes spaces until nobody reads them, and counts them.
func endless(w io.Writer, r *http.Request, written *atomic.Int64) {
	for chunk := bytes.Repeat([]byte(" "), 1<<16); r.Context().Err() == nil; {
		n, err := w.Write(chunk)
		written.Add(int64(n))
		if err != nil {
			return
		}
	}
}

func TestWhatAMonolithDoesLeavesTheOthersAsTheyAre(t *testing.T) {
	var sent atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was asked") }))
	defer other.Close()
	bombs := bombs(t)
	explode := func(coding string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			_, _ = w.Write(bombs[coding])
		}
	}
	for _, tc := range []struct {
		name, code string
		special    http.HandlerFunc
	}{
		{"it hangs", monolith.CodeTimeout, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"it drips", monolith.CodeTimeout, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				fmt.Fprint(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Millisecond)
			}
		}},
		{"ten gigabytes announced", monolith.CodeResponseInvalid, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10000000000")
			endless(w, r, &sent)
		}},
		{"ten gigabytes in chunks", monolith.CodeResponseInvalid, func(w http.ResponseWriter, r *http.Request) { endless(w, r, &sent) }},
		{"a bomb in gzip", monolith.CodeResponseInvalid, explode("gzip")},
		{"a bomb in br", monolith.CodeResponseInvalid, explode("br")},
		{"a bomb in zstd", monolith.CodeResponseInvalid, explode("zstd")},
		{"an encoding nobody asked for", monolith.CodeUnreachable, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "compress")
			fmt.Fprint(w, `{"pong":"x"}`)
		}},
		{"to another host", monolith.CodeFetch, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/ping?n=2", http.StatusFound)
		}},
		{"a reset in the header", monolith.CodeUnreachable, func(w http.ResponseWriter, _ *http.Request) { hangUp(w, "HTTP/1.1 200 OK\r\nConte") }},
		{"a reset in the body", monolith.CodeUnreachable, func(w http.ResponseWriter, _ *http.Request) {
			hangUp(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"pong\":")
		}},
		{"a header without end", monolith.CodeUnreachable, func(w http.ResponseWriter, _ *http.Request) {
			hangUp(w, "HTTP/1.1 200 OK\r\n"+strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 1000))
		}},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, TLS %v", tc.name, secure), func(t *testing.T) {
				sent.Store(0)
				cfg := one(monolith.SourceConfig{Redirects: monolith.RedirectsSameHost}, subgraph.ConnectorShaping{Timeout: 500 * time.Millisecond}, 1<<20)
				url := serving(t, secure, ponging(tc.special), &cfg)
				p := newPinger(t, url, cfg, monolith.Ports{})
				p.ping(t, t.Context(), "{ b: ping(n: 2) }")
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				body := p.ping(t, t.Context(), "{ a: ping(n: 1) b: ping(n: 2) }")
				runtime.ReadMemStats(&after)
				for _, want := range []string{`"a":null`, `"b":"fine"`, `"path":["a"]`, `"code":"` + tc.code + `"`} {
					if !strings.Contains(body, want) {
						t.Errorf("%s lacks %s", body, want)
					}
				}
				if grew := after.TotalAlloc - before.TotalAlloc; grew > 32<<20 {
					t.Errorf("%d MB were allocated", grew>>20)
				}
				if n := sent.Load(); n > 64<<20 {
					t.Errorf("%d MB were read of it", n>>20)
				}
			})
		}
	}
}

// bombs are 64 MB of nothing in some kilobytes, by coding.
func bombs(t *testing.T) map[string][]byte {
	t.Helper()
	zeros := make([]byte, 64<<20)
	var gz, br bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, _ = w.Write(zeros)
	_ = w.Close()
	b := brotli.NewWriterLevel(&br, 1)
	_, _ = b.Write(zeros)
	_ = b.Close()
	z, err := zstd.NewWriter(nil, zstd.WithWindowSize(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"gzip": gz.Bytes(), "br": br.Bytes(), "zstd": z.EncodeAll(zeros, nil)}
}

func TestBombsTakeNoMemory(t *testing.T) {
	bombs := bombs(t)
	for _, coding := range []string{"br", "gzip", "zstd"} {
		p := newPinger(t, pong(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			_, _ = w.Write(bombs[coding])
		}), one(monolith.SourceConfig{}, subgraph.ConnectorShaping{}, 1<<30), monolith.Ports{})
		p.ping(t, t.Context(), "{ b: ping(n: 2) }")
		p.take()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		body := p.ping(t, t.Context(), "{ a: ping(n: 1) }")
		runtime.ReadMemStats(&after)
		call := p.take()[0]
		if !strings.Contains(body, monolith.CodeResponseInvalid) || call.Err == nil || !strings.Contains(call.Err.Error(), "more than 200 times larger") {
			t.Errorf("%s: %s, %v", coding, body, call.Err)
		}
		// All that was allocated in turn; without the bound it is 300 MB and more.
		if grew := after.TotalAlloc - before.TotalAlloc; grew > 128<<20 {
			t.Errorf("%s: %d kB became %d MB of memory", coding, len(bombs[coding])>>10, grew>>20)
		}
	}
}
