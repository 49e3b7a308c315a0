package subgraph_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// TestServicesAreToldOfTheTrace: each request its own span, whatever sends it and whatever rules there are, and one
// that is not part of a trace nothing.
func TestServicesAreToldOfTheTrace(t *testing.T) {
	var mu sync.Mutex
	var seen []http.Header
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Header)
		mu.Unlock()
		write(200, "application/json", `{"data":{}}`)(w, r)
	})
	tracer := trace.New(trace.Config{Sampler: trace.Ratio(1), TraceContext: true, Baggage: true})
	rules := subgraph.Config{Headers: subgraph.Headers{All: subgraph.HeaderRules{Request: []subgraph.HeaderRule{
		{Propagate: &subgraph.Propagate{Matching: ".*"}}, {Insert: &subgraph.Insert{Name: "x-mine", Value: "y"}},
	}}}}
	for i, cfg := range []subgraph.Config{{}, rules} {
		for name, f := range senders(t, url, cfg) {
			seen = nil
			in := http.Header{
				"Traceparent": {"00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01"}, "Tracestate": {"a=1"}, "Baggage": {"b=2"},
			}
			ctx, tr := tracer.Begin(subgraph.NewContext(t.Context(), subgraph.Inbound{Header: in}), in, time.Now())
			var want []string
			for range 2 {
				inner, s := trace.Start(ctx, trace.KindClient, "fetch", "", time.Now())
				if r := fetch(inner, f, `{}`); r.Message != "" {
					t.Fatalf("%s: %v", name, r.Message)
				}
				want = append(want, fmt.Sprintf("00-0102030405060708090a0b0c0d0e0f10-%x-01", s.ID[:]))
				if !slices.Equal(s.Attributes, []trace.Attribute{{Key: "http.response.status_code", Number: 200}}) {
					t.Errorf("%s: %v", name, s.Attributes)
				}
			}
			tr.End(time.Now())
			for k, h := range seen {
				if !slices.Equal(h["Traceparent"], want[k:k+1]) || !slices.Equal(h["Tracestate"], []string{"a=1"}) || !slices.Equal(h["Baggage"], []string{"b=2"}) {
					t.Errorf("%s, config %d: %v, not %s", name, i, h, want[k])
				}
				if have := h.Get("X-Mine"); (have == "y") != (i == 1) {
					t.Errorf("%s, config %d: %q", name, i, have)
				}
			}
			seen = nil
			if r := fetch(t.Context(), f, `{}`); r.Message != "" || seen[0].Get("Traceparent") != "" {
				t.Errorf("%s, config %d: without a trace %v, %v", name, i, seen, r.Message)
			}
		}
	}
}
