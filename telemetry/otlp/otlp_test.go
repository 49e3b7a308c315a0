package otlp_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/internal/collector"
	"github.com/ficusgraph/ficus/telemetry/otlp"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// exporting is an exporter with its tracer, and what it reported.
type exporting struct {
	*otlp.Exporter
	*trace.Tracer
	log            bytes.Buffer
	taken, dropped atomic.Int64
}

func export(t *testing.T, to string, change func(*otlp.Config)) *exporting {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	e := &exporting{}
	cfg := otlp.Config{
		Collector: otlp.Collector{URL: u},
		Batches:   otlp.Batches{Delay: 20 * time.Millisecond, Size: 10, Queue: 100, Timeout: 10 * time.Second},
		Resource:  []trace.Attribute{{Key: "service.name", Text: "orchard"}}, Version: "1.2",
		Logger:   slog.New(slog.NewTextHandler(&e.log, nil)),
		Reported: func(taken, dropped int) { e.taken.Add(int64(taken)); e.dropped.Add(int64(dropped)) },
	}
	if change != nil {
		change(&cfg)
	}
	if e.Exporter, err = otlp.New(cfg); err != nil {
		t.Fatal(err)
	}
	e.Tracer = trace.New(trace.Config{Sampler: trace.Ratio(1), TraceContext: true, Sink: e.Exporter})
	t.Cleanup(func() { e.end(0) })
	return e
}

// end closes the exporter, which must end soon after the time.
func (e *exporting) end(within time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	_ = e.Close(ctx)
}

// request traces a request with n spans, the root among them.
func (e *exporting) request(n int) {
	now := time.Now()
	ctx, t := e.Begin(context.Background(), nil, now)
	for range n - 1 {
		_, s := trace.Start(ctx, trace.KindClient, "fetch", "pears", now)
		s.End(now)
	}
	t.End(now)
}

func TestSpansArriveAsTheyWere(t *testing.T) {
	for _, grpc := range []bool{false, true} {
		for _, gzip := range []bool{false, true} {
			c := collector.New(t)
			e := export(t, c.URL+"/v1/traces", func(cfg *otlp.Config) {
				cfg.Collector.GRPC, cfg.Collector.Gzip = grpc, gzip
				cfg.Collector.Header = http.Header{"X-Tenant": {"north"}}
			})
			began := time.Unix(1_700_000_000, 123)
			ctx, tr := e.Begin(t.Context(), http.Header{
				"Traceparent": {"00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01"}, "Tracestate": {"vendor=x"},
			}, began)
			root := tr.Root()
			root.Rename("query", "Trees")
			root.Text("graphql.operation.name", "Trees")
			root.Number("http.response.status_code", 200)
			root.Number("zero", 0)
			root.Number("negative", -5)
			inner, s := trace.Start(ctx, trace.KindClient, "fetch", "pears", began.Add(time.Millisecond))
			_, deep := trace.Start(inner, trace.KindClient, "GET", "", began.Add(2*time.Millisecond))
			deep.Text("broken", "a\xffb")
			deep.Text("long", strings.Repeat("é", 10_000))
			deep.End(began.Add(3 * time.Millisecond))
			s.Fail("GATEWAY_TIMEOUT")
			s.End(began.Add(4 * time.Millisecond))
			_, open := trace.Start(ctx, trace.KindClient, "fetch", "never ends", began)
			_ = open
			tr.End(began.Add(5 * time.Millisecond))

			spans := c.Wait(3)
			var have []string
			for _, s := range spans {
				have = append(have, s.Name)
				if s.TraceHex() != "0102030405060708090a0b0c0d0e0f10" || s.TraceState != "vendor=x" {
					t.Errorf("%s: trace %s, state %s", s.Name, s.TraceHex(), s.TraceState)
				}
				if want := map[string]string{"service.name": "orchard"}; !cmp.Equal(s.Resource, want) || s.Header.Get("X-Tenant") != "north" {
					t.Errorf("resource %v, header %v", s.Resource, s.Header)
				}
			}
			if want := []string{"query Trees", "fetch pears", "GET"}; !slices.Equal(have, want) {
				t.Fatalf("have %v", have)
			}
			if spans[0].ParentHex() != "1112131415161718" || spans[1].ParentHex() != spans[0].SpanHex() || spans[2].ParentHex() != spans[1].SpanHex() {
				t.Errorf("parents: %s, %s, %s of %s, %s", spans[0].ParentHex(), spans[1].ParentHex(), spans[2].ParentHex(), spans[0].SpanHex(), spans[1].SpanHex())
			}
			want := map[string]string{"graphql.operation.name": "Trees", "http.response.status_code": "200", "zero": "0", "negative": "-5"}
			if d := cmp.Diff(want, spans[0].Attributes()); d != "" {
				t.Error(d)
			}
			if spans[0].StartTimeUnixNano != uint64(began.UnixNano()) || spans[0].EndTimeUnixNano-spans[0].StartTimeUnixNano != 5_000_000 {
				t.Errorf("from %d to %d", spans[0].StartTimeUnixNano, spans[0].EndTimeUnixNano)
			}
			if spans[0].Kind != 2 || spans[1].Kind != 3 || spans[0].Flags != 0x301 || spans[1].Flags != 0x101 {
				t.Errorf("kinds %v, %v; flags %x, %x", spans[0].Kind, spans[1].Kind, spans[0].Flags, spans[1].Flags)
			}
			if spans[0].Status.GetCode() != 0 || spans[1].Status.GetCode() != 2 || spans[1].Attributes()["error.type"] != "GATEWAY_TIMEOUT" {
				t.Errorf("status %v and %v, %v", spans[0].Status, spans[1].Status, spans[1].Attributes())
			}
			if a := spans[2].Attributes(); a["broken"] != "a\uFFFDb" || len(a["long"]) != 8<<10 {
				t.Errorf("broken %q, long %d", a["broken"], len(a["long"]))
			}
		}
	}
}

