package subgraph

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Connectors is how the requests of connectors leave. Its parts stand in sections of the configuration that are
// about more than connectors.
type Connectors struct {
	Traffic  ConnectorTraffic // traffic_shaping.connector
	TLS      ConnectorTLS     // tls.connector
	Limits   ConnectorLimits  // limits.connector
	Headers  Headers          // headers
	Statuses Statuses         // subgraph_status
	Errors   IncludeErrors    // include_subgraph_errors
}

// Sources are the names of the sources that something is said about, sorted, with the key that says it.
func (c Connectors) Sources() []Named {
	var out []Named
	add := func(key string, names []string) {
		for _, name := range names {
			out = append(out, Named{Key: key + ".sources." + name, Source: name})
		}
	}
	add("headers.connector", slices.Sorted(maps.Keys(c.Headers.Connector.Sources)))
	add("limits.connector", slices.Sorted(maps.Keys(c.Limits.Sources)))
	add("tls.connector", slices.Sorted(maps.Keys(c.TLS.Sources)))
	add("traffic_shaping.connector", slices.Sorted(maps.Keys(c.Traffic.Sources)))
	return out
}

// Named is a key of the configuration that names a source.
type Named struct{ Key, Source string }

// ConnectorTraffic bounds the requests of connectors.
type ConnectorTraffic struct {
	// All holds for every source.
	All ConnectorShaping `yaml:"all"`
	// Sources holds for those named <subgraph>.<source>; what it leaves open is taken from All.
	Sources map[string]ConnectorShaping `yaml:"sources"`
}

// ConnectorShaping bounds the requests to one source, and says how it is connected to.
type ConnectorShaping struct {
	// Timeout of one attempt, from its start to the last byte of the answer; 30s by default.
	Timeout time.Duration `yaml:"timeout"`
	// Compression is how the bodies of requests are sent: gzip, br, deflate; as they are by default.
	Compression Compression `yaml:"compression"`
	// PoolIdleTimeout is how long an unused connection is kept; 15s by default. Keep it under the source's own.
	PoolIdleTimeout time.Duration `yaml:"pool_idle_timeout"`
	// DNSResolutionStrategy says which of a name's addresses are dialed; ipv4_and_ipv6 by default.
	DNSResolutionStrategy DNSStrategy `yaml:"dns_resolution_strategy"`
	// ExperimentalHTTP2 is enable, disable or http2only; enable by default.
	ExperimentalHTTP2 HTTP2 `yaml:"experimental_http2"`
	// Config is how much is asked of the source.
	shaping.Config `yaml:",inline"`
}

// Of is what holds for a source, with nothing left open.
func (t ConnectorTraffic) Of(source string) ConnectorShaping {
	s := t.Sources[source]
	s.Config = s.Over(t.All.Config)
	s.Timeout = cmp.Or(s.Timeout, t.All.Timeout, defaults.Timeout)
	s.Compression = cmp.Or(s.Compression, t.All.Compression)
	s.PoolIdleTimeout = cmp.Or(s.PoolIdleTimeout, t.All.PoolIdleTimeout, defaults.PoolIdleTimeout)
	s.DNSResolutionStrategy = cmp.Or(s.DNSResolutionStrategy, t.All.DNSResolutionStrategy, defaults.DNSResolutionStrategy)
	s.ExperimentalHTTP2 = cmp.Or(s.ExperimentalHTTP2, t.All.ExperimentalHTTP2, defaults.ExperimentalHTTP2)
	return s
}

// shaping is how connections to the source are made, as for those to services.
func (s ConnectorShaping) shaping() Shaping {
	out := defaults
	out.Timeout, out.PoolIdleTimeout = s.Timeout, s.PoolIdleTimeout
	out.DNSResolutionStrategy, out.ExperimentalHTTP2 = s.DNSResolutionStrategy, s.ExperimentalHTTP2
	out.MaxConnsPerHost = s.MaxConcurrency
	out.DialTimeout = min(s.Timeout, defaults.DialTimeout)
	return out
}

func (t ConnectorTraffic) validate(key string) error {
	errs := []error{t.All.validate(key + ".all")}
	for _, name := range slices.Sorted(maps.Keys(t.Sources)) {
		errs = append(errs, t.Sources[name].validate(key+".sources."+name))
	}
	return flatten(errs)
}

func (s ConnectorShaping) validate(key string) error {
	var errs []error
	if s.Timeout < 0 {
		errs = append(errs, fmt.Errorf("%s.timeout: must not be negative", key))
	}
	if s.PoolIdleTimeout < 0 {
		errs = append(errs, fmt.Errorf("%s.pool_idle_timeout: must not be negative", key))
	}
	return flatten(append(errs, s.Validate(key),
		oneOf(key+".compression", s.Compression, Gzip, Brotli, Deflate),
		oneOf(key+".experimental_http2", s.ExperimentalHTTP2, HTTP2Enable, HTTP2Disable, HTTP2Only),
		oneOf(key+".dns_resolution_strategy", s.DNSResolutionStrategy, IPv4AndIPv6, IPv4Only, IPv6Only, IPv4ThenIPv6, IPv6ThenIPv4)))
}

// ConnectorLimits bound what connectors read.
type ConnectorLimits struct {
	// All holds for every source.
	All ConnectorLimit `yaml:"all"`
	// Sources holds for those named <subgraph>.<source>.
	Sources map[string]ConnectorLimit `yaml:"sources"`
}

// ConnectorLimit bounds what is read of one source.
type ConnectorLimit struct {
	// HTTPMaxResponseSize is the largest answer in bytes, decompressed; 16,777,216 by default.
	HTTPMaxResponseSize int `yaml:"http_max_response_size"`
}

// Of is the largest answer of a source, in bytes.
func (l ConnectorLimits) Of(source string) int {
	const most = 16 << 20
	return cmp.Or(l.Sources[source].HTTPMaxResponseSize, l.All.HTTPMaxResponseSize, most)
}

// Validate reports everything that is wrong with the limits.
func (l ConnectorLimits) Validate() error {
	var errs []error
	if l.All.HTTPMaxResponseSize < 0 {
		errs = append(errs, errors.New("limits.connector.all.http_max_response_size: must not be negative"))
	}
	for _, name := range slices.Sorted(maps.Keys(l.Sources)) {
		if l.Sources[name].HTTPMaxResponseSize < 0 {
			errs = append(errs, fmt.Errorf("limits.connector.sources.%s.http_max_response_size: must not be negative", name))
		}
	}
	return errors.Join(errs...)
}
