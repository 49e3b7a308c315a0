package trace_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/telemetry/trace"
)

// kept is a Sink that remembers the names of spans.
type kept struct {
	mu    sync.Mutex
	names []string
	lost  int
}

func (k *kept) Take(t *trace.Trace) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.names = append(k.names, t.Root().Name)
	t.Spans(func(s *trace.Span) { k.names = append(k.names, s.Name) })
	k.lost += t.Lost()
}

const (
	id     = "0102030405060708090a0b0c0d0e0f10"
	parent = "1112131415161718"
)

func TestAParentIsReadAsW3CSays(t *testing.T) {
	for _, c := range []struct {
		values []string
		ok     bool
	}{
		{[]string{"00-" + id + "-" + parent + "-01"}, true},
		{[]string{" 00-" + id + "-" + parent + "-01\t"}, true},
		{[]string{"00-" + id + "-" + parent + "-ff"}, true},
		{[]string{"cc-" + id + "-" + parent + "-01"}, true},
		{[]string{"cc-" + id + "-" + parent + "-01-what-comes"}, true},
		{nil, false},
		{[]string{""}, false},
		{[]string{"00-" + id + "-" + parent + "-01", "00-" + id + "-" + parent + "-01"}, false},
		{[]string{"00-" + id + "-" + parent + "-01-more"}, false},
		{[]string{"cc-" + id + "-" + parent + "-01more"}, false},
		{[]string{"ff-" + id + "-" + parent + "-01"}, false},
		{[]string{"00-" + strings.Repeat("0", 32) + "-" + parent + "-01"}, false},
		{[]string{"00-" + id + "-" + strings.Repeat("0", 16) + "-01"}, false},
		{[]string{"00-" + strings.ToUpper(id) + "-" + parent + "-01"}, false},
		{[]string{"00-" + id + "-" + parent + "-0"}, false},
		{[]string{"00-" + id + "-" + parent + "-0x"}, false},
		{[]string{"00-" + id + parent + "--01"}, false},
		{[]string{"00_" + id + "_" + parent + "_01"}, false},
	} {
		tracer := trace.New(trace.Config{TraceContext: true})
		_, tr := tracer.Begin(t.Context(), http.Header{"Traceparent": c.values}, time.Now())
		if have := hex.EncodeToString(tr.ID[:]) == id; have != c.ok || tr.Remote() != c.ok || tr.Sampled != c.ok {
			t.Errorf("%q: taken %v, remote %v, sampled %v", c.values, have, tr.Remote(), tr.Sampled)
		}
	}
}

func TestWhoDecides(t *testing.T) {
	yes, no := "00-"+id+"-"+parent+"-01", "00-"+id+"-"+parent+"-00"
	for _, c := range []struct {
		part   float64
		ignore bool
		parent string
		want   bool
	}{
		{1, false, "", true},
		{0, false, "", false},
		{0, false, yes, true},
		{1, false, no, false},
		{0, true, yes, false},
		{1, true, no, true},
	} {
		sink := &kept{}
		tracer := trace.New(trace.Config{Sampler: trace.Ratio(c.part), IgnoreParent: c.ignore, TraceContext: true, Sink: sink})
		h := http.Header{}
		if c.parent != "" {
			h["Traceparent"] = []string{c.parent}
		}
		ctx, tr := tracer.Begin(t.Context(), h, time.Now())
		inner, s := trace.Start(ctx, trace.KindClient, "fetch", "", time.Now())
		s.End(time.Now())
		out := http.Header{}
		trace.FromContext(inner).Inject(out)
		tr.End(time.Now())
		if (s != nil) != c.want || (len(sink.names) == 2) != c.want || strings.HasSuffix(out.Get("Traceparent"), "-01") != c.want {
			t.Errorf("%+v: recorded %v, sent %v", c, sink.names, out)
		}
		if c.parent != "" && !strings.HasPrefix(out.Get("Traceparent"), "00-"+id+"-") {
			t.Errorf("%+v: sent %v", c, out)
		}
	}
}

func TestARatioIsKept(t *testing.T) {
	const n = 20_000
	for _, part := range []float64{.01, .25, .9} {
		tracer, sampled := trace.New(trace.Config{Sampler: trace.Ratio(part)}), 0
		for range n {
			_, tr := tracer.Begin(t.Context(), nil, time.Now())
			if tr.Sampled {
				sampled++
			}
			tr.End(time.Now())
		}
		if have := float64(sampled) / n; have < part-.02 || have > part+.02 {
			t.Errorf("%v of all, not %v", have, part)
		}
	}
}

