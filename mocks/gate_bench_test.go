package mocks_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ficusgraph/ficus/mocks"
)

// BenchmarkGate is what the gate costs a request of which nothing is made up.
func BenchmarkGate(b *testing.B) {
	g := &mocks.Gate{Config: mocks.Config{}}
	h := g.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}
