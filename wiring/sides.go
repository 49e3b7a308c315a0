package wiring

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/canary"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/transport"
)

// Sides counts what goes to the sides of migrations, and has them judged by it.
type Sides struct {
	Board *rollout.Board
	Meter *canary.Meter
	// Comparing knows how answers compare; nil where nothing is compared.
	Comparing rollout.Comparing
	Metrics   *telemetry.Metrics
	Logger    *slog.Logger
}

// NewSides counts for the migrations of a board, and reports where they stand in the metrics.
func NewSides(board *rollout.Board, comparing rollout.Comparing, metrics *telemetry.Metrics, logger *slog.Logger) (*Sides, error) {
	s := &Sides{Board: board, Meter: canary.NewMeter(time.Now), Comparing: comparing, Metrics: metrics, Logger: logger}
	return s, metrics.WatchMigrations(s.standings)
}

// Run judges the migrations until the context ends.
func (s *Sides) Run(ctx context.Context) {
	name, err := os.Hostname()
	if err != nil {
		name = "" // nothing but a name in a reason
	}
	w := &canary.Watcher{Board: s.Board, Meter: s.Meter, Comparing: s.Comparing, Logger: s.Logger, Now: time.Now, Replica: name}
	w.Run(ctx)
}

// Gate has requests to the graph pass the gate of migrations, once it is known who asks.
func (s *Sides) Gate(cfg *config.Config, parts *transport.Parts) {
	g := &rollout.Gate{Board: s.Board, Free: cfg.Environment == config.Dev, Claims: func(ctx context.Context) func(string) (string, bool) {
		return auth.FromContext(ctx).Claim
	}}
	authenticate := parts.Authenticate
	parts.Authenticate = func(next http.Handler) http.Handler {
		if authenticate == nil {
			return g.Wrap(next)
		}
		return authenticate(g.Wrap(next))
	}
}

// decisionOf is the one of the request that the context is of, or, on a connection that carries many, of the operation.
func decisionOf(ctx context.Context, board *rollout.Board) *rollout.Decision {
	if d := rollout.FromContext(ctx); d != nil {
		return d
	}
	in := subgraph.FromContext(ctx)
	d, _, _ := board.Begin(rollout.Request{Headers: in.Header, Claims: in.Claim}, false) // its choice was refused, and is not made
	return d
}

// fetched counts a fetch for the sides that it went to. One that ended because its client left says nothing of anybody.
func (s *Sides) fetched(ctx context.Context, r *executor.Request, took time.Duration, err error) {
	if s == nil || err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	for i := range r.Fetch.Sides {
		side := &r.Fetch.Sides[i]
		name, ok := rollout.Of(side.Label)
		if !ok {
			continue
		}
		if r.Fetch.Kind == ast.Mutation { // also one that failed: it may have changed something
			decisionOf(ctx, s.Board).Wrote(side.Label, side.New, time.Now())
		}
		failed := err != nil || slices.Contains(r.Failed, i)
		s.Meter.Done(name, side.New, took, failed)
		s.Metrics.SideDone(telemetry.Side{Migration: name, New: side.New, Coordinates: side.Coordinates, Took: took, Failed: failed})
	}
}

// standings are where migrations stand, for the metrics.
func (s *Sides) standings() []telemetry.Migration {
	var out []telemetry.Migration
	for _, m := range s.Board.Led() {
		t := telemetry.Migration{
			Name: m.Name, Stage: string(m.State.Stage), Aborted: m.State.Aborted, Paused: m.State.Paused, Changed: m.State.Change.At,
			Wanted: m.State.Share().Float(),
		}
		if seen, ok := s.Meter.Share(m.Name); ok {
			t.Seen = &seen
		}
		if s.Comparing != nil {
			if c, ok := s.Comparing.Compared(m.Name); ok {
				t.Compared, t.Mismatched, t.Noise = c.Compared, c.Mismatched, c.Noise
			}
		}
		out = append(out, t)
	}
	return out
}
