package transport_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/go-chi/chi/v5"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/transport"
)

// canned is an engine that costs nothing but the copy of its answer.
type canned struct{ body []byte }

func (c canned) Execute(_ context.Context, _ *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	return append(dst, c.body...), engine.Outcome{Kind: ast.Query}
}

// sink is a ResponseWriter that keeps nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

const benchBody = `{"query":"query TopProducts($first: Int) {\n  topProducts(first: $first) {\n    upc\n    name\n    price\n    reviews { id body author { id name } }\n  }\n}\n","variables":{"first":50},"operationName":"TopProducts"}`

// each sends the handler the same request again and again, without a network.
func each(b *testing.B, h http.Handler) {
	b.Helper()
	b.ReportAllocs()
	w := &sink{http.Header{}}
	body := bytes.NewReader(nil)
	template := &http.Request{
		Method: "POST", URL: &url.URL{Path: "/graphql"}, ContentLength: int64(len(benchBody)), Body: io.NopCloser(body),
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "X-Request-Id": {"0123456789abcdef"}},
	}
	for b.Loop() {
		clear(w.header)
		body.Reset([]byte(benchBody))
		r := *template
		h.ServeHTTP(w, &r)
	}
}

// BenchmarkPost is all of the front for one POST: enter, chi, CSRF, gqlgen's handler, scanning, an engine that
// only copies 87 kB, writing.
func BenchmarkPost(b *testing.B) {
	each(b, newServer(b, transport.Config{}, func(p *transport.Parts) { p.Engine = canned{make([]byte, 87_000)} }).Handler())
}

// BenchmarkPostSmall is the same with an answer of 100 bytes.
func BenchmarkPostSmall(b *testing.B) {
	each(b, newServer(b, transport.Config{}, func(p *transport.Parts) { p.Engine = canned{make([]byte, 100)} }).Handler())
}

// BenchmarkChiAlone and BenchmarkGqlgenAlone are what the two layers cost that are not ours.
func BenchmarkChiAlone(b *testing.B) {
	r := chi.NewRouter()
	r.HandleFunc("/graphql", func(http.ResponseWriter, *http.Request) {})
	each(b, r)
}

func BenchmarkGqlgenAlone(b *testing.B) {
	server := handler.New(&graphql.ExecutableSchemaMock{})
	server.AddTransport(nothing{})
	each(b, server)
}

// nothing is a transport that does nothing.
type nothing struct{}

func (nothing) Supports(*http.Request) bool                                  { return true }
func (nothing) Do(http.ResponseWriter, *http.Request, graphql.GraphExecutor) {}

// BenchmarkBare is the least that a handler can do: read, answer.
func BenchmarkBare(b *testing.B) {
	answer := make([]byte, 87_000)
	each(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			b.Fatal(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
}
