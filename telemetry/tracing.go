package telemetry

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/telemetry/trace"
)

// Exporters says where what is reported goes. The keys are Apollo Router's.
type Exporters struct {
	// Tracing is about traces.
	Tracing Tracing `yaml:"tracing"`
}

// Tracing says which requests are traced, and where the traces go.
type Tracing struct {
	Common      TraceCommon `yaml:"common"`
	Propagation Propagation `yaml:"propagation"`
	OTLP        OTLP        `yaml:"otlp"`
	// ResponseTraceID tells clients the id of the trace; ExperimentalResponseTraceID is its older name.
	ResponseTraceID             ResponseTraceID `yaml:"response_trace_id"`
	ExperimentalResponseTraceID ResponseTraceID `yaml:"experimental_response_trace_id"`
}

// TraceCommon holds for all traces.
type TraceCommon struct {
	// ServiceName is who reports, ficus by default. OTEL_SERVICE_NAME goes before it.
	ServiceName string `yaml:"service_name"`
	// ServiceNamespace is the group that it belongs to.
	ServiceNamespace string `yaml:"service_namespace"`
	// Resource is what else is known of who reports.
	Resource map[string]string `yaml:"resource"`
	// Sampler is the part of requests that are traced, 0 to 1, always_on (the default) or always_off.
	Sampler string `yaml:"sampler" jsonschema:"oneof_type=string;number"`
	// ParentBasedSampler goes by the client's decision where it sent one; true by default.
	ParentBasedSampler *bool `yaml:"parent_based_sampler"`
}

// Propagation says by which headers a trace comes from the client and goes on to services.
type Propagation struct {
	// TraceContext is W3C's traceparent and tracestate; true by default.
	TraceContext *bool `yaml:"trace_context"`
	// Baggage is W3C's baggage; false by default, as it is what clients want services to know.
	Baggage bool `yaml:"baggage"`
}

// OTLP is a collector that speaks OpenTelemetry's protocol.
type OTLP struct {
	// Enabled has requests traced; false by default.
	Enabled bool `yaml:"enabled"`
	// Endpoint is the collector's URL, or default: http://127.0.0.1:4317 for gRPC, http://127.0.0.1:4318 for HTTP.
	Endpoint string `yaml:"endpoint"`
	// Protocol is grpc (the default) or http.
	Protocol string `yaml:"protocol"`
	// Compression is none (the default) or gzip.
	Compression    string         `yaml:"compression"`
	GRPC           OTLPGRPC       `yaml:"grpc"`
	HTTP           OTLPHTTP       `yaml:"http"`
	BatchProcessor BatchProcessor `yaml:"batch_processor"`
}

// OTLPGRPC is what only gRPC has. CA, Cert and Key are PEM.
type OTLPGRPC struct {
	DomainName string            `yaml:"domain_name"`
	CA         string            `yaml:"ca"`
	Cert       string            `yaml:"cert"`
	Key        string            `yaml:"key"`
	Metadata   map[string]string `yaml:"metadata"`
}

// OTLPHTTP is what only HTTP has.
type OTLPHTTP struct {
	Headers map[string]string `yaml:"headers"`
}

// BatchProcessor bounds what waits to be sent.
type BatchProcessor struct {
	// ScheduledDelay is how long a span waits for others, 5s by default.
	ScheduledDelay time.Duration `yaml:"scheduled_delay"`
	// MaxQueueSize is how many spans wait at most, 16,384 by default; more are dropped, and counted.
	MaxQueueSize int `yaml:"max_queue_size"`
	// MaxExportBatchSize is how many are sent at a time, 512 by default.
	MaxExportBatchSize int `yaml:"max_export_batch_size"`
	// MaxExportTimeout is how long sending some may take, with all attempts, 30s by default.
	MaxExportTimeout time.Duration `yaml:"max_export_timeout"`
}

// ResponseTraceID tells clients the id of the trace.
type ResponseTraceID struct {
	Enabled bool `yaml:"enabled"`
	// HeaderName is apollo-trace-id by default.
	HeaderName string `yaml:"header_name"`
	// Format is hexadecimal (the default), open_telemetry (the same), decimal or uuid.
	Format string `yaml:"format"`
}

// Instrumentation says what else is recorded.
type Instrumentation struct {
	Spans InstrumentedSpans `yaml:"spans"`
}

// InstrumentedSpans says what else is recorded of spans.
type InstrumentedSpans struct {
	// Supergraph is the span of a request, Subgraph that of a fetch.
	Supergraph struct {
		Attributes struct {
			// Document is the text of the operation, with the values that stand in it. It is not recorded by default.
			Document bool `yaml:"graphql.document"`
		} `yaml:"attributes"`
	} `yaml:"supergraph"`
	Subgraph struct {
		Attributes struct {
			// Document is the text that is sent to the subgraph. It is not recorded by default.
			Document bool `yaml:"subgraph.graphql.document"`
		} `yaml:"attributes"`
	} `yaml:"subgraph"`
}

