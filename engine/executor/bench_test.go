package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
)

// remembering answers what it has seen before from memory, so that a benchmark does not measure the shop.
type remembering struct {
	next    executor.Fetcher
	mu      sync.RWMutex
	answers map[string]*executor.Response
}

func (r *remembering) Fetch(ctx context.Context, q *executor.Request) (*executor.Response, error) {
	r.mu.RLock()
	known := r.answers[string(q.Body)]
	r.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	answer, err := r.next.Fetch(ctx, q)
	if err == nil {
		r.mu.Lock()
		r.answers[string(q.Body)] = answer
		r.mu.Unlock()
	}
	return answer, err
}

func load(t testing.TB, file string) *scenario {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, archive.Files)
}

// BenchmarkReviews is a query of many small fetches and a response of about 90 kB.
func BenchmarkReviews(b *testing.B) {
	p := compile(b, load(b, "testdata/bench/reviews.txtar").plan)
	f := &remembering{
		next:    &shop{users: 6, products: 5, perProduct: []int{4, 4, 1, 2}},
		answers: map[string]*executor.Response{},
	}
	run(b, p, f)
}

// BenchmarkReviewsShared is the same in fewer fetches, each for the objects of several paths.
func BenchmarkReviewsShared(b *testing.B) {
	p := compile(b, load(b, "testdata/bench/reviews_shared.txtar").plan)
	f := &remembering{
		next:    &shop{users: 6, products: 5, perProduct: []int{4, 4, 1, 2}},
		answers: map[string]*executor.Response{},
	}
	run(b, p, f)
}

// BenchmarkEntities merges a list of entities of growing length.
func BenchmarkEntities(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := compile(b, load(b, "testdata/bench/entities.txtar").plan)
			run(b, p, &remembering{next: &shop{products: n}, answers: map[string]*executor.Response{}})
		})
	}
}

// BenchmarkScanner reads one large leaf, which is all scanning.
func BenchmarkScanner(b *testing.B) {
	item, _ := json.Marshal(map[string]any{"id": 12345, "name": "A name", "body": words, "tags": []string{"a", "b"}, "ok": true, "price": 12.5})
	text := `{"data":{"any":[` + strings.Repeat(string(item)+",", 200) + `1],"object":null}}`
	run(b, anyProgram(b), newConstant(text))
	b.SetBytes(int64(len(text)))
}

type constant executor.Response

func newConstant(text string) *constant { return &constant{Body: []byte(text)} }

func (c *constant) Fetch(context.Context, *executor.Request) (*executor.Response, error) {
	return (*executor.Response)(c), nil
}

func run(b *testing.B, p *executor.Program, f executor.Fetcher) {
	b.Helper()
	dst, out := p.Run(b.Context(), f, executor.Input{}, nil)
	if out.Errors > 0 {
		b.Fatalf("%s", dst)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(dst)))
	for b.Loop() {
		dst, _ = p.Run(b.Context(), f, executor.Input{}, dst[:0])
	}
}
