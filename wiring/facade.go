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

// Facade passes on what is asked beside the graph, nil where there is nobody to pass it on to. Paths are decided by the same
// table as the graph's labels, of the same facts.
func Facade(cfg *config.Config, first *owners.Graph, board *rollout.Board, cookies *facade.Cookies, who *auth.Verifier, metrics *telemetry.Metrics, logger *slog.Logger) *facade.Facade {
	if !cfg.Facade.Enabled() {
		return nil
	}
	of := cfg.Facade
	of.ShowSide = of.ShowSide || cfg.Environment == config.Dev
	seldom := &telemetry.Seldom{}
	return facade.New(of, first.Migrations.Paths, facade.Parts{
		Decide: board.Table, Client: cfg.Transport().Clients(), Cookies: cookies, Metrics: metrics, Logger: logger,
		Facts: func(r *http.Request) rollout.Facts { return factsOf(r, who) },
		Compared: func(c facade.Comparison) {
			if c.Result != facade.Mismatch {
				return
			}
			if skipped, ok := seldom.Pass(c.Migration, time.Now()); ok {
				logger.Warn("both sides answered otherwise", slog.String("migration", c.Migration), slog.String("method", c.Method),
					slog.String("path", c.Path), slog.String("request_id", c.RequestID), slog.Int("old", c.Old), slog.Int("new", c.New),
					slog.Any("differences", c.Differences), slog.Int("not_said", skipped))
			}
		},
	})
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
