package subgraph

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Shaping bounds the fetches of one subgraph, and says how it is connected to.
type Shaping struct {
	// Timeout of a fetch, from its start to the last byte of the answer; 30s by default.
	Timeout time.Duration `yaml:"timeout"`
	// HTTPMaxResponseBytes is the largest answer, decompressed; 104,857,600 by default.
	HTTPMaxResponseBytes int `yaml:"http_max_response_bytes"`
	// PoolIdleTimeout is how long an unused connection is kept; 15s by default. Keep it under the service's own.
	PoolIdleTimeout time.Duration `yaml:"pool_idle_timeout"`
	// PoolMaxAge is after how long connections are made anew, so that a changed address is noticed; 10m by default.
	PoolMaxAge time.Duration `yaml:"pool_max_age"`
	// MaxConnsPerHost is how many connections there may be, in use and kept; 1,024 by default. Fetches beyond wait
	// for one, within their timeout. Connections of HTTP/2 are at most 16.
	MaxConnsPerHost int `yaml:"max_conns_per_host"`
	// DialTimeout is how long making a connection may take, 10s by default; TLSHandshakeTimeout how long the TLS
	// handshake on it may take, 10s by default.
	DialTimeout         time.Duration `yaml:"dial_timeout"`
	TLSHandshakeTimeout time.Duration `yaml:"tls_handshake_timeout"`
	// KeepAliveProbeInterval is the interval of TCP's own probes, 30s by default.
	KeepAliveProbeInterval time.Duration `yaml:"keep_alive_probe_interval"`
	// DNSResolutionStrategy says which of a name's addresses are dialed; ipv4_and_ipv6 by default.
	DNSResolutionStrategy DNSStrategy `yaml:"dns_resolution_strategy"`
	// ExperimentalHTTP2 is enable, disable or http2only; enable by default.
	ExperimentalHTTP2 HTTP2 `yaml:"experimental_http2"`
	// HTTP2MaxStreams is how many fetches share a connection of HTTP/2, before a further one is used; 100 by default.
	// Keep it at or under what the service allows (SETTINGS_MAX_CONCURRENT_STREAMS).
	HTTP2MaxStreams int `yaml:"experimental_http2_max_streams"`
	// HTTP2PingInterval is after how long of silence a connection of HTTP/2 is probed, never by default;
	// HTTP2PingTimeout is how long its answer may take, 20s by default.
	HTTP2PingInterval time.Duration `yaml:"experimental_http2_keep_alive_interval"`
	HTTP2PingTimeout  time.Duration `yaml:"experimental_http2_keep_alive_timeout"`
	// DeduplicateQuery has equal queries to the service that are under way at one time asked once; false by default.
	DeduplicateQuery *bool `yaml:"deduplicate_query"`
	// Compression is how the bodies of requests are sent: gzip, br, deflate; as they are by default.
	Compression Compression `yaml:"compression"`
	// LoadBalancing is how fetches are spread over several URLs.
	LoadBalancing Balancing `yaml:"load_balancing"`
	// Hedge has queries sent twice that take long; not by default.
	Hedge Hedge `yaml:"hedge"`
	// Config is how much is asked of the service; unlike a connector's source it is not bounded unless that is said.
	shaping.Config `yaml:",inline"`
}

var defaults = Shaping{
	Timeout: 30 * time.Second, HTTPMaxResponseBytes: 100 << 20,
	PoolIdleTimeout: 15 * time.Second, PoolMaxAge: 10 * time.Minute, MaxConnsPerHost: 1024,
	DialTimeout: 10 * time.Second, TLSHandshakeTimeout: 10 * time.Second, KeepAliveProbeInterval: 30 * time.Second,
	DNSResolutionStrategy: IPv4AndIPv6, ExperimentalHTTP2: HTTP2Enable, HTTP2MaxStreams: 100, HTTP2PingTimeout: 20 * time.Second,
}

