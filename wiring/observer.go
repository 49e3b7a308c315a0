package wiring

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/transport"
)

// Observer reports what the engine does.
type Observer struct {
	Metrics *telemetry.Metrics
	Tracer  *telemetry.Tracer
	Logger  *slog.Logger
	// Made are the subgraphs that are made up; nil for none.
	Made *mocks.Names
	// Shadows are told how owners fare; nil for nobody.
	Shadows *Shadows
	// Sides counts what goes to the sides of migrations; nil counts nothing.
	Sides *Sides
	// Seldom keeps the log from saying one thing again and again.
	Seldom *telemetry.Seldom
}

var (
	_ engine.Observer        = Observer{}
	_ executor.ErrorObserver = Observer{}
)

// ParseDone implements engine.Observer.
func (o Observer) ParseDone(ctx context.Context, took time.Duration, err error) {
	o.Tracer.ParseDone(ctx, took, engine.Code(err))
}

// PlanDone implements engine.Observer.
func (o Observer) PlanDone(ctx context.Context, took time.Duration, considered int, err error) {
	o.Metrics.PlanDone(took, considered, err)
	o.Tracer.PlanDone(ctx, took, considered, engine.Code(err))
}

// CostDone implements engine.Observer.
func (o Observer) CostDone(_ context.Context, estimated int, tooMuch bool) {
	o.Metrics.CostDone(estimated, tooMuch)
}

// LimitPassed implements engine.Observer. Where one client passes a limit, many do: a line a minute says so.
func (o Observer) LimitPassed(ctx context.Context, name string, x operation.Excess, refused bool) {
	o.Metrics.LimitPassed(x.Limit, refused)
	if skipped, ok := o.Seldom.Pass(x.Limit, time.Now()); ok {
		o.Logger.WarnContext(ctx, "limit passed", slog.String("limit", x.Limit), slog.Int("max", x.Max), slog.Int("actual", x.Actual),
			slog.Bool("refused", refused), slog.String("operation", name), slog.Int("not_said", skipped))
	}
}

// RateMeasured reports a rate limit that would refuse if it were enforced.
func (o Observer) RateMeasured(ctx context.Context, no ratelimit.Refusal) {
	o.LimitPassed(ctx, "", operation.Excess{Limit: no.Key(), Max: no.Quota, Actual: no.Used}, false)
}

// FetchBegins implements executor.Observer.
func (o Observer) FetchBegins(ctx context.Context, r *executor.Request) context.Context {
	return o.Tracer.FetchBegins(ctx, telemetry.Fetch{
		Subgraph: r.Fetch.Subgraph, Kind: string(r.Fetch.Kind), Document: r.Fetch.Operation, Entities: r.Representations, Bytes: len(r.Body),
		Mocked: o.Made.Has(r.Fetch.Subgraph),
	})
}

// FetchDone implements executor.Observer. The cause of a failed fetch is logged here, and only here.
func (o Observer) FetchDone(ctx context.Context, r *executor.Request, took time.Duration, bytes int, err error) {
	code := ""
	if err != nil {
		code = "SUBREQUEST_FAILED"
		var known *executor.Error
		if errors.As(err, &known) {
			code = known.Code
		}
		o.Logger.WarnContext(ctx, "fetch failed", slog.String("request_id", transport.RequestID(ctx)), slog.String("subgraph", r.Fetch.Subgraph), slog.Duration("took", took), slog.Any("error", err))
	}
	o.Shadows.Fetched(r.Fetch.Subgraph, took, err)
	o.Metrics.FetchDone(o.Made.Counted(r.Fetch.Subgraph), took, bytes, code)
	o.Tracer.FetchDone(ctx, bytes, code)
	if r.Fetch.Sides != nil {
		o.Sides.fetched(ctx, r, took, err)
	}
}

// mostErrors is how much of the errors of an answer is logged, in bytes.
const mostErrors = 4096

// ErrorsHidden implements executor.ErrorObserver: what clients do not see is logged, with the id that they do see.
func (o Observer) ErrorsHidden(ctx context.Context, r *executor.Request, errors []byte) {
	o.Logger.WarnContext(ctx, "errors of a service", slog.String("request_id", transport.RequestID(ctx)), slog.String("subgraph", r.Fetch.Subgraph),
		slog.String("errors", string(errors[:min(len(errors), mostErrors)])))
}

// WatchCaches reports the engine's caches.
func WatchCaches(metrics *telemetry.Metrics, gateway *engine.Engine) error {
	if err := metrics.WatchCache("documents", func() telemetry.Cache { return telemetry.Cache(gateway.Documents()) }); err != nil {
		return err
	}
	return metrics.WatchCache("plans", func() telemetry.Cache { return telemetry.Cache(gateway.Plans()) })
}
