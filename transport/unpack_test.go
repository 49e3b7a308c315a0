package transport_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/transport"
)

// packed is a text in gzip.
func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return out.String()
}

// damaged is a text whose middle was changed.
func damaged(text string) string {
	b := []byte(text)
	b[len(b)/2] ^= 0xff
	return string(b)
}

// TestGzipInChunks: a compressed body without a length, of more bytes than it holds.
func TestGzipInChunks(t *testing.T) {
	for size, want := range map[int]int{10: 200, 3_000_000: 413} {
		s := start(t, transport.Config{}, nil)
		body := packed(`{"query":"{hello}","extensions":{"a":"` + strings.Repeat("x", size) + `"}}`)
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/graphql", io.MultiReader(strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Content-Encoding", "gzip")
		if got := do(t, req); got.status != want {
			t.Errorf("%d bytes: %d %s, want %d", size, got.status, got.body, want)
		}
	}
}