func TestBatchesAreOfTheSize(t *testing.T) {
	c := collector.New(t)
	e := export(t, c.URL+"/v1/traces", func(cfg *otlp.Config) { cfg.Batches.Delay = time.Hour })
	for range 4 {
		e.request(4)
	}
	e.request(30) // more than a batch is one of its own
	c.Wait(30 + 3*4)
	e.end(5 * time.Second)
	if have, want := c.Sizes(), []int{8, 8, 30}; !slices.Equal(have, want) {
		t.Errorf("batches of %v, not %v", have, want)
	}
	if e.taken.Load() != 46 || e.dropped.Load() != 0 {
		t.Errorf("%d taken, %d dropped", e.taken.Load(), e.dropped.Load())
	}
}

func TestTheEndSendsWhatWaits(t *testing.T) {
	c := collector.New(t)
	e := export(t, c.URL+"/v1/traces", func(cfg *otlp.Config) { cfg.Batches.Delay = time.Hour })
	e.request(3)
	e.end(10 * time.Second)
	if n := len(c.Spans()); n != 3 {
		t.Errorf("%d spans", n)
	}
	e.request(2)
	if n := len(c.Spans()); n != 3 {
		t.Errorf("%d spans after the end", n)
	}
}

func TestWhatMayHelpIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		status int
		grpc   bool
		taken  int64
	}{{503, false, 2}, {429, false, 2}, {400, false, 0}, {301, false, 0}, {-14, true, 2}, {-3, true, 0}, {503, true, 2}} {
		to := collector.New(t)
		to.Answer(c.status)
		e := export(t, to.URL+"/v1/traces", func(cfg *otlp.Config) { cfg.Collector.GRPC = c.grpc })
		e.request(2)
		for end := time.Now().Add(10 * time.Second); e.taken.Load()+e.dropped.Load() < 2 && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		if e.taken.Load() != c.taken || e.dropped.Load() != 2-c.taken {
			t.Errorf("%d: %d taken, %d dropped", c.status, e.taken.Load(), e.dropped.Load())
		}
	}
}

func TestRefusedSpansAreCounted(t *testing.T) {
	c := collector.New(t)
	c.Refuse(1)
	e := export(t, c.URL+"/v1/traces", nil)
	e.request(3)
	c.Wait(3)
	e.end(5 * time.Second)
	if e.taken.Load() != 2 || e.dropped.Load() != 1 || !strings.Contains(e.log.String(), "refused 1 spans") {
		t.Errorf("%d taken, %d dropped; %s", e.taken.Load(), e.dropped.Load(), &e.log)
	}
}