func TestEachSpanHasItsOwnHeader(t *testing.T) {
	tracer := trace.New(trace.Config{Sampler: trace.Ratio(1), TraceContext: true, Baggage: true})
	ctx, tr := tracer.Begin(t.Context(), http.Header{
		"Traceparent": {"00-" + id + "-" + parent + "-01"}, "Tracestate": {"a=1", "b=2"}, "Baggage": {"user=7"},
	}, time.Now())
	defer tr.End(time.Now())
	seen := map[string]bool{}
	for range 3 {
		_, s := trace.Start(ctx, trace.KindClient, "fetch", "", time.Now())
		want := fmt.Sprintf("00-%s-%x-01", id, s.ID[:])
		h := http.Header{"Traceparent": {"old"}, "Tracestate": {"old", "old"}, "Baggage": {"old"}}
		s.Inject(h)
		if h.Get("Traceparent") != want || h.Get("Tracestate") != "a=1,b=2" || h.Get("Baggage") != "user=7" || len(h["Tracestate"]) != 1 {
			t.Errorf("%v, not %s", h, want)
		}
		lines := "Traceparent: " + want + "\r\nTracestate: a=1,b=2\r\nBaggage: user=7\r\n"
		if have := string(s.AppendHeader([]byte("X: y\r\n"))); have != "X: y\r\n"+lines {
			t.Errorf("%q", have)
		}
		seen[want] = true
	}
	if len(seen) != 3 {
		t.Errorf("%v", seen)
	}
}

func TestOnlyWhatIsWantedGoesOn(t *testing.T) {
	in := http.Header{"Traceparent": {"00-" + id + "-" + parent + "-01"}, "Tracestate": {"a=1"}, "Baggage": {"user=7"}}
	for _, c := range []struct {
		cfg  trace.Config
		want []string
	}{
		{trace.Config{TraceContext: true}, []string{"Traceparent", "Tracestate"}},
		{trace.Config{Baggage: true}, []string{"Baggage"}},
		{trace.Config{}, nil},
	} {
		ctx, _ := trace.New(c.cfg).Begin(t.Context(), in, time.Now())
		h := http.Header{}
		trace.FromContext(ctx).Inject(h)
		var have []string
		for _, name := range []string{"Traceparent", "Tracestate", "Baggage"} {
			if h.Get(name) != "" {
				have = append(have, name)
			}
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("%+v: %v", c.cfg, have)
		}
	}
}

func TestWhatIsTooLongOrBreaksALineIsNotPassedOn(t *testing.T) {
	tracer := trace.New(trace.Config{TraceContext: true, Baggage: true})
	for _, bad := range []string{"a=b\r\nX-Evil: 1", "a=\x00", "a=é", strings.Repeat("x", 8193)} {
		ctx, _ := tracer.Begin(t.Context(), http.Header{
			"Traceparent": {"00-" + id + "-" + parent + "-01"}, "Tracestate": {bad}, "Baggage": {bad},
		}, time.Now())
		have := string(trace.FromContext(ctx).AppendHeader(nil))
		if strings.Contains(have, "Tracestate") || strings.Contains(have, "Baggage") || strings.Count(have, "\r\n") != 1 {
			t.Errorf("%q: %q", bad, have)
		}
	}
}

func TestTooManySpansAreCounted(t *testing.T) {
	sink := &kept{}
	tracer := trace.New(trace.Config{Sampler: trace.Ratio(1), Sink: sink})
	ctx, tr := tracer.Begin(t.Context(), nil, time.Now())
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 150 {
				_, s := trace.Start(ctx, trace.KindClient, "fetch", "", time.Now())
				s.Text("a", "b")
				s.End(time.Now())
			}
		})
	}
	all.Wait()
	tr.End(time.Now())
	if len(sink.names) != 1001 || sink.lost != 500 {
		t.Errorf("%d spans, %d lost", len(sink.names), sink.lost)
	}
	// The next request has none of them.
	_, tr = tracer.Begin(t.Context(), nil, time.Now())
	tr.End(time.Now())
	if len(sink.names) != 1002 || sink.lost != 500 {
		t.Errorf("%d spans, %d lost", len(sink.names), sink.lost)
	}
}

// TestNothingIsDoneWhereNothingIsTraced: neither work nor memory.
func TestNothingIsDoneWhereNothingIsTraced(t *testing.T) {
	var tracer *trace.Tracer
	ctx, h := context.Background(), http.Header{}
	n := testing.AllocsPerRun(100, func() {
		ctx, tr := tracer.Begin(ctx, h, time.Time{})
		tr.Root().Text("a", "b")
		ctx, s := trace.Start(ctx, trace.KindClient, "fetch", "pears", time.Time{})
		s.Number("a", 1)
		s.Fail("code")
		s.Rename("a", "b")
		s.Child().End(time.Time{})
		s.Inject(h)
		s.Replace(h)
		_ = s.AppendHeader(nil)
		trace.Record(ctx, "plan", time.Time{}, 0).Text("a", "b")
		s.Trace().Keep()
		tr.End(time.Time{})
	})
	if n != 0 || len(h) != 0 {
		t.Errorf("%v allocations, %v", n, h)
	}
}

func FuzzParent(f *testing.F) {
	f.Add("00-" + id + "-" + parent + "-01")
	f.Add("cc-" + id + "-" + parent + "-01-x")
	tracer := trace.New(trace.Config{TraceContext: true})
	f.Fuzz(func(t *testing.T, v string) {
		_, tr := tracer.Begin(t.Context(), http.Header{"Traceparent": {v}}, time.Now())
		if tr.ID == (trace.ID{}) {
			t.Error("no id")
		}
		if tr.Remote() && !strings.Contains(v, hex.EncodeToString(tr.ID[:])) {
			t.Errorf("%q: %x", v, tr.ID)
		}
		tr.End(time.Now())
	})
}
