package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/transport"
)

// Limits bounds requests: as they come over HTTP, and the operations in them; and the answers to connectors.
type Limits struct {
	// Mode is enforce, which refuses what passes a limit, or measure, which refuses nothing and counts and logs what
	// would be; enforce by default. What bounds the gateway without any configuration does so in both.
	Mode LimitMode `yaml:"mode"`
	// Measure are the keys of limits that are only measured, where others are enforced.
	Measure          []string `yaml:"measure"`
	transport.Limits `yaml:",inline"`
	Operations       operation.Limits         `yaml:",inline"`
	Connector        subgraph.ConnectorLimits `yaml:"connector"`
}

// LimitMode is what becomes of requests that pass a limit.
type LimitMode string

// The modes.
const (
	MeasureLimits LimitMode = "measure"
	EnforceLimits LimitMode = "enforce"
)

// measurable are the keys of limits that may be only measured.
func measurable() []string { return slices.Concat(transport.LimitKeys(), operation.LimitKeys()) }

// Validate reports everything that is wrong with the mode and the limits of operations.
func (l Limits) Validate() error {
	var errs []error
	if l.Mode != "" && l.Mode != MeasureLimits && l.Mode != EnforceLimits {
		errs = append(errs, fmt.Errorf("limits.mode: %q is neither measure nor enforce", l.Mode))
	}
	for _, key := range l.Measure {
		if !slices.Contains(measurable(), key) {
			errs = append(errs, fmt.Errorf("limits.measure: %q is no limit that can be measured; those are %s", key, strings.Join(measurable(), ", ")))
		}
	}
	return errors.Join(append(errs, split(l.Operations.Validate())...)...)
}

// measured are the keys of limits that are only measured.
func (l Limits) measured() []string {
	if l.Mode == MeasureLimits {
		return measurable()
	}
	return l.Measure
}

// http is the limits of what comes over HTTP.
func (l Limits) http() transport.Limits {
	l.Measured = l.measured()
	return l.Limits
}

// operations is the limits of operations.
func (l Limits) operations() operation.Limits {
	l.Operations.Measured = l.measured()
	return l.Operations
}

// globalRule is the name of the rule that traffic_shaping.router.global_rate_limit stands for.
const globalRule = "global"

// RateLimit is the configuration of rate limits, with the global one before the others.
func (c *Config) RateLimit() ratelimit.Config {
	out := c.RateLimits
	if all := c.Traffic.TrafficShaping.Router.GlobalRateLimit; all.Capacity > 0 {
		global := ratelimit.Rule{Name: globalRule, Capacity: all.Capacity, Interval: all.Interval}
		out.Rules = append([]ratelimit.Rule{global}, out.Rules...)
	}
	return out
}

// validateRateLimits checks them, and that what they count is known.
func (c *Config) validateRateLimits() error {
	var errs []error
	all := c.Traffic.TrafficShaping.Router.GlobalRateLimit
	switch {
	case all.Capacity < 0 || all.Interval < 0:
		errs = append(errs, errors.New("traffic_shaping.router.global_rate_limit: must not be negative"))
	case (all.Capacity == 0) != (all.Interval == 0):
		errs = append(errs, errors.New("traffic_shaping.router.global_rate_limit: takes capacity and interval, as capacity: 100 and interval: 1s"))
	case all.Capacity > 0 && slices.ContainsFunc(c.RateLimits.Rules, func(r ratelimit.Rule) bool { return r.Name == globalRule }):
		errs = append(errs, errors.New("rate_limits.rules: global is the name of traffic_shaping.router.global_rate_limit; call the rule otherwise"))
	}
	if c.RateLimits.CountsCost() && !c.DemandControl.Enabled {
		errs = append(errs, errors.New("rate_limits.rules: one counts cost, which nothing estimates; switch on demand_control"))
	}
	return errors.Join(append(errs, split(c.RateLimits.Validate())...)...)
}
