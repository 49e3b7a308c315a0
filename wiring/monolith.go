package wiring

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/transport"
)

// MonolithPorts let connectors see the client's headers and the environment, and report their calls.
func MonolithPorts(cfg *config.Config, who *auth.Onward, metrics *telemetry.Metrics, logger *slog.Logger) monolith.Ports {
	report := connectorReport{metrics: metrics, log: logger, debug: cfg.Connectors.DebugExtensions}
	return monolith.Ports{
		Headers: func(ctx context.Context) http.Header { return subgraph.FromContext(ctx).Header },
		Caller:  monolithCaller,
		Minted:  who.Minted,
		Env:     os.LookupEnv,
		Called:  report.called,
	}
}

// monolithCaller is who asks, for what sources are shown.
func monolithCaller(ctx context.Context) monolith.Caller {
	who := auth.FromContext(ctx)
	if who == nil {
		return monolith.Caller{}
	}
	return monolith.Caller{Issuer: who.Issuer, Subject: who.Subject, Token: who.Token(), Claims: who.Claims, Claim: who.Plain}
}

// connectorReport counts and logs the calls of connectors, and gathers them for clients that ask to see them.
type connectorReport struct {
	metrics *telemetry.Metrics
	log     *slog.Logger
	debug   bool
	// seldom is for the problems by which values are lost: where there is one, there are many.
	seldom telemetry.Seldom
}

func (r *connectorReport) called(ctx context.Context, c *monolith.Call) {
	counted := telemetry.ConnectorCall{
		Subgraph: c.Connector.Of, Connector: c.Connector.Coordinate, Source: c.Connector,
		Status: c.Status, Code: c.Code(), Took: c.Took, Bytes: c.Bytes, Shared: c.Shared,
		Attempts: c.Attempts, Waited: c.Waited, Refused: string(c.Refused), Breaker: c.Breaker,
	}
	if c.Err != nil {
		r.log.WarnContext(ctx, "connector failed", slog.String("request_id", transport.RequestID(ctx)), slog.String("connector", c.Connector.Coordinate), slog.String("url", c.ShownURL()),
			slog.Int("status", c.Status), slog.Duration("took", c.Took), slog.Any("error", c.Err))
	}
	for _, p := range c.Problems {
		if len(p.Lost) == 0 {
			counted.Absent += p.Count
		} else {
			counted.Lost += p.Count
		}
		r.problem(ctx, c, p)
	}
	r.metrics.ConnectorCalled(&counted)
	if r.debug {
		monolith.Gather(ctx, c)
	}
}

// problem logs a mapping problem: that a value was lost is a warning once a minute for each connector.
func (r *connectorReport) problem(ctx context.Context, c *monolith.Call, p mapping.Problem) {
	level, skipped := slog.LevelDebug, 0
	if len(p.Lost) > 0 {
		var ok bool
		if skipped, ok = r.seldom.Pass(c.Connector.Subgraph+c.Connector.Coordinate, time.Now()); ok {
			level = slog.LevelWarn
		}
	}
	if !r.log.Enabled(ctx, level) {
		return
	}
	r.log.Log(ctx, level, "mapping problem", slog.String("connector", c.Connector.Coordinate), slog.String("problem", p.Message),
		slog.String("path", p.Path), slog.String("in", c.Connector.Locate(p).In), slog.Int("offset", p.At),
		slog.Int("count", p.Count), slog.Int("not_said", skipped))
}

// debugExtensions shows the calls of connectors to clients that ask for them.
func debugExtensions(ctx context.Context, _ engine.Executed) (context.Context, func([]byte) []byte) {
	if subgraph.FromContext(ctx).Header.Get(monolith.DebugHeader) != "true" {
		return ctx, nil
	}
	ctx, calls := monolith.WithDebug(ctx)
	return ctx, calls.AppendExtensions
}
