package telemetry

import (
	"context"
	"time"

	"github.com/ficusgraph/ficus/telemetry/trace"
)

// Fetch is what is known of a request to a subgraph before it is made.
type Fetch struct {
	Subgraph, Kind, Document string
	// Entities is how many objects are asked for, 0 if none but the root is. Bytes is how long the request is.
	Entities, Bytes int
	// Mocked: the values are made up.
	Mocked bool
}

// FetchBegins is the context of a fetch, with a span for it where the request is traced.
func (t *Tracer) FetchBegins(ctx context.Context, f Fetch) context.Context {
	if t == nil {
		return ctx
	}
	ctx, s := trace.Start(ctx, trace.KindClient, "fetch", f.Subgraph, time.Now())
	if s == nil {
		return ctx
	}
	s.Text("subgraph.name", f.Subgraph)
	s.Text("graphql.operation.type", f.Kind)
	if f.Entities > 0 {
		s.Number("ficus.entities", f.Entities)
	}
	s.Number("http.request.body.size", f.Bytes)
	if f.Mocked {
		s.Text("ficus.mocked", "true")
	}
	if t.fetched {
		s.Text("subgraph.graphql.document", f.Document)
	}
	return ctx
}

// FetchDone ends the span of a fetch: how long the answer is, and the code of its failure, empty for none.
func (t *Tracer) FetchDone(ctx context.Context, bytes int, code string) {
	if t == nil {
		return
	}
	s := trace.FromContext(ctx).Child()
	s.Number("http.response.body.size", bytes)
	failed(s, code)
	s.End(time.Now())
}

// ParseDone records that a document was parsed and validated, as it is when it is not in the cache, and the code of
// what is wrong with it, empty for nothing.
func (t *Tracer) ParseDone(ctx context.Context, took time.Duration, code string) {
	if t != nil {
		failed(trace.Record(ctx, "parse", time.Now().Add(-took), took), code)
	}
}

// PlanDone records that a query plan was made, as it is when it is not in the cache, or the code of why there is none.
func (t *Tracer) PlanDone(ctx context.Context, took time.Duration, considered int, code string) {
	if t == nil {
		return
	}
	s := trace.Record(ctx, "plan", time.Now().Add(-took), took)
	s.Number("ficus.plan.paths", considered)
	failed(s, code)
}

func failed(s *trace.Span, code string) {
	if code != "" {
		s.Fail(code)
	}
}
