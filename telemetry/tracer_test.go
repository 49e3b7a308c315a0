package telemetry_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/internal/collector"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// tracer is one that is configured and sends within moments.
func tracer(t *testing.T, c telemetry.Tracing, env map[string]string) (*telemetry.Tracer, error) {
	t.Helper()
	c.OTLP.Enabled = true
	c.OTLP.BatchProcessor.ScheduledDelay = 10 * time.Millisecond
	cfg := telemetry.Config{Exporters: telemetry.Exporters{Tracing: c}}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	tr, err := telemetry.NewTracer(cfg, telemetry.Surroundings{
		Env:    func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Logger: slog.New(slog.DiscardHandler), Version: "7",
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = tr.Close(ctx)
	})
	return tr, err
}

// request traces one request, and reports whether it is recorded.
func request(tr *telemetry.Tracer) bool {
	_, t := tr.Begin(context.Background(), nil, time.Now())
	defer t.End(time.Now())
	return t.Sampled
}

func TestTheConfigurationGoesBeforeTheEnvironment(t *testing.T) {
	c, other := collector.New(t), collector.New(t)
	off := false
	for name, tt := range map[string]struct {
		cfg     telemetry.Tracing
		env     map[string]string
		to      *collector.Collector
		service string
		header  string
	}{
		"all configured": {
			cfg: telemetry.Tracing{
				Common: telemetry.TraceCommon{ServiceName: "mine", Sampler: "always_on"},
				OTLP:   telemetry.OTLP{Endpoint: c.URL, Protocol: "http", HTTP: telemetry.OTLPHTTP{Headers: map[string]string{"x-key": "a"}}},
			},
			env: map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": other.URL, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_TRACES_SAMPLER": "always_off",
				"OTEL_EXPORTER_OTLP_HEADERS": "x-key=b",
			},
			to: c, service: "mine", header: "a",
		},
		"all from the environment": {
			env: map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_HEADERS": "x-key=b%20c , x=y",
				"OTEL_RESOURCE_ATTRIBUTES": "service.name=theirs", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
			},
			to: c, service: "theirs", header: "b c",
		},
		"the environment names the service": {
			cfg: telemetry.Tracing{Common: telemetry.TraceCommon{ServiceName: "mine", ParentBasedSampler: &off}, OTLP: telemetry.OTLP{Endpoint: c.URL}},
			env: map[string]string{"OTEL_SERVICE_NAME": "deployed", "OTEL_RESOURCE_ATTRIBUTES": "service.name=theirs"},
			to:  c, service: "deployed",
		},
		"the address for traces is whole": {
			env: map[string]string{
				"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": c.URL + "/v1/traces", "OTEL_EXPORTER_OTLP_ENDPOINT": other.URL, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
			},
			to: c, service: "ficus",
		},
	} {
		before := len(tt.to.Spans())
		tr, err := tracer(t, tt.cfg, tt.env)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !request(tr) {
			t.Errorf("%s: not sampled", name)
		}
		s := tt.to.Wait(before + 1)[before]
		if s.Resource["service.name"] != tt.service || s.Resource["service.version"] != "7" || s.Header.Get("X-Key") != tt.header {
			t.Errorf("%s: %v, %v", name, s.Resource, s.Header)
		}
	}
	if n := len(other.Spans()); n != 0 {
		t.Errorf("%d spans went elsewhere", n)
	}
}

func TestSamplersOfTheEnvironment(t *testing.T) {
	const yes = "00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01"
	for _, tt := range []struct {
		kind, arg       string
		alone, asParent bool
	}{
		{"always_on", "", true, true},
		{"always_off", "", false, false},
		{"parentbased_always_off", "", false, true},
		{"traceidratio", "0", false, false},
		{"parentbased_traceidratio", "0.0", false, true},
		{"traceidratio", "", true, true},
	} {
		tr, err := tracer(t, telemetry.Tracing{}, map[string]string{"OTEL_TRACES_SAMPLER": tt.kind, "OTEL_TRACES_SAMPLER_ARG": tt.arg})
		if err != nil {
			t.Error(err)
			continue
		}
		_, child := tr.Begin(t.Context(), http.Header{"Traceparent": {yes}}, time.Now())
		if have := request(tr); have != tt.alone || child.Sampled != tt.asParent {
			t.Errorf("%s %s: %v, beneath a parent %v", tt.kind, tt.arg, have, child.Sampled)
		}
	}
}

