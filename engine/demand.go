package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/ficusgraph/ficus/engine/cost"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Demand says what an operation may cost, as estimated before it is executed; see package cost. The keys are
// Apollo Router's.
type Demand struct {
	// Enabled estimates each operation; off by default.
	Enabled bool `yaml:"enabled"`
	// Mode is measure, which refuses nothing, or enforce. It must be said.
	Mode     DemandMode     `yaml:"mode"`
	Strategy DemandStrategy `yaml:"strategy"`
}

// DemandMode is what an estimate is good for.
type DemandMode string

// The modes.
const (
	MeasureDemand DemandMode = "measure"
	EnforceDemand DemandMode = "enforce"
)

// DemandStrategy is how the demand is found out.
type DemandStrategy struct {
	StaticEstimated struct {
		// ListSize is how long a list is taken to be of which the graph says nothing.
		ListSize int `yaml:"list_size"`
		// Max is the largest estimate that is executed.
		Max int `yaml:"max"`
	} `yaml:"static_estimated"`
}

// Validate reports everything that is wrong; what is not enabled need not be complete.
func (d Demand) Validate() error {
	var errs []error
	add := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("demand_control."+key+": "+format, args...))
	}
	switch {
	case d.Mode != "" && d.Mode != MeasureDemand && d.Mode != EnforceDemand:
		add("mode", "%q is neither measure nor enforce", d.Mode)
	case d.Mode == "" && d.Enabled:
		add("mode", "must be said: measure or enforce")
	}
	s := d.Strategy.StaticEstimated
	if s.ListSize < 0 || d.Enabled && s.ListSize == 0 {
		add("strategy.static_estimated.list_size", "must be above 0: how long a list is of which the graph says nothing")
	}
	if s.Max < 0 || d.Enabled && s.Max == 0 {
		add("strategy.static_estimated.max", "must be above 0: what an operation may cost")
	}
	return errors.Join(errs...)
}

// Codes of operations that are refused for what they cost.
const (
	CodeTooExpensive = "COST_ESTIMATED_TOO_EXPENSIVE"
	CodeNotEstimated = "COST_CANNOT_BE_ESTIMATED"
)

// estimate is the formula of an operation; nil if nobody wants to know.
func (d Demand) estimate(sg *supergraph.Supergraph, op *operation.Operation) *cost.Estimate {
	if !d.Enabled {
		return nil
	}
	return cost.New(sg, op, d.Strategy.StaticEstimated.ListSize)
}

// afford is what the operation costs with the values, or the error with which it is refused.
func (d Demand) afford(ctx context.Context, e *cost.Estimate, values operation.Values, observer Observer) (int, error) {
	n, err := e.Of(values)
	most := d.Strategy.StaticEstimated.Max
	if observer != nil {
		observer.CostDone(ctx, n, n > most)
	}
	switch {
	case d.Mode != EnforceDemand:
		return n, nil
	case err != nil:
		return n, &operation.Error{Code: CodeNotEstimated, Message: err.Error()}
	case n > most:
		return n, &operation.Error{
			Code:       CodeTooExpensive,
			Message:    fmt.Sprintf("The operation is estimated to cost %d, and may cost %d: ask for fewer or shorter lists, or split it.", n, most),
			Extensions: map[string]any{"cost.estimated": n, "cost.max": most},
			Excess:     &operation.Excess{Limit: "demand_control.strategy.static_estimated.max", Max: most, Actual: n},
		}
	}
	return n, nil
}
