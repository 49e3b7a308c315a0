package shaping

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config bounds the requests to one source. What is left open is taken from another (Over), at last from the
// defaults.
type Config struct {
	// MaxConcurrency is how many requests are under way at once; 64 by default. What comes beyond it waits.
	MaxConcurrency int `yaml:"max_concurrency"`
	// MaxWait is how long a request waits for one of them to end; 10s by default.
	MaxWait time.Duration `yaml:"max_wait"`
	// Deadline is how long a request may take in all, with waiting, all attempts and the pauses between them; by
	// default only each of these is bounded.
	Deadline time.Duration `yaml:"deadline"`
	// GlobalRateLimit bounds the requests in a time; no bound by default.
	GlobalRateLimit RateLimit `yaml:"global_rate_limit"`
	// CircuitBreaker leaves a source alone that fails.
	CircuitBreaker Breaker `yaml:"circuit_breaker"`
	// Retry sends again what failed; off by default.
	Retry Retry `yaml:"retry"`
}

// RateLimit is so many requests in an interval. Those beyond are refused at once.
type RateLimit struct {
	Capacity int           `yaml:"capacity"`
	Interval time.Duration `yaml:"interval"`
}

// Breaker opens when a share of the latest requests failed: by timeouts, broken connections and answers of 5xx.
type Breaker struct {
	// Enabled is true by default.
	Enabled *bool `yaml:"enabled"`
	// FailureRate is the share that opens it, above 0 and up to 1; 0.5 by default.
	FailureRate float64 `yaml:"failure_rate"`
	// MinRequests is how many requests there must have been in the window; 20 by default.
	MinRequests int `yaml:"min_requests"`
	// Window is the time that is looked at; 10s by default.
	Window time.Duration `yaml:"window"`
	// OpenFor is how long the source is left alone then; 5s by default.
	OpenFor time.Duration `yaml:"open_for"`
	// Probes is how many requests are let through after that, all of which must succeed; 3 by default.
	Probes int `yaml:"probes"`
}

// Retry sends a request again that may be repeated and got no answer, or one of 429, 502, 503, 504.
type Retry struct {
	// MaxAttempts is how often a request is sent at most; 1 by default, which is no retry.
	MaxAttempts int `yaml:"max_attempts"`
	// Budget is the share of requests that may be sent again, above 0 and up to 1; 0.1 by default. Ten more are
	// always there to begin with.
	Budget float64 `yaml:"budget"`
	// Delay is the longest pause before the first repetition, 50ms by default; it doubles from one to the next, up to
	// MaxDelay, 2s by default. Each pause is of a random length below. What a source asks for with Retry-After
	// is waited, if it is not longer than MaxDelay; else the request is not repeated.
	Delay    time.Duration `yaml:"delay"`
	MaxDelay time.Duration `yaml:"max_delay"`
	// Methods are those of requests that may be repeated; GET and HEAD by default. PUT and DELETE can be said here.
	Methods []string `yaml:"methods"`
}

var yes = true

var defaults = Config{
	MaxConcurrency: 64, MaxWait: 10 * time.Second,
	CircuitBreaker: Breaker{Enabled: &yes, FailureRate: 0.5, MinRequests: 20, Window: 10 * time.Second, OpenFor: 5 * time.Second, Probes: 3},
	Retry:          Retry{MaxAttempts: 1, Budget: 0.1, Delay: 50 * time.Millisecond, MaxDelay: 2 * time.Second, Methods: []string{"GET", "HEAD"}},
}

// Over is the configuration with what it leaves open taken from the next ones, and from the defaults.
func (c Config) Over(next ...Config) Config { return c.Or(append(next, defaults)...) }

// Bounds reports whether anything of it bounds or repeats requests. The wait for a place does not: there is none.
func (c Config) Bounds() bool {
	return c.MaxConcurrency > 0 || c.Deadline > 0 || c.GlobalRateLimit.Capacity > 0 || c.CircuitBreaker.asked() || c.Retry.MaxAttempts > 1
}

// OnlyAsked is the configuration for a source that is not bounded unless that is said: any number of requests is
// under way, up to most, and there is a breaker only where something is said of it.
func (c Config) OnlyAsked(most int) Config {
	breaker := c.CircuitBreaker.asked()
	c.CircuitBreaker.Enabled = &breaker
	c.MaxConcurrency = cmp.Or(c.MaxConcurrency, most)
	return c
}