// TestACollectorThatIsAway: requests do not wait, memory is bounded, the log says so once, and the end is soon.
func TestACollectorThatIsAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // it takes connections, and never answers
	e := export(t, "http://"+l.Addr().String()+"/v1/traces", func(cfg *otlp.Config) { cfg.Batches.Timeout = 50 * time.Millisecond })
	start := time.Now()
	for range 20_000 {
		e.request(5)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("requests took %v", took)
	}
	for end := time.Now().Add(10 * time.Second); e.dropped.Load() < 100_000-200 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	before := time.Now()
	e.end(100 * time.Millisecond)
	if took := time.Since(before); took > 2*time.Second {
		t.Errorf("the end took %v", took)
	}
	if n := e.dropped.Load(); n < 100_000-200 || e.taken.Load() != 0 {
		t.Errorf("%d dropped, %d taken", n, e.taken.Load())
	}
	if n := strings.Count(e.log.String(), "traces do not reach the collector"); n != 1 {
		t.Errorf("%d lines: %s", n, &e.log)
	}
}

func TestTheLogSaysWhenAllIsWellAgain(t *testing.T) {
	c := collector.New(t)
	c.Answer(400)
	e := export(t, c.URL+"/v1/traces", nil)
	for n := range int64(3) {
		e.request(1)
		for end := time.Now().Add(10 * time.Second); e.taken.Load()+e.dropped.Load() <= n && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
	}
	e.end(5 * time.Second)
	log := e.log.String()
	if strings.Count(log, "\n") != 2 || !strings.Contains(log, "400 Bad Request") || !strings.Contains(log, "reach the collector again") {
		t.Errorf("the log has %s", log)
	}
}

func TestACollectorMustHaveAURL(t *testing.T) {
	for _, u := range []*url.URL{nil, {}, {Scheme: "ftp", Host: "a"}, {Scheme: "http"}} {
		if _, err := otlp.New(otlp.Config{Collector: otlp.Collector{URL: u}}); err == nil {
			t.Errorf("%v: no error", u)
		}
	}
}

// TestTracingAllocatesLittle: a request with eight fetches, once what is used again is there.
func TestTracingAllocatesLittle(t *testing.T) {
	c := collector.New(t)
	e := export(t, c.URL+"/v1/traces", func(cfg *otlp.Config) {
		cfg.Batches = otlp.Batches{Delay: time.Hour, Size: 1 << 20, Queue: 1 << 20, Timeout: time.Second}
	})
	h := http.Header{}
	request := func() {
		now := time.Now()
		ctx, tr := e.Begin(t.Context(), h, now)
		for range 8 {
			_, s := trace.Start(ctx, trace.KindClient, "fetch", "pears", now)
			s.Text("subgraph.name", "pears")
			s.Number("bytes", 1)
			s.End(now)
		}
		tr.End(now)
	}
	least := 1e9
	for range 100 { // under the race detector pools drop at random
		least = min(least, testing.AllocsPerRun(1, request))
	}
	if least > 9 { // a context for each span
		t.Errorf("%v allocations", least)
	}
}

func BenchmarkRequestWithEightFetches(b *testing.B) {
	u, err := url.Parse("http://127.0.0.1:1")
	if err != nil {
		b.Fatal(err)
	}
	e, err := otlp.New(otlp.Config{
		Collector: otlp.Collector{URL: u}, Batches: otlp.Batches{Delay: time.Hour, Size: 1 << 10, Queue: 1 << 10, Timeout: time.Second}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	tracer := trace.New(trace.Config{Sampler: trace.Ratio(1), TraceContext: true, Sink: e})
	b.ReportAllocs()
	var header []byte
	for b.Loop() {
		now := time.Now()
		ctx, t := tracer.Begin(b.Context(), nil, now)
		for range 8 {
			_, s := trace.Start(ctx, trace.KindClient, "fetch", "pears", now)
			s.Text("subgraph.name", "pears")
			s.Number("http.response.status_code", 200)
			s.Number("http.response.body.size", 1000)
			header = s.AppendHeader(header[:0])
			s.End(time.Now())
		}
		t.End(now)
	}
}
