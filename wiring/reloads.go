package wiring

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/documents"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/telemetry"
)

// Reloads makes changed graphs the current one; what cannot be served leaves the last good one, and is said in
// the log, the metrics, the health check and by the command status until a good one comes.
type Reloads struct {
	Gateway *engine.Engine
	Config  engine.Config
	Metrics *telemetry.Metrics
	Logger  *slog.Logger
	Served  *atomic.Pointer[owners.Graph]
	Notices *owners.Notices
	Board   *rollout.Board
	// Facade is nil where there is none.
	Facade *facade.Facade
	Made   *mocks.Names
	Known  *documents.Store

	// fault is why the newest graph is not served, nil if it is.
	fault atomic.Pointer[string]
}

// Take serves the graph, or says why not.
func (r *Reloads) Take(ctx context.Context, g *owners.Graph, err error) error {
	start := time.Now()
	var snapshot *engine.Snapshot
	if err == nil {
		snapshot, err = engine.NewSnapshot(g.Supergraph, g.Fetcher, r.Config)
	}
	if err == nil {
		// Before the graph is served: what moves in both has one decision in both.
		err = r.Board.Define(g.Migrations.List, g.Migrations.Labels)
	}
	if err != nil {
		text := err.Error()
		r.fault.Store(&text)
		r.Metrics.Reloaded(time.Since(start), 0, err)
		r.Logger.Error("the changed graph cannot be served; the last good one stays", slog.Any("error", err))
		return err
	}
	if r.Facade != nil {
		r.Facade.Serve(g.Migrations.Paths)
	}
	if r.Made != nil {
		r.Made.Add(g.Mocked)
	}
	r.Known.Serve(ctx, snapshot)
	warmed := r.Gateway.Reload(ctx, snapshot)
	r.fault.Store(nil)
	r.Served.Store(g)
	r.Notices.Served(g)
	took := time.Since(start)
	r.Metrics.Reloaded(took, warmed, nil)
	r.Logger.Info("the graph has changed", slog.Int("subgraphs", len(g.Supergraph.Subgraphs)), slog.Int("warmed", warmed), slog.Duration("took", took))
	return nil
}

// Stale is why the newest graph is not served, "" if it is.
func (r *Reloads) Stale() string {
	if text := r.fault.Load(); text != nil {
		return *text
	}
	return ""
}