// shaping is what holds for the fetches of a subgraph, with nothing left open.
func (c Config) shaping(name string) Shaping {
	s := c.TrafficShaping.Subgraphs[name]
	for _, next := range []Shaping{c.TrafficShaping.All, defaults} {
		fallback(&s.Timeout, next.Timeout)
		fallback(&s.HTTPMaxResponseBytes, next.HTTPMaxResponseBytes)
		fallback(&s.PoolIdleTimeout, next.PoolIdleTimeout)
		fallback(&s.PoolMaxAge, next.PoolMaxAge)
		fallback(&s.MaxConnsPerHost, next.MaxConnsPerHost)
		fallback(&s.DialTimeout, next.DialTimeout)
		fallback(&s.TLSHandshakeTimeout, next.TLSHandshakeTimeout)
		fallback(&s.KeepAliveProbeInterval, next.KeepAliveProbeInterval)
		fallback(&s.DNSResolutionStrategy, next.DNSResolutionStrategy)
		fallback(&s.ExperimentalHTTP2, next.ExperimentalHTTP2)
		fallback(&s.HTTP2MaxStreams, next.HTTP2MaxStreams)
		fallback(&s.HTTP2PingInterval, next.HTTP2PingInterval)
		fallback(&s.HTTP2PingTimeout, next.HTTP2PingTimeout)
		fallback(&s.DeduplicateQuery, next.DeduplicateQuery)
		fallback(&s.Compression, next.Compression)
	}
	s.LoadBalancing = s.LoadBalancing.or(c.TrafficShaping.All.LoadBalancing).or(balancing)
	s.Hedge = s.Hedge.or(c.TrafficShaping.All.Hedge)
	s.Config = s.Or(c.TrafficShaping.All.Config)
	return s
}

func (s Shaping) validate(key string) error {
	var errs []error
	for _, v := range []struct {
		key   string
		value int64
	}{
		{"timeout", int64(s.Timeout)},
		{"http_max_response_bytes", int64(s.HTTPMaxResponseBytes)},
		{"pool_idle_timeout", int64(s.PoolIdleTimeout)},
		{"pool_max_age", int64(s.PoolMaxAge)},
		{"max_conns_per_host", int64(s.MaxConnsPerHost)},
		{"dial_timeout", int64(s.DialTimeout)},
		{"tls_handshake_timeout", int64(s.TLSHandshakeTimeout)},
		{"keep_alive_probe_interval", int64(s.KeepAliveProbeInterval)},
		{"experimental_http2_max_streams", int64(s.HTTP2MaxStreams)},
		{"experimental_http2_keep_alive_interval", int64(s.HTTP2PingInterval)},
		{"experimental_http2_keep_alive_timeout", int64(s.HTTP2PingTimeout)},
	} {
		if v.value < 0 {
			errs = append(errs, fmt.Errorf("%s.%s: must not be negative", key, v.key))
		}
	}
	if len(s.Retry.Methods) > 0 {
		errs = append(errs, fmt.Errorf("%s.retry.methods: is for connectors; of a service queries are repeated, and mutations are not, whatever the method", key))
	}
	errs = append(errs, s.Validate(key), s.LoadBalancing.validate(key+".load_balancing"), s.Hedge.validate(key+".hedge"), oneOf(key+".compression", s.Compression, Gzip, Brotli, Deflate),
		oneOf(key+".experimental_http2", s.ExperimentalHTTP2, HTTP2Enable, HTTP2Disable, HTTP2Only),
		oneOf(key+".dns_resolution_strategy", s.DNSResolutionStrategy, IPv4AndIPv6, IPv4Only, IPv6Only, IPv4ThenIPv6, IPv6ThenIPv4))
	return flatten(errs)
}

// oneOf is an error unless a value is one of those that there are, or left open.
func oneOf[T ~string](key string, v T, known ...T) error {
	if v == "" || slices.Contains(known, v) {
		return nil
	}
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	return fmt.Errorf("%s: %q is none of %s", key, string(v), strings.Join(names, ", "))
}
