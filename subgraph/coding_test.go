package subgraph_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
)

var codings = []string{"gzip", "br", "zstd"}

// encode writes in a coding.
func encode(t testing.TB, coding string, w io.Writer) io.WriteCloser {
	t.Helper()
	switch coding {
	case "gzip":
		return gzip.NewWriter(w)
	case "br":
		return brotli.NewWriterLevel(w, 5)
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func encoded(t testing.TB, coding, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := encode(t, coding, &out)
	_, _ = io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// list is an answer of some size, that compresses as answers do.
func list(n int) string {
	var out strings.Builder
	r := rand.New(rand.NewPCG(1, 2))
	out.WriteString(`{"data":{"list":[`)
	for i := 0; out.Len() < n; i++ {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `{"id":"%d","name":"item %x","inStock":%v}`, i, r.Uint64(), i%3 == 0)
	}
	out.WriteString(`]}}`)
	return out.String()
}

func TestEncodedAnswersAreRead(t *testing.T) {
	for _, c := range codings {
		t.Run(c, func(t *testing.T) {
			var dialed atomic.Int32
			var text atomic.Pointer[string]
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Encoding", c)
				w.Header().Set("Content-Type", "application/json")
				z := encode(t, c, w)
				half := len(*text.Load()) / 2
				_, _ = io.WriteString(z, (*text.Load())[:half])
				w.(http.Flusher).Flush()
				_, _ = io.WriteString(z, (*text.Load())[half:])
				_ = z.Close()
			}))
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					dialed.Add(1)
				}
			}
			s.Start()
			t.Cleanup(s.Close)
			f := remote(t, s.URL, subgraph.Config{})
			for _, size := range []int{1, 1000, 100 << 10, 3 << 20, 10} {
				answer := list(size)
				text.Store(&answer)
				if got := fetch(t.Context(), f, `{}`); got.Body != answer {
					t.Errorf("%d bytes: %d bytes, %s %s", len(answer), len(got.Body), got.Code, got.Message)
				}
			}
			if n := dialed.Load(); n != 1 {
				t.Errorf("%d connections for 5 requests in turn, want 1", n)
			}
		})
	}
}

func TestBrokenCodings(t *testing.T) {
	const unreadable = "the service's answer ended too early or could not be read"
	for _, c := range codings {
		whole := encoded(t, c, list(50<<10))
		damaged := bytes.Clone(whole)
		damaged[len(whole)/2] ^= 0x55
		damaged[len(whole)/3] ^= 0x55
		for name, body := range map[string][]byte{
			"cut":           whole[:len(whole)-len(whole)/3],
			"cut at once":   whole[:3],
			"not that":      []byte(`{"data":{}}`),
			"followed":      append(bytes.Clone(whole), "garbage behind the end"...),
			"damaged":       damaged,
			"gzip and more": []byte("\x1f\x8b\x08\xff\xff\xff\xff\xff\xff\xff"),
		} {
			t.Run(c+" "+name, func(t *testing.T) {
				broken := atomic.Bool{}
				broken.Store(true)
				f := remote(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Encoding", c)
					w.Header().Set("Content-Type", "application/json")
					if broken.Load() {
						_, _ = w.Write(body)
						return
					}
					_, _ = w.Write(whole)
				}), subgraph.Config{})
				got := fetch(t.Context(), f, `{}`)
				if diff := cmp.Diff(result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: unreadable}, got); diff != "" {
					t.Error(diff)
				}
				broken.Store(false)
				if got := fetch(t.Context(), f, `{}`); got.Body != list(50<<10) {
					t.Errorf("and then %s %s", got.Code, got.Message)
				}
			})
		}
	}
}

// A few kB can stand for gigabytes: what is held while they are read is bounded by the largest answer allowed.
func TestABombIsNotUnpacked(t *testing.T) {
	for _, c := range codings {
		t.Run(c, func(t *testing.T) {
			var bomb bytes.Buffer
			z := encode(t, c, &bomb)
			zeros := make([]byte, 1<<20)
			for range 300 {
				_, _ = z.Write(zeros)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", c)
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(bomb.Bytes())
			})
			f := remote(t, url, subgraph.Config{TrafficShaping: subgraph.TrafficShaping{All: subgraph.Shaping{HTTPMaxResponseBytes: 5 << 20}}})
			before := allocated()
			want := result{Code: "SUBREQUEST_HTTP_ERROR", Status: 200, Message: "the service's answer is larger than 5242880 bytes"}
			if diff := cmp.Diff(want, fetch(t.Context(), f, `{}`)); diff != "" {
				t.Error(diff)
			}
			// The buffer grows by quarters, and zstd holds a window.
			if took := allocated() - before; took > 64<<20 {
				t.Errorf("%d MB for a limit of 5 MB", took>>20)
			}
		})
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestAZstdWindowBeyondEightMegabytesIsRefused(t *testing.T) {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithWindowSize(64<<20), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(z, list(100<<10))
	_ = z.Flush() // so that the frame says its window, not its size
	_, _ = io.WriteString(z, " ")
	_ = z.Close()
	f := remote(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "zstd")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(out.Bytes())
	}), subgraph.Config{})
	if got := fetch(t.Context(), f, `{}`); got.Code != "SUBREQUEST_HTTP_ERROR" {
		t.Errorf("%+v", got)
	}
}

func BenchmarkCodings(b *testing.B) {
	text := list(87 << 10)
	for _, c := range append([]string{""}, codings...) {
		name, body := c, []byte(text)
		if c != "" {
			body = encoded(b, c, text)
		} else {
			name = "none"
		}
		b.Run(name, func(b *testing.B) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if c != "" {
					w.Header().Set("Content-Encoding", c)
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(body)
			}))
			b.Cleanup(s.Close)
			f, err := subgraph.NewRemote("products", s.URL, subgraph.Config{})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(f.Close)
			b.ReportAllocs()
			b.ReportMetric(float64(len(body)), "sent/op")
			r := &executor.Request{Fetch: &queryplan.Fetch{Subgraph: "products"}, Body: []byte(`{}`)}
			for b.Loop() {
				res, err := f.Fetch(b.Context(), r)
				if err != nil {
					b.Fatal(err)
				}
				res.Free()
			}
		})
	}
}
