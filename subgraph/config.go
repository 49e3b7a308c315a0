package subgraph

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Config is how fetches leave. Its zero value is the default; the keys are Apollo Router's where the thing is
// the same.
type Config struct {
	// Headers says which headers services get beside those of the protocol; none by default.
	Headers Headers `yaml:"headers"`
	// IncludeSubgraphErrors says what of the errors that sources report clients see.
	IncludeSubgraphErrors IncludeErrors `yaml:"include_subgraph_errors"`
	// SubgraphStatus says which HTTP statuses of sources clients see; none by default.
	SubgraphStatus Statuses `yaml:"subgraph_status"`
	// TrafficShaping bounds what a fetch may take.
	TrafficShaping TrafficShaping `yaml:"traffic_shaping"`
	// OverrideSubgraphURL says where subgraphs are served, by name, instead of what the graph says.
	OverrideSubgraphURL map[string]string `yaml:"override_subgraph_url"`
	// TLS is how services prove who they are, and the gateway to them; in the file it stands beside that to clients.
	TLS TLS `yaml:"-"`

	// Shown is what the service for a subgraph is shown of who asks, by the section authentication; nil is nothing.
	Shown func(subgraph string) Shown `yaml:"-"`
	// RoutingURLs are the URLs of subgraphs that have several, by name; the first is that of the graph.
	RoutingURLs map[string][]string `yaml:"-"`
	// Watcher is told how fetches that are shaped got to their services; nil for nobody.
	Watcher Watcher `yaml:"-"`
}

// Watcher is told how fetches got to their services, as far as anything there bounds or repeats them. It is called
// from many goroutines.
type Watcher interface {
	// FetchPassed is told of each such fetch, when it has ended.
	FetchPassed(subgraph string, p *shaping.Passage)
	// URLAttempted is told of each attempt at one of several URLs, and whether it failed by the service's fault.
	URLAttempted(subgraph, url string, failed bool)
	// URLJudged is told when one of several URLs is left out, with the reason, or taken in again.
	URLJudged(subgraph, url string, well bool, reason error)
}

// more are the further URLs of a subgraph, beside the one.
func (c Config) more(name, url string) []string {
	all := c.RoutingURLs[name]
	if len(all) < 2 || all[0] != url {
		return nil
	}
	return all[1:]
}

// TrafficShaping bounds what a fetch may take.
type TrafficShaping struct {
	// All holds for every subgraph.
	All Shaping `yaml:"all"`
	// Subgraphs holds for the subgraphs named; what it leaves open is taken from All.
	Subgraphs map[string]Shaping `yaml:"subgraphs"`
	// Connector is about the requests of connectors.
	Connector ConnectorTraffic `yaml:"connector"`
	// Router is about the requests of clients, before there are fetches.
	Router RouterShaping `yaml:"router"`
}

// RouterShaping is about the requests of clients.
type RouterShaping struct {
	Dedupe Dedupe `yaml:"dedupe"`
	// Timeout is how long an operation may take, from the end of its request's header to its answer; 60s by default.
	// The fetches that are under way then are canceled.
	Timeout time.Duration `yaml:"timeout"`
	// ConcurrencyLimit is how many operations are executed at one time; any number by default.
	ConcurrencyLimit int `yaml:"concurrency_limit"`
	// GlobalRateLimit is how many operations of all clients together are answered in a time; any number by default. It is
	// the rate limit with the name global.
	GlobalRateLimit shaping.RateLimit `yaml:"global_rate_limit"`
	// MaxWaiting is how many may wait for others to end; by default as many as are executed.
	MaxWaiting int `yaml:"max_waiting"`
	// MaxWait is how long one waits before it is refused; 1s by default.
	MaxWait time.Duration `yaml:"max_wait"`
}

// Dedupe has equal queries of clients that are under way at one time answered once.
type Dedupe struct {
	// Enabled is false by default. Queries are equal if their text, variables and headers are, but for headers
	// that are different in each request: X-Request-Id, Traceparent, Tracestate.
	Enabled bool `yaml:"enabled"`
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	errs := []error{c.Headers.validate(), c.SubgraphStatus.validate(), c.IncludeSubgraphErrors.validate(), c.TrafficShaping.All.validate("traffic_shaping.all")}
	for _, name := range slices.Sorted(maps.Keys(c.TrafficShaping.Subgraphs)) {
		errs = append(errs, c.TrafficShaping.Subgraphs[name].validate("traffic_shaping.subgraphs."+name))
	}
	errs = append(errs, c.TrafficShaping.Connector.validate("traffic_shaping.connector"))
	for _, name := range slices.Sorted(maps.Keys(c.OverrideSubgraphURL)) {
		if _, err := parseURL(c.OverrideSubgraphURL[name]); err != nil {
			errs = append(errs, fmt.Errorf("override_subgraph_url.%s: %w", name, err))
		}
	}
	errs = append(errs, c.TLS.validate())
	return flatten(errs)
}

func fallback[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// CheckURL says what is wrong with the address of a service.
func CheckURL(text string) error {
	_, err := parseURL(text)
	return err
}

// parseURL reads the address of a service.
func parseURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, errors.New("there is no URL; give the subgraph a routing_url such as http://127.0.0.1:4001/graphql")
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%q is not a URL: %w", text, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is not an HTTP URL; write one such as http://127.0.0.1:4001/graphql", text)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.Fragment = ""
	return u, nil
}

// flatten joins errors, taking joined ones apart, so that each fault is one of the list.
func flatten(errs []error) error {
	var out []error
	for _, err := range errs {
		if list, ok := err.(interface{ Unwrap() []error }); ok { // the list itself is wanted, not one that it wraps
			out = append(out, list.Unwrap()...)
		} else if err != nil {
			out = append(out, err)
		}
	}
	return errors.Join(out...)
}
