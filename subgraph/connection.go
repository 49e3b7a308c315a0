package subgraph

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// connections are those to one service. From time to time all are made anew: a connection that is never idle
// would otherwise stay with the address that its name had when it was dialed. Fetches under way end on the old
// ones, which close as they become idle.
//
// In HTTP/2 fetches share connections. Each lane has one of those, and takes as many fetches as services commonly
// allow on one. net/http alone dials for every fetch beyond what the service allows, all at once; its own way to
// wait instead can wait forever: https://github.com/golang/go/issues/70809
type connections struct {
	current atomic.Pointer[generation]
	shaping Shaping
	secure  *tls.Config
	permit  Permit
	// shared says that the service was seen to speak HTTP/2; else the first lane holds all connections.
	shared atomic.Bool
}

// generation is the connections of one time.
type generation struct {
	lanes [maxLanes]lane
	until time.Time
}

// maxLanes is how many connections of HTTP/2 there are; more only where the service allows less on one than is
// configured, or where all are full.
const maxLanes = 16

type lane struct {
	*http.Transport
	fetches atomic.Int64
}

func newConnections(s Shaping, secure *tls.Config, permit Permit) *connections {
	c := &connections{shaping: s, secure: secure, permit: permit}
	c.shared.Store(s.ExperimentalHTTP2 == HTTP2Only)
	c.current.Store(c.generation(time.Now()))
	return c
}

func (c *connections) generation(now time.Time) *generation {
	g := &generation{until: now.Add(c.shaping.PoolMaxAge)}
	for i := range g.lanes {
		s := c.shaping
		if i > 0 || s.ExperimentalHTTP2 == HTTP2Only {
			s.MaxConnsPerHost = 1 // or a burst would dial for each fetch, and drop all connections but one
		}
		g.lanes[i].Transport = newTransport(s, c.secure.Clone(), c.permit)
	}
	return g
}

// roundTrip sends a request. What it returns is to be called when the answer was read.
func (c *connections) roundTrip(r *http.Request, now time.Time) (res *http.Response, done func(), err error) {
	g, shared := c.at(now), c.shared.Load()
	l, done := &g.lanes[0], func() {}
	if shared {
		l = g.lane(int64(c.shaping.HTTP2MaxStreams))
		done = l.leave
	}
	res, err = l.RoundTrip(r)
	if err == nil && shared != (res.ProtoMajor == 2) {
		c.shared.Store(!shared)
	}
	return res, done, err
}

// at is the connections to use at a time.
func (c *connections) at(now time.Time) *generation {
	old := c.current.Load()
	if now.Before(old.until) {
		return old
	}
	next := c.generation(now)
	if !c.current.CompareAndSwap(old, next) {
		return c.current.Load()
	}
	old.close() // and each other one when it becomes idle
	return next
}

func (c *connections) close() { c.current.Load().close() }

// lane is the first one with a place, so that no more connections are used than are needed; else the one that
// the fewest fetches are on.
func (g *generation) lane(places int64) *lane {
	least := &g.lanes[0]
	for i := range g.lanes {
		l := &g.lanes[i]
		if l.fetches.Add(1) <= places {
			return l
		}
		if l.fetches.Add(-1) < least.fetches.Load() {
			least = l
		}
	}
	least.fetches.Add(1)
	return least
}

func (l *lane) leave() { l.fetches.Add(-1) }

func (g *generation) close() {
	for i := range g.lanes {
		g.lanes[i].CloseIdleConnections()
	}
}

// NewTransport reaches a service as fetches do, for what is asked of it that is no fetch.
func NewTransport(name string, cfg Config) (*http.Transport, error) {
	secure, err := cfg.TLS.config(name)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: tls: %w", name, err)
	}
	return newTransport(cfg.shaping(name), secure, nil), nil
}

// newTransport is how a service is reached.
func newTransport(s Shaping, secure *tls.Config, permit Permit) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer(s, permit),
		TLSClientConfig:     secure,
		TLSHandshakeTimeout: s.TLSHandshakeTimeout,
		Protocols:           s.ExperimentalHTTP2.protocols(),
		HTTP2: &http.HTTP2Config{
			SendPingTimeout: s.HTTP2PingInterval, PingTimeout: s.HTTP2PingTimeout,
		},
		MaxIdleConns:        0, // no bound over all: there is one host
		MaxIdleConnsPerHost: s.MaxConnsPerHost,
		MaxConnsPerHost:     s.MaxConnsPerHost,
		IdleConnTimeout:     s.PoolIdleTimeout,
		DisableCompression:  true, // encoded answers are read by decode, into the pooled buffer and under its bound
		ReadBufferSize:      32 << 10,
		WriteBufferSize:     16 << 10,
	}
}

// HTTP2 says whether a service is spoken to in HTTP/2.
type HTTP2 string

// The settings of HTTP2.
const (
	// HTTP2Enable is HTTP/2 where it is agreed on in the TLS handshake (ALPN), else HTTP/1.1; the default.
	HTTP2Enable HTTP2 = "enable"
	// HTTP2Disable is always HTTP/1.1.
	HTTP2Disable HTTP2 = "disable"
	// HTTP2Only is always HTTP/2: without TLS, by prior knowledge (h2c).
	HTTP2Only HTTP2 = "http2only"
)

func (h HTTP2) protocols() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(h != HTTP2Only)
	p.SetHTTP2(h != HTTP2Disable)
	p.SetUnencryptedHTTP2(h == HTTP2Only)
	return &p
}

// DNSStrategy says to which addresses of a name is dialed.
type DNSStrategy string

// The strategies.
const (
	// IPv4AndIPv6 tries both, the one that the system prefers a moment before the other; the default.
	IPv4AndIPv6 DNSStrategy = "ipv4_and_ipv6"
	// IPv4Only never tries IPv6.
	IPv4Only DNSStrategy = "ipv4_only"
	// IPv6Only never tries IPv4.
	IPv6Only DNSStrategy = "ipv6_only"
	// IPv4ThenIPv6 tries IPv6 where nothing could be reached by IPv4.
	IPv4ThenIPv6 DNSStrategy = "ipv4_then_ipv6"
	// IPv6ThenIPv4 tries IPv4 where nothing could be reached by IPv6.
	IPv6ThenIPv4 DNSStrategy = "ipv6_then_ipv4"
)

// networks are the networks to dial, in turn.
func (d DNSStrategy) networks() []string {
	switch d {
	case IPv4Only:
		return []string{"tcp4"}
	case IPv6Only:
		return []string{"tcp6"}
	case IPv4ThenIPv6:
		return []string{"tcp4", "tcp6"}
	case IPv6ThenIPv4:
		return []string{"tcp6", "tcp4"}
	}
	return []string{"tcp"}
}

// dialer dials as configured, to what is permitted. The name is looked up each time.
func dialer(s Shaping, permit Permit) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Timeout: s.DialTimeout, KeepAlive: s.KeepAliveProbeInterval}
	networks := s.DNSResolutionStrategy.networks()
	return func(ctx context.Context, _, address string) (c net.Conn, err error) {
		d := permit.guard(d, address)
		for _, network := range networks {
			if c, err = d.DialContext(ctx, network, address); err == nil || ctx.Err() != nil {
				return c, err
			}
		}
		return nil, err
	}
}
