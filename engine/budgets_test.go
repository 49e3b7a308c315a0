package engine_test

import (
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine"
)

// TestBudgetsOfSubgraphs: what costs one subgraph more than it may is refused, without its name, or told where it is only
// measured.
func TestBudgetsOfSubgraphs(t *testing.T) {
	for _, c := range []struct {
		name    string
		mode    engine.DemandMode
		budget  engine.SubgraphDemand
		refused bool
	}{
		{"none", engine.EnforceDemand, engine.SubgraphDemand{}, false},
		{"for all", engine.EnforceDemand, engine.SubgraphDemand{All: engine.SubgraphBudget{Max: 9}}, true},
		{"enough for all", engine.EnforceDemand, engine.SubgraphDemand{All: engine.SubgraphBudget{Max: 10}}, false},
		{"its own", engine.EnforceDemand, engine.SubgraphDemand{All: engine.SubgraphBudget{Max: 10}, Subgraphs: map[string]engine.SubgraphBudget{"a": {Max: 9}}}, true},
		{"another's", engine.EnforceDemand, engine.SubgraphDemand{Subgraphs: map[string]engine.SubgraphBudget{"b": {Max: 9}}}, false},
		{"measured", engine.MeasureDemand, engine.SubgraphDemand{All: engine.SubgraphBudget{Max: 9}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := engine.Demand{Enabled: true, Mode: c.mode}
			d.Strategy.StaticEstimated.ListSize, d.Strategy.StaticEstimated.Max, d.Strategy.StaticEstimated.Subgraph = 7, 100, c.budget
			body, out := demanding(t, d, nil).Execute(t.Context(), &engine.Request{Query: "{ users(first: 10) { id } }"}, nil)
			if out.Refused != c.refused {
				t.Errorf("%s", body)
			}
			const want = `"extensions":{"actual":10,"code":"SUBGRAPH_COST_ESTIMATED_TOO_EXPENSIVE","limit":"demand_control.strategy.static_estimated.subgraph","max":9}`
			if c.refused && !strings.Contains(string(body), want) {
				t.Errorf("%s", body)
			}
		})
	}
}
