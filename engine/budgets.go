package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/engine/cost"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// SubgraphDemand says what one operation may cost subgraphs, each for itself.
type SubgraphDemand struct {
	// All holds for every subgraph.
	All SubgraphBudget `yaml:"all"`
	// Subgraphs holds for the subgraphs named; what it leaves open is taken from All.
	Subgraphs map[string]SubgraphBudget `yaml:"subgraphs"`
}

// SubgraphBudget is what one operation may cost one subgraph.
type SubgraphBudget struct {
	// Max is the largest estimate of what an operation asks the subgraph for; any by default.
	Max int `yaml:"max"`
	// ListSize is how long a list of the subgraph is taken to be of which the graph says nothing; by default as all are.
	ListSize int `yaml:"list_size"`
}

// limitSubgraph is the key of the limit as clients see it, who are told of no subgraph.
const limitSubgraph = "demand_control.strategy.static_estimated.subgraph"

func (s SubgraphDemand) validate() error {
	var errs []error
	check := func(key string, b SubgraphBudget) {
		if b.Max < 0 || b.ListSize < 0 {
			errs = append(errs, fmt.Errorf("%s.%s: must not be negative", limitSubgraph, key))
		}
	}
	check("all", s.All)
	for _, name := range slices.Sorted(maps.Keys(s.Subgraphs)) {
		check("subgraphs."+name, s.Subgraphs[name])
	}
	return errors.Join(errs...)
}

// budgeted reports whether any subgraph has a budget.
func (s SubgraphDemand) budgeted() bool {
	for _, b := range s.Subgraphs {
		if b.Max > 0 {
			return true
		}
	}
	return s.All.Max > 0
}

func (s SubgraphDemand) of(name string) SubgraphBudget {
	own := s.Subgraphs[name]
	return SubgraphBudget{cmp.Or(own.Max, s.All.Max), cmp.Or(own.ListSize, s.All.ListSize)}
}

// shares are the formulas of what a plan costs subgraphs that have a budget; nil if nobody wants to know.
func (d Demand) shares(sg *supergraph.Supergraph, plan *queryplan.Plan) []cost.Share {
	budgets := d.Strategy.StaticEstimated.Subgraph
	if !d.Enabled || !budgets.budgeted() {
		return nil
	}
	all := cost.Shares(sg, plan, func(name string) int {
		return cmp.Or(budgets.of(name).ListSize, d.Strategy.StaticEstimated.ListSize)
	})
	return slices.DeleteFunc(all, func(s cost.Share) bool { return budgets.of(s.Subgraph).Max == 0 })
}

// spare refuses an operation that costs one of the subgraphs too much. Where that is only measured, it is told.
func (e *Engine) spare(ctx context.Context, d Demand, shares []cost.Share, values operation.Values, name string) error {
	for _, s := range shares {
		n, err := s.Estimate.Of(values)
		most := d.Strategy.StaticEstimated.Subgraph.of(s.Subgraph).Max
		if err != nil || n <= most {
			continue // what cannot be estimated is refused for the whole
		}
		passed := operation.Excess{Limit: limitSubgraph, Max: most, Actual: n}
		if d.Mode != EnforceDemand {
			e.tell(ctx, name, []operation.Excess{passed})
			continue
		}
		return &operation.Error{
			Code: CodeSubgraphTooExpensive, Excess: &passed,
			Message: fmt.Sprintf("The operation is estimated to cost one of the services %d, and may cost it %d: ask for fewer or shorter lists, or split it.", n, most),
		}
	}
	return nil
}
