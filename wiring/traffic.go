package wiring

import (
	"log/slog"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
	"github.com/ficusgraph/ficus/telemetry"
)

// Traffic has it counted how fetches get to services, and logged which URLs are left out.
func Traffic(cfg *config.Config, metrics *telemetry.Metrics, logger *slog.Logger) {
	cfg.Traffic.Watcher = traffic{metrics, logger}
}

type traffic struct {
	metrics *telemetry.Metrics
	log     *slog.Logger
}

var _ subgraph.Watcher = traffic{}

// FetchPassed implements subgraph.Watcher.
func (t traffic) FetchPassed(name string, p *shaping.Passage) {
	t.metrics.FetchPassed(telemetry.Passage{
		Subgraph: name, Attempts: p.Attempts, Hedged: p.Hedged, Waited: p.Waited, Refused: string(p.Refused), Breaker: p.Breaker,
	})
}

// URLAttempted implements subgraph.Watcher.
func (t traffic) URLAttempted(name, url string, failed bool) {
	t.metrics.URLAttempted(name, url, failed)
}

// URLJudged implements subgraph.Watcher.
func (t traffic) URLJudged(name, url string, well bool, reason error) {
	t.metrics.URLJudged(name, url, well)
	if well {
		t.log.Info("a URL is asked again", slog.String("subgraph", name), slog.String("url", url))
		return
	}
	t.log.Warn("a URL is left out", slog.String("subgraph", name), slog.String("url", url), slog.Any("reason", reason))
}
