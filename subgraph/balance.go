package subgraph

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// Balancing is how fetches are spread over the URLs of a service that has several.
//
// A URL is left out while its health check fails, or for a while after failures in a row. What is left out is asked
// all the same where every URL is: a service that is asked and fails is better than one that is not asked.
type Balancing struct {
	// Strategy is round_robin or least_under_way; round_robin by default.
	Strategy Strategy `yaml:"strategy" jsonschema:"enum=round_robin,enum=least_under_way"`
	// HealthCheck asks each URL from time to time; not by default.
	HealthCheck HealthCheck `yaml:"health_check"`
	// Ejection leaves out a URL whose fetches fail.
	Ejection Ejection `yaml:"ejection"`
}

// Strategy is how a URL is chosen among those that are well.
type Strategy string

// The strategies.
const (
	// RoundRobin takes one after the other.
	RoundRobin Strategy = "round_robin"
	// LeastUnderWay takes that with the fewest fetches under way; in turn where there are several.
	LeastUnderWay Strategy = "least_under_way"
)

// HealthCheck asks each URL from time to time whether it is well.
type HealthCheck struct {
	// Interval between two checks of a URL; none by default, which is no check.
	Interval time.Duration `yaml:"interval"`
	// Timeout of a check; 2s by default.
	Timeout time.Duration `yaml:"timeout"`
	// Path is asked with GET, and is to answer with 2xx. Without it the URL itself is asked for { __typename }, and is to
	// answer, and not with 5xx.
	Path string `yaml:"path"`
	// Failures in a row after which the URL is left out, 2 by default; Successes in a row after which it is not, 1 by
	// default.
	Failures  int `yaml:"failures"`
	Successes int `yaml:"successes"`
}

// Ejection leaves out a URL whose fetches fail: by timeouts, broken connections and answers of 5xx.
type Ejection struct {
	// Failures in a row after which it is left out; 5 by default.
	Failures int `yaml:"failures"`
	// Time for which it is left out, 10s by default: as often as long as it was left out in a row, up to ten times.
	Time time.Duration `yaml:"time"`
}

var balancing = Balancing{
	Strategy:    RoundRobin,
	HealthCheck: HealthCheck{Timeout: 2 * time.Second, Failures: 2, Successes: 1},
	Ejection:    Ejection{Failures: 5, Time: 10 * time.Second},
}

// or is the configuration with what it leaves open taken from another.
func (b Balancing) or(next Balancing) Balancing {
	fallback(&b.Strategy, next.Strategy)
	fallback(&b.HealthCheck.Interval, next.HealthCheck.Interval)
	fallback(&b.HealthCheck.Timeout, next.HealthCheck.Timeout)
	fallback(&b.HealthCheck.Path, next.HealthCheck.Path)
	fallback(&b.HealthCheck.Failures, next.HealthCheck.Failures)
	fallback(&b.HealthCheck.Successes, next.HealthCheck.Successes)
	fallback(&b.Ejection.Failures, next.Ejection.Failures)
	fallback(&b.Ejection.Time, next.Ejection.Time)
	return b
}

// shortest is the shortest interval of checks.
const shortest = 10 * time.Millisecond

func (b Balancing) validate(key string) error {
	errs := []error{oneOf(key+".strategy", b.Strategy, RoundRobin, LeastUnderWay)}
	for _, v := range []struct {
		key   string
		value int64
	}{
		{"health_check.interval", int64(b.HealthCheck.Interval)},
		{"health_check.timeout", int64(b.HealthCheck.Timeout)},
		{"health_check.failures", int64(b.HealthCheck.Failures)},
		{"health_check.successes", int64(b.HealthCheck.Successes)},
		{"ejection.failures", int64(b.Ejection.Failures)},
		{"ejection.time", int64(b.Ejection.Time)},
	} {
		if v.value < 0 {
			errs = append(errs, fmt.Errorf("%s.%s: must not be negative", key, v.key))
		}
	}
	if i := b.HealthCheck.Interval; i > 0 && i < shortest {
		errs = append(errs, fmt.Errorf("%s.health_check.interval: %s is too often; write at least %s", key, i, shortest))
	}
	if p := b.HealthCheck.Path; p != "" && p[0] != '/' {
		errs = append(errs, fmt.Errorf("%s.health_check.path: %q must begin with a slash", key, p))
	}
	return flatten(errs)
}

// MaxURLs is how many URLs a service has at most.
const MaxURLs = 32

// sites are the URLs of a service, in the order of the configuration.
type sites struct {
	all      []*site
	strategy Strategy
	turn     atomic.Uint32
}

// tried are the sites that a fetch was sent to, a bit each.
type tried uint32

func (t tried) has(n int) bool { return t&(1<<n) != 0 }

// choose is the site for the next attempt of a fetch: one that is well and that it was not sent to yet, else one
// that is well, else any that it was not sent to.
func (t *sites) choose(before tried, now time.Time) int {
	if len(t.all) == 1 {
		return 0
	}
	turn, best, worth := int(t.turn.Add(1)-1), 0, -1
	for i := range t.all {
		n := (turn + i) % len(t.all)
		w := 0
		if t.all[n].health.well(now) {
			w += 2
		}
		if !before.has(n) {
			w++
		}
		if w > worth || w == worth && t.strategy == LeastUnderWay && t.all[n].underWay.Load() < t.all[best].underWay.Load() {
			best, worth = n, w
		}
	}
	return best
}

// elsewhere reports whether there is another site for a fetch that is well.
func (t *sites) elsewhere(before tried, now time.Time) bool {
	for n, o := range t.all {
		if !before.has(n) && o.health.well(now) {
			return true
		}
	}
	return false
}

var errEjected = errors.New("its fetches failed again and again")

// unsent reports whether nothing can have reached the service: no connection was made.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
