package transport_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/transport"
)

// unpack is what an answer holds.
func unpack(t *testing.T, a answer) string {
	t.Helper()
	var from io.Reader = strings.NewReader(a.body)
	var err error
	if a.header.Get("Content-Encoding") == "gzip" {
		from, err = gzip.NewReader(from)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.header.Get("Content-Length"); got != strconv.Itoa(len(a.body)) {
		t.Errorf("content length %s of %d", got, len(a.body))
	}
	return string(text)
}

func TestCompression(t *testing.T) {
	for accept, want := range map[string]string{
		"gzip":                           "gzip",
		"gzip, deflate, br, zstd":        "gzip",
		"gzip, deflate":                  "gzip",
		"GZIP":                           "gzip",
		"br, gzip;q=0.1":                 "gzip",
		"gzip;q=0.5, identity;q=0.5":     "gzip",
		"gzip;q=0":                       "",
		"gzip;q=0.5, identity":           "",
		"identity":                       "",
		"br":                             "",
		"*":                              "gzip",
		"*;q=0":                          "",
		"gzip;q=x, ;;, \"":               "",
		"gzip;q=0, *":                    "",
		strings.Repeat("a", 1000) + ",,": "",
	} {
		t.Run(accept, func(t *testing.T) {
			s := start(t, transport.Config{}, func(p *transport.Parts) { p.Engine = large{} })
			for _, size := range []int{5000, 300_000, 2_000_000} {
				got := send(t, "POST", s.URL+"/graphql", fmt.Sprintf(`{"query":"%d"}`, size), isJSON, "Accept-Encoding: "+accept)
				if c := got.header.Get("Content-Encoding"); c != want {
					t.Errorf("coded as %q, want %q", c, want)
				}
				if text := unpack(t, got); len(text) != size+11 {
					t.Errorf("%d bytes of %d", len(text), size)
				}
				if want != "" && len(got.body) > size/2 {
					t.Errorf("%d bytes are sent of %d", len(got.body), size)
				}
			}
		})
	}
}

func TestWhatIsNotCompressed(t *testing.T) {
	off := false
	for name, c := range map[string]struct {
		compression transport.Compression
		size        int
	}{
		"small":         {transport.Compression{}, 1000},
		"switched off":  {transport.Compression{Enabled: &off}, 10000},
		"below the min": {transport.Compression{MinBytes: 20000}, 10000},
	} {
		s := start(t, transport.Config{Server: transport.Connections{Compression: c.compression}}, func(p *transport.Parts) { p.Engine = large{} })
		got := send(t, "POST", s.URL+"/graphql", fmt.Sprintf(`{"query":"%d"}`, c.size), isJSON, "Accept-Encoding: gzip")
		if e := got.header.Get("Content-Encoding"); e != "" {
			t.Errorf("%s: coded as %s", name, e)
		}
	}
}

// TestCachesAreTold: what a cache keeps of a GET is for those that accept the same.
func TestCachesAreTold(t *testing.T) {
	s := start(t, transport.Config{}, func(p *transport.Parts) { p.Engine = large{} })
	for _, accept := range []string{"gzip", "identity"} {
		got := send(t, "GET", s.URL+"/graphql?query=5000", "", "Accept-Encoding: "+accept, "apollo-require-preflight: 1")
		if vary := strings.Join(got.header["Vary"], ","); !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("%s: varies by %q", accept, vary)
		}
	}
}

// repeating is an engine whose answer is the query, many times.
type repeating struct{}

func (repeating) Execute(_ context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	return append(dst, strings.Repeat(r.Query, 1000+len(r.Query)*700)...), engine.Outcome{}
}

// TestCompressionIsNotShared: buffers are used again, by one at a time.
func TestCompressionIsNotShared(t *testing.T) {
	s := start(t, transport.Config{}, func(p *transport.Parts) { p.Engine = repeating{} })
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 20 {
				query := strings.Repeat(string(rune('a'+worker)), 1+i)
				got := send(t, "POST", s.URL+"/graphql", fmt.Sprintf(`{"query":%q}`, query), isJSON, "Accept-Encoding: gzip")
				if text := unpack(t, got); text != strings.Repeat(query, 1000+len(query)*700) {
					t.Errorf("got another's answer")
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkCompression(b *testing.B) {
	var text bytes.Buffer
	for i := 0; text.Len() < 87<<10; i++ {
		fmt.Fprintf(&text, `{"id":"%d","name":"item %x","inStock":%v},`, i, i*i*7919, i%3 == 0)
	}
	s := newServer(b, transport.Config{}, func(p *transport.Parts) { p.Engine = fixed(text.Bytes()) })
	for _, accept := range []string{"", "gzip, deflate, br"} {
		b.Run(accept, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, _ := http.NewRequest("POST", "/graphql", strings.NewReader(`{"query":"{a}"}`))
				r.Header.Set("Content-Type", "application/json")
				if accept != "" {
					r.Header.Set("Accept-Encoding", accept)
				}
				w := &counted{header: http.Header{}}
				s.Handler().ServeHTTP(w, r)
				b.ReportMetric(float64(w.n), "sent/op")
			}
		})
	}
}

type fixed []byte

func (f fixed) Execute(_ context.Context, _ *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	return append(dst, f...), engine.Outcome{}
}

// counted is a response that counts its bytes.
type counted struct {
	header http.Header
	n      int
}

func (s *counted) Header() http.Header         { return s.header }
func (s *counted) WriteHeader(int)             {}
func (s *counted) Write(p []byte) (int, error) { s.n += len(p); return len(p), nil }
