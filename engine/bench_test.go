package engine_test

import (
	"fmt"
	"testing"

	"github.com/ficusgraph/ficus/engine"
)

// BenchmarkExecute is a request as most are: its document and its plan are known, its variables are its own. What is
// not in it is the network, and little of it is the answer.
func BenchmarkExecute(b *testing.B) {
	e := engine.New(snapshot(b, &source{}, engine.Config{}), nil)
	r := engine.Request{Query: "query($n: Int) { version count(of: $n) }"}
	var dst []byte
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		r.Variables = fmt.Appendf(r.Variables[:0], `{"n":%d}`, n)
		var out engine.Outcome
		if dst, out = e.Execute(b.Context(), &r, dst[:0]); out.Errors > 0 {
			b.Fatalf("%s", dst)
		}
	}
}

// BenchmarkExecuteNew is one whose document is seen for the first time: parsed, validated, normalized; its plan is
// known.
func BenchmarkExecuteNew(b *testing.B) {
	e := engine.New(snapshot(b, &source{}, engine.Config{CacheSize: 16}), nil)
	var dst []byte
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		r := engine.Request{Query: fmt.Sprintf("query($n: Int) { version count(of: $n) } # %d", n)}
		var out engine.Outcome
		if dst, out = e.Execute(b.Context(), &r, dst[:0]); out.Errors > 0 {
			b.Fatalf("%s", dst)
		}
	}
}
