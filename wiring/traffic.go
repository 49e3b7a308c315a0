package wiring

import (
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
	"github.com/ficusgraph/ficus/telemetry"
)

// Traffic has it counted how fetches get to services.
func Traffic(cfg *config.Config, metrics *telemetry.Metrics) {
	cfg.Traffic.Watcher = traffic{metrics}
}

type traffic struct{ metrics *telemetry.Metrics }

var _ subgraph.Watcher = traffic{}

// FetchPassed implements subgraph.Watcher.
func (t traffic) FetchPassed(name string, p *shaping.Passage) {
	t.metrics.FetchPassed(telemetry.Passage{
		Subgraph: name, Attempts: p.Attempts, Waited: p.Waited, Refused: string(p.Refused), Breaker: p.Breaker,
	})
}
