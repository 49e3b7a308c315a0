package subgraph_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
)

// BenchmarkFetch is one fetch over the loopback, the server in the same process; bare is the same with
// net/http as it comes, for what Remote adds or saves.
func BenchmarkFetch(b *testing.B) {
	answer := []byte(`{"data":{"list":"` + strings.Repeat("x", 10<<10) + `"}}`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
	b.Cleanup(s.Close)
	body := []byte(`{"query":"{ list }","variables":{"representations":"` + strings.Repeat("y", 1000) + `"}}`)

	run := func(name string, cfg subgraph.Config) {
		b.Run(name, func(b *testing.B) {
			f, err := subgraph.NewRemote("products", s.URL, cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(f.Close)
			ctx := subgraph.NewContext(b.Context(), subgraph.Inbound{Header: http.Header{"X-One": {"1"}}})
			r := &executor.Request{Fetch: &queryplan.Fetch{Subgraph: "products"}, Body: body}
			b.ReportAllocs()
			for b.Loop() {
				res, err := f.Fetch(ctx, r)
				if err != nil {
					b.Fatal(err)
				}
				res.Free()
			}
		})
	}
	run("remote", subgraph.Config{})
	run("remote with a header rule", subgraph.Config{Headers: subgraph.Headers{All: subgraph.HeaderRules{Request: []subgraph.HeaderRule{
		{Propagate: &subgraph.Propagate{Named: "x-one"}},
	}}}})
	run("remote with a token for it", subgraph.Config{Shown: func(string) subgraph.Shown {
		return showing{{"Authorization", "Bearer " + strings.Repeat("t", 600)}, {"X-User-Id", "u1"}}
	}})
	b.Run("bare", func(b *testing.B) {
		c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true, ReadBufferSize: 32 << 10, WriteBufferSize: 16 << 10}}
		b.ReportAllocs()
		for b.Loop() {
			req, _ := http.NewRequestWithContext(b.Context(), http.MethodPost, s.URL, strings.NewReader(string(body)))
			req.Header.Set("Content-Type", "application/json")
			res, err := c.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadAll(res.Body); err != nil {
				b.Fatal(err)
			}
			_ = res.Body.Close()
		}
	})
}