func TestFaultsOfTheEnvironmentAreSaid(t *testing.T) {
	for name, v := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "ftp://a", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_TRACES_SAMPLER": "sometimes",
		"OTEL_BSP_MAX_QUEUE_SIZE": "many", "OTEL_EXPORTER_OTLP_HEADERS": "nothing", "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere/ca.pem",
	} {
		if _, err := tracer(t, telemetry.Tracing{}, map[string]string{name: v}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTracingIsOffUnlessItIsOn(t *testing.T) {
	on := telemetry.Config{}
	on.Exporters.Tracing.OTLP.Enabled = true
	for _, c := range []struct {
		cfg telemetry.Config
		env string
	}{{telemetry.Config{}, ""}, {on, "true"}} {
		tr, err := telemetry.NewTracer(c.cfg, telemetry.Surroundings{Env: func(name string) (string, bool) {
			return c.env, name == "OTEL_SDK_DISABLED"
		}})
		if tr != nil || err != nil {
			t.Errorf("%v, %v", tr, err)
		}
	}
}

// TestNoTracerTracesNothing: whoever reports need not ask.
func TestNoTracerTracesNothing(t *testing.T) {
	var tr *telemetry.Tracer
	ctx := context.Background()
	if n := testing.AllocsPerRun(100, func() {
		if tr.FetchBegins(ctx, telemetry.Fetch{Subgraph: "a"}) != ctx {
			t.Error("another context")
		}
		tr.FetchDone(ctx, 1, "CODE")
		tr.ParseDone(ctx, 1, "CODE")
		tr.PlanDone(ctx, 1, 1, "")
		tr.Tell(nil, nil)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if err := tr.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestACollectorBehindTLS(t *testing.T) {
	c := collector.New(t)
	secure := collector.NewTLS(t)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	for _, protocol := range []string{"grpc", "http"} {
		before := len(secure.Spans())
		tr, err := tracer(t, telemetry.Tracing{OTLP: telemetry.OTLP{
			Endpoint: secure.URL, Protocol: protocol, GRPC: telemetry.OTLPGRPC{CA: ca, DomainName: "example.com"},
		}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		request(tr)
		secure.Wait(before + 1)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(ca), 0o600); err != nil {
		t.Fatal(err)
	}
	tr, err := tracer(t, telemetry.Tracing{}, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": secure.URL, "OTEL_EXPORTER_OTLP_CERTIFICATE": file})
	if err != nil {
		t.Fatal(err)
	}
	request(tr)
	secure.Wait(3)
	if n := len(c.Spans()); n != 0 {
		t.Errorf("%d spans went elsewhere", n)
	}
}

func TestLinesOfALogSayWhichTrace(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		log := telemetry.Logger(telemetry.Log{Format: format}, &out).With("a", 1).WithGroup("g")
		_, err := tracer(t, telemetry.Tracing{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, tr := trace.New(trace.Config{}).Begin(t.Context(), nil, time.Now())
		log.InfoContext(ctx, "with")
		log.Info("without")
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		want := fmt.Sprintf("%x", tr.ID[:])
		if len(lines) != 2 || !strings.Contains(lines[0], "trace_id") || !strings.Contains(lines[0], want) || strings.Contains(lines[1], "trace_id") {
			t.Errorf("%s", &out)
		}
	}
}

func TestFormatsOfATracesID(t *testing.T) {
	have := map[string]string{}
	for _, format := range []string{"", "hexadecimal", "open_telemetry", "decimal", "datadog", "uuid"} {
		tr, err := tracer(t, telemetry.Tracing{ResponseTraceID: telemetry.ResponseTraceID{Enabled: true, Format: format}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, request := tr.Begin(t.Context(), http.Header{"Traceparent": {"00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01"}}, time.Now())
		h := http.Header{}
		tr.Tell(h, request)
		have[format] = h.Get("Apollo-Trace-Id")
	}
	const hexadecimal = "0102030405060708090a0b0c0d0e0f10"
	if d := cmp.Diff(map[string]string{
		"": hexadecimal, "hexadecimal": hexadecimal, "open_telemetry": hexadecimal, "uuid": "01020304-0506-0708-090a-0b0c0d0e0f10",
		"decimal": "1339673755198158349044581307228491536", "datadog": "651345242494996240",
	}, have); d != "" {
		t.Error(d)
	}
}

func TestTracingIsValidated(t *testing.T) {
	for _, tt := range []struct {
		change func(*telemetry.Tracing)
		want   string
	}{
		{func(c *telemetry.Tracing) { c.Common.Sampler = "1.5" }, `common.sampler: "1.5" is no sampler`},
		{func(c *telemetry.Tracing) { c.Common.Sampler = "NaN" }, `common.sampler: "NaN" is no sampler`},
		{func(c *telemetry.Tracing) { c.OTLP.Endpoint = "ftp://a" }, `otlp.endpoint: "ftp://a" is not a collector's URL`},
		{func(c *telemetry.Tracing) { c.OTLP.Protocol = "udp" }, `otlp.protocol: "udp" is none of grpc, http`},
		{func(c *telemetry.Tracing) { c.OTLP.Compression = "br" }, `otlp.compression: "br" is none of none, gzip`},
		{func(c *telemetry.Tracing) { c.OTLP.BatchProcessor.MaxQueueSize = -1 }, `max_queue_size: must not be negative`},
		{func(c *telemetry.Tracing) {
			c.OTLP.BatchProcessor = telemetry.BatchProcessor{MaxQueueSize: 5, MaxExportBatchSize: 6}
		}, `max_export_batch_size: is larger than max_queue_size`},
		{func(c *telemetry.Tracing) { c.OTLP.GRPC.Cert = "x" }, `otlp.grpc: has one of cert and key`},
		{func(c *telemetry.Tracing) { c.OTLP.HTTP.Headers = map[string]string{"a b": "c"} }, `otlp.http.headers.a b: cannot be sent`},
		{func(c *telemetry.Tracing) { c.ResponseTraceID.Format = "octal" }, `response_trace_id.format: "octal" is none of`},
		{func(c *telemetry.Tracing) { c.ExperimentalResponseTraceID.HeaderName = "a:b" }, `experimental_response_trace_id.header_name: "a:b" cannot`},
	} {
		var c telemetry.Config
		tt.change(&c.Exporters.Tracing)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "telemetry.exporters.tracing.") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, not %s", err, tt.want)
		}
	}
}
