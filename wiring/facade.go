package wiring

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/telemetry"
)

// Deciding is what the sides of paths are decided with: that which decides the fields of the graph.
type Deciding struct {
	Board   *rollout.Board
	Cookies *facade.Cookies
	// Who is nil where nobody is asked who they are.
	Who   *auth.Verifier
	Sides *Sides
}

// Facade passes on what is asked beside the graph, nil where there is nobody to pass it on to.
func Facade(cfg *config.Config, first *owners.Graph, by Deciding, metrics *telemetry.Metrics, logger *slog.Logger) *facade.Facade {
	if !cfg.Facade.Enabled() {
		return nil
	}
	return facade.New(cfg.Facade, first.Migrations.Paths, facade.Parts{
		Client: cfg.Transport().Clients(), Cookies: by.Cookies, Metrics: metrics, Logger: logger,
		Decide: func(r *http.Request) (*rollout.Decision, bool) {
			d, told, _ := by.Board.Begin(factsOf(r, by.Who), cfg.Environment == config.Dev) // a choice that is refused is not made
			return d, told
		},
		Passed: by.Sides.Meter.Done, Compared: comparedBy(logger),
	})
}

// comparedBy logs mismatches, one a minute of each migration.
func comparedBy(logger *slog.Logger) func(facade.Comparison) {
	seldom := &telemetry.Seldom{}
	return func(c facade.Comparison) {
		if c.Result != facade.Mismatch {
			return
		}
		if skipped, ok := seldom.Pass(c.Migration, time.Now()); ok {
			logger.Warn("both sides answered otherwise", slog.String("migration", c.Migration), slog.String("method", c.Method),
				slog.String("path", c.Path), slog.String("request_id", c.RequestID), slog.Int("old", c.Old), slog.Int("new", c.New),
				slog.Any("differences", c.Differences), slog.Int("not_said", skipped))
		}
	}
}

// factsOf are the facts of a request that nobody verified yet: whose token is not good has no claims, and the back end says
// so, if it minds.
func factsOf(r *http.Request, who *auth.Verifier) rollout.Facts {
	if who == nil {
		return rollout.Request{Headers: r.Header}
	}
	caller := sync.OnceValue(func() *auth.Identity { return who.Caller(r) })
	return rollout.Request{Headers: r.Header, Claims: func(name string) (string, bool) { return caller().Claim(name) }}
}