const tracingKey = "telemetry.exporters.tracing."

// validate reports everything that is wrong.
func (t Tracing) validate() []error {
	var errs []error
	fault := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf(tracingKey+key+": "+format, args...))
	}
	if _, err := sampler(t.Common.Sampler); err != nil {
		fault("common.sampler", "%w", err)
	}
	if e := t.OTLP.Endpoint; e != "" && e != "default" {
		if _, err := endpoint(e); err != nil {
			fault("otlp.endpoint", "%w", err)
		}
	}
	oneOf := func(key, v string, all ...string) {
		if v != "" && !slices.Contains(all, v) {
			fault(key, "%q is none of %s", v, strings.Join(all, ", "))
		}
	}
	oneOf("otlp.protocol", t.OTLP.Protocol, "grpc", "http")
	oneOf("otlp.compression", t.OTLP.Compression, "none", "gzip")
	t.ResponseTraceID.validate("response_trace_id", fault)
	t.ExperimentalResponseTraceID.validate("experimental_response_trace_id", fault)
	t.OTLP.validateBatches(fault)
	t.OTLP.validateHeaders(fault)
	if (t.OTLP.GRPC.Cert == "") != (t.OTLP.GRPC.Key == "") {
		fault("otlp.grpc", "has one of cert and key; give both")
	}
	return errs
}

func (r ResponseTraceID) validate(key string, fault func(key, format string, args ...any)) {
	if r.Format != "" && !slices.Contains(formatsOfIDs, r.Format) {
		fault(key+".format", "%q is none of %s", r.Format, strings.Join(formatsOfIDs, ", "))
	}
	if r.HeaderName != "" && !headerName(r.HeaderName) {
		fault(key+".header_name", "%q cannot be the name of a header", r.HeaderName)
	}
}

func (o OTLP) validateBatches(fault func(key, format string, args ...any)) {
	b := o.BatchProcessor
	for _, n := range []struct {
		key string
		v   int64
	}{
		{"scheduled_delay", int64(b.ScheduledDelay)},
		{"max_queue_size", int64(b.MaxQueueSize)},
		{"max_export_batch_size", int64(b.MaxExportBatchSize)},
		{"max_export_timeout", int64(b.MaxExportTimeout)},
	} {
		if n.v < 0 {
			fault("otlp.batch_processor."+n.key, "must not be negative")
		}
	}
	if b.MaxQueueSize > 0 && b.MaxExportBatchSize > b.MaxQueueSize {
		fault("otlp.batch_processor.max_export_batch_size", "is larger than max_queue_size, so that no batch would ever be full")
	}
}

func (o OTLP) validateHeaders(fault func(key, format string, args ...any)) {
	for _, list := range []struct {
		key string
		all map[string]string
	}{{"otlp.grpc.metadata", o.GRPC.Metadata}, {"otlp.http.headers", o.HTTP.Headers}} {
		for _, name := range slices.Sorted(maps.Keys(list.all)) {
			if !headerName(name) || strings.ContainsAny(list.all[name], "\r\n\x00") {
				fault(list.key+"."+name, "cannot be sent as a header")
			}
		}
	}
}

// headerName reports whether v can be the name of a header.
func headerName(v string) bool {
	return v != "" && !strings.ContainsFunc(v, func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	})
}

// sampler is what the configuration or OTEL_TRACES_SAMPLER names.
func sampler(v string) (trace.Sampler, error) {
	switch v {
	case "", "always_on":
		return trace.Ratio(1), nil
	case "always_off":
		return trace.Ratio(0), nil
	}
	part, err := strconv.ParseFloat(v, 64)
	if err != nil || !(part >= 0 && part <= 1) {
		return trace.Sampler{}, fmt.Errorf("%q is no sampler; write a number from 0 to 1, always_on or always_off", v)
	}
	return trace.Ratio(part), nil
}

// endpoint is the URL of a collector; without a scheme it is without TLS.
func endpoint(v string) (*url.URL, error) {
	if !strings.Contains(v, "://") {
		v = "http://" + v
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is not a collector's URL; write one such as http://127.0.0.1:4317", v)
	}
	return u, nil
}

// header is headers by their names.
func header(all map[string]string) http.Header {
	h := http.Header{}
	for k, v := range all {
		h.Set(k, v)
	}
	return h
}

// errProtocol is a protocol that is not spoken.
var errProtocol = errors.New("is none of grpc, http/protobuf")
