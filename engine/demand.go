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
	// Clients may have budgets of their own.
	Clients DemandClients `yaml:"clients"`
}

// DemandClients are clients with budgets of their own; the others have that of the strategy.
type DemandClients struct {
	// Header names the client, apollographql-client-name by default. Anybody can send it: it tells one's own clients
	// apart, and keeps nobody from posing as another.
	Header string `yaml:"header"`
	// Claim names the client instead, by the verified token.
	Claim string `yaml:"claim"`
	// Max is the largest estimate that is executed, by client.
	Max map[string]int `yaml:"max"`
}

// clientHeader is what Apollo's clients call themselves in.
const clientHeader = "apollographql-client-name"

// Named says where the client's name is: the claim, or the header where there is none.
func (c DemandClients) Named() (header, claim string) {
	if c.Claim != "" {
		return "", c.Claim
	}
	return cmp.Or(c.Header, clientHeader), ""
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
		// Subgraph is what an operation may cost each of the subgraphs.
		Subgraph SubgraphDemand `yaml:"subgraph"`
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
	if err := s.Subgraph.validate(); err != nil {
		errs = append(errs, err)
	}
	if d.Clients.Header != "" && d.Clients.Claim != "" {
		add("clients", "are named by a header and by a claim; keep one")
	}
	for _, name := range slices.Sorted(maps.Keys(d.Clients.Max)) {
		if d.Clients.Max[name] <= 0 {
			add("clients.max", "%s: must be above 0", name)
		}
	}
	return errors.Join(errs...)
}

// Codes of operations that are refused for what they cost.
const (
	CodeTooExpensive = "COST_ESTIMATED_TOO_EXPENSIVE"
	CodeNotEstimated = "COST_CANNOT_BE_ESTIMATED"
	// CodeSubgraphTooExpensive is of what costs one subgraph too much.
	CodeSubgraphTooExpensive = "SUBGRAPH_COST_ESTIMATED_TOO_EXPENSIVE"
)

// estimate is the formula of an operation; nil if nobody wants to know.
func (d Demand) estimate(sg *supergraph.Supergraph, op *operation.Operation) *cost.Estimate {
	if !d.Enabled {
		return nil
	}
	return cost.New(sg, op, d.Strategy.StaticEstimated.ListSize)
}

// afford is what the operation costs with the values, or the error with which it is refused.
func (c *Config) afford(ctx context.Context, e *cost.Estimate, values operation.Values, r *Request, observer Observer) (int, error) {
	n, err := e.Of(values)
	most, limit := c.budget(ctx)
	total := n
	if r.Spent != nil {
		total = int(r.Spent.Add(int64(n)))
	}
	if observer != nil {
		observer.CostDone(ctx, n, total > most)
	}
	switch {
	case c.Demand.Mode != EnforceDemand:
		return n, nil
	case err != nil:
		return n, &operation.Error{Code: CodeNotEstimated, Message: err.Error()}
	case total > most:
		return n, &operation.Error{
			Code:       CodeTooExpensive,
			Message:    tooExpensive(n, total, most),
			Extensions: map[string]any{"cost.estimated": n, "cost.max": most},
			Excess:     &operation.Excess{Limit: limit, Max: most, Actual: total},
		}
	}
	return n, nil
}

func tooExpensive(n, total, most int) string {
	if n != total {
		return fmt.Sprintf("The operation is estimated to cost %d, and its batch with it %d; that may cost %d: send it in parts.", n, total, most)
	}
	return fmt.Sprintf("The operation is estimated to cost %d, and may cost %d: ask for fewer or shorter lists, or split it.", n, most)
}

// budget is what an operation of the request's client may cost, and which key says so.
func (c *Config) budget(ctx context.Context) (most int, limit string) {
	if len(c.Demand.Clients.Max) > 0 && c.Client != nil {
		if most, ok := c.Demand.Clients.Max[c.Client(ctx)]; ok {
			return most, "demand_control.clients.max"
		}
	}
	return c.Demand.Strategy.StaticEstimated.Max, "demand_control.strategy.static_estimated.max"
}
