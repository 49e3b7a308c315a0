package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/ficusgraph/ficus/telemetry/otlp"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// Tracer traces requests as it is configured, and sends the traces. A nil one traces nothing.
type Tracer struct {
	*trace.Tracer
	exporter *otlp.Exporter
	response ResponseTraceID
	document bool
	// Fetched says that the text that is sent to subgraphs is recorded.
	fetched bool
}

// Surroundings are what a Tracer needs beside its configuration.
type Surroundings struct {
	// Env looks up the variables OTEL_*.
	Env     func(string) (string, bool)
	Logger  *slog.Logger
	Metrics *Metrics
	// Version of the program.
	Version string
}

// NewTracer traces as the configuration says, which must have been validated. It is nil where nothing is traced.
// What the configuration leaves open, OpenTelemetry's environment variables decide; the name and the attributes of the
// service, they decide first.
func NewTracer(c Config, around Surroundings) (*Tracer, error) {
	t := c.Exporters.Tracing
	env := environment{look: around.Env}
	if !t.OTLP.Enabled || env.flag("OTEL_SDK_DISABLED") {
		return nil, nil
	}
	cfg := otlp.Config{
		Collector: env.collector(t.OTLP), Batches: env.batches(t.OTLP.BatchProcessor), Resource: env.resource(t.Common, around.Version),
		Version: around.Version, Logger: around.Logger, Reported: around.Metrics.SpansDone,
	}
	part, ignoreParent := env.sampler(t.Common)
	if err := errors.Join(env.errs...); err != nil {
		return nil, fmt.Errorf("telemetry.exporters.tracing: %w", err)
	}
	exporter, err := otlp.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("telemetry.exporters.tracing.otlp: %w", err)
	}
	spans := c.Instrumentation.Spans
	return &Tracer{
		Tracer: trace.New(trace.Config{
			Sampler: part, IgnoreParent: ignoreParent, Sink: exporter,
			TraceContext: t.Propagation.TraceContext == nil || *t.Propagation.TraceContext, Baggage: t.Propagation.Baggage,
		}),
		exporter: exporter, response: t.responseTraceID(),
		document: spans.Supergraph.Attributes.Document, fetched: spans.Subgraph.Attributes.Document,
	}, nil
}

// Close sends the traces that wait, for as long as the context lets it.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.exporter.Close(ctx)
}

// Documents reports whether the text of a request is recorded, and FetchDocuments whether that of a fetch is.
func (t *Tracer) Documents() bool { return t != nil && t.document }

// FetchDocuments reports whether the text of a fetch is recorded.
func (t *Tracer) FetchDocuments() bool { return t != nil && t.fetched }

// responseTraceID is what is told to clients, with nothing left open.
func (t Tracing) responseTraceID() ResponseTraceID {
	r := t.ResponseTraceID
	if !r.Enabled {
		r = t.ExperimentalResponseTraceID
	}
	if r.HeaderName == "" {
		r.HeaderName = "apollo-trace-id"
	}
	r.HeaderName = http.CanonicalHeaderKey(r.HeaderName)
	return r
}