// asked reports whether anything is said of the breaker but that it is off.
func (b Breaker) asked() bool {
	if b.Enabled != nil {
		return *b.Enabled
	}
	return b != Breaker{}
}

// Or is the configuration with what it leaves open taken from the next ones.
func (c Config) Or(next ...Config) Config {
	for _, n := range next {
		c.MaxConcurrency = cmp.Or(c.MaxConcurrency, n.MaxConcurrency)
		c.MaxWait = cmp.Or(c.MaxWait, n.MaxWait)
		c.Deadline = cmp.Or(c.Deadline, n.Deadline)
		c.GlobalRateLimit = cmp.Or(c.GlobalRateLimit, n.GlobalRateLimit)
		c.CircuitBreaker = Breaker{
			Enabled:     cmp.Or(c.CircuitBreaker.Enabled, n.CircuitBreaker.Enabled),
			FailureRate: cmp.Or(c.CircuitBreaker.FailureRate, n.CircuitBreaker.FailureRate),
			MinRequests: cmp.Or(c.CircuitBreaker.MinRequests, n.CircuitBreaker.MinRequests),
			Window:      cmp.Or(c.CircuitBreaker.Window, n.CircuitBreaker.Window),
			OpenFor:     cmp.Or(c.CircuitBreaker.OpenFor, n.CircuitBreaker.OpenFor),
			Probes:      cmp.Or(c.CircuitBreaker.Probes, n.CircuitBreaker.Probes),
		}
		methods := c.Retry.Methods
		if methods == nil {
			methods = n.Retry.Methods
		}
		c.Retry = Retry{
			MaxAttempts: cmp.Or(c.Retry.MaxAttempts, n.Retry.MaxAttempts),
			Budget:      cmp.Or(c.Retry.Budget, n.Retry.Budget),
			Delay:       cmp.Or(c.Retry.Delay, n.Retry.Delay),
			MaxDelay:    cmp.Or(c.Retry.MaxDelay, n.Retry.MaxDelay),
			Methods:     methods,
		}
	}
	return c
}

// Validate reports everything that is wrong; key is where the configuration stands.
func (c Config) Validate(key string) error {
	var errs []error
	for _, v := range []struct {
		key   string
		value int64
	}{
		{"max_concurrency", int64(c.MaxConcurrency)},
		{"max_wait", int64(c.MaxWait)},
		{"deadline", int64(c.Deadline)},
		{"global_rate_limit.capacity", int64(c.GlobalRateLimit.Capacity)},
		{"global_rate_limit.interval", int64(c.GlobalRateLimit.Interval)},
		{"circuit_breaker.min_requests", int64(c.CircuitBreaker.MinRequests)},
		{"circuit_breaker.window", int64(c.CircuitBreaker.Window)},
		{"circuit_breaker.open_for", int64(c.CircuitBreaker.OpenFor)},
		{"circuit_breaker.probes", int64(c.CircuitBreaker.Probes)},
		{"retry.max_attempts", int64(c.Retry.MaxAttempts)},
		{"retry.delay", int64(c.Retry.Delay)},
		{"retry.max_delay", int64(c.Retry.MaxDelay)},
	} {
		if v.value < 0 {
			errs = append(errs, fmt.Errorf("%s.%s: must not be negative", key, v.key))
		}
	}
	if (c.GlobalRateLimit.Capacity == 0) != (c.GlobalRateLimit.Interval == 0) {
		errs = append(errs, fmt.Errorf("%s.global_rate_limit: takes both, capacity and interval, such as 100 and 1s", key))
	}
	errs = append(errs, share(key+".circuit_breaker.failure_rate", c.CircuitBreaker.FailureRate), share(key+".retry.budget", c.Retry.Budget))
	for _, m := range c.Retry.Methods {
		if !slices.Contains(repeatable, m) {
			errs = append(errs, fmt.Errorf("%s.retry.methods: %q is none of %s; what other methods do twice they may do two times", key, m, strings.Join(repeatable, ", ")))
		}
	}
	return errors.Join(errs...)
}

// repeatable are the methods that have the same effect once and many times.
// https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
var repeatable = []string{"GET", "HEAD", "PUT", "DELETE"}

func share(key string, v float64) error {
	if v < 0 || v > 1 {
		return fmt.Errorf("%s: %v must be above 0 and not above 1", key, v)
	}
	return nil
}
