package transport_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/transport"
)

// TestClientAddress: a first request takes all of its address; a second one that comes from the named address finds
// nothing left.
func TestClientAddress(t *testing.T) {
	const proxy, trusted = "10.1.2.3:999", "10.0.0.0/8"
	for _, c := range []struct {
		name   string
		server transport.Connections
		remote string
		header []string
		is     string
	}{
		{"no proxy", transport.Connections{}, "192.0.2.1:5", nil, "192.0.2.1"},
		{"nobody is trusted", transport.Connections{}, proxy, []string{"X-Forwarded-For: 192.0.2.1"}, "10.1.2.3"},
		{"another is trusted", transport.Connections{TrustedProxies: []string{"10.1.2.4"}}, proxy, []string{"X-Forwarded-For: 192.0.2.1"}, "10.1.2.3"},
		{"a proxy", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: 192.0.2.1"}, "192.0.2.1"},
		{"with a port", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: 192.0.2.1:1234"}, "192.0.2.1"},
		{"two proxies", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: 192.0.2.1, 10.9.9.9"}, "192.0.2.1"},
		{"a client that poses", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: 198.51.100.7, 192.0.2.1"}, "192.0.2.1"},
		{"a client that poses by a line of its own", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: 198.51.100.7", "X-Forwarded-For: 192.0.2.1, 10.9.9.9"}, "192.0.2.1"},
		{"a client that poses as a proxy", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: 198.51.100.7, 10.5.5.5, 192.0.2.1"}, "192.0.2.1"},
		{"rubbish", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: 192.0.2.1, unknown"}, "10.1.2.3"},
		{"rubbish before a proxy", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: unknown, 10.9.9.9"}, "10.9.9.9"},
		{"proxies only", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"X-Forwarded-For: 10.8.8.8, 10.9.9.9"}, "10.8.8.8"},
		{"no header", transport.Connections{TrustedProxies: []string{trusted}}, proxy, nil, "10.1.2.3"},
		{"the other header", transport.Connections{TrustedProxies: []string{trusted}}, proxy, []string{"Forwarded: for=192.0.2.1"}, "10.1.2.3"},
		{"forwarded", transport.Connections{TrustedProxies: []string{trusted}, ForwardedHeader: "forwarded"}, proxy, []string{`Forwarded: for=198.51.100.7;proto=https, For="192.0.2.1:47";by=10.1.2.3`}, "192.0.2.1"},
		{"forwarded, IPv6", transport.Connections{TrustedProxies: []string{trusted}, ForwardedHeader: "forwarded"}, proxy, []string{`Forwarded: for="[2001:db8::1]:4711"`}, "2001:db8::"},
		{"forwarded, hidden", transport.Connections{TrustedProxies: []string{trusted}, ForwardedHeader: "forwarded"}, proxy, []string{`Forwarded: for=_hidden`}, "10.1.2.3"},
		{"one of its own", transport.Connections{TrustedProxies: []string{trusted}, ForwardedHeader: "x-real-ip"}, proxy, []string{"X-Real-Ip: 192.0.2.1"}, "192.0.2.1"},
		{"IPv6", transport.Connections{TrustedProxies: []string{"2001:db8:1::/48"}}, "[2001:db8:1::5]:9", []string{"X-Forwarded-For: 2001:db8:2::7"}, "2001:db8:2::"},
		{"IPv4 in IPv6", transport.Connections{TrustedProxies: []string{trusted}}, "[::ffff:10.1.2.3]:9", []string{"X-Forwarded-For: ::ffff:192.0.2.1"}, "192.0.2.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			limiter, err := ratelimit.New(ratelimit.Config{Rules: []ratelimit.Rule{{Name: "one", By: []string{"address"}, Capacity: 1, Interval: time.Hour}}}, ratelimit.Parts{})
			if err != nil {
				t.Fatal(err)
			}
			h := newServer(t, transport.Config{Server: c.server}, func(p *transport.Parts) { p.RateLimit = limiter }).Handler()
			from := func(remote string, headers []string) int {
				r, _ := http.NewRequest("POST", "/graphql", strings.NewReader(`{"query":"{hello}"}`))
				r.RemoteAddr = remote
				r.Header = http.Header{"Content-Type": {"application/json"}}
				for _, line := range headers {
					name, value, _ := strings.Cut(line, ": ")
					r.Header.Add(name, value)
				}
				w := &recorded{header: http.Header{}}
				h.ServeHTTP(w, r)
				return w.status
			}
			direct := c.is + ":1"
			if strings.Contains(c.is, ":") {
				direct = "[" + c.is + "99]:1" // of one network
			}
			if c.is == "10.1.2.3" || strings.HasPrefix(c.is, "10.") {
				direct = c.is + ":1"
			}
			if got := from(c.remote, c.header); got != 200 {
				t.Fatalf("the first: %d", got)
			}
			if got := from(direct, nil); got != 429 {
				t.Errorf("from %s itself: %d, want it to be the same client", c.is, got)
			}
		})
	}
}

// TestRateLimits: what is refused is 429, with when to come again; others are told how much is left.
func TestRateLimits(t *testing.T) {
	limiter, err := ratelimit.New(ratelimit.Config{Rules: []ratelimit.Rule{{Name: "all", Capacity: 2, Interval: time.Hour}}}, ratelimit.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	seen := &counts{}
	h := newServer(t, transport.Config{}, func(p *transport.Parts) { p.RateLimit, p.Observer = limiter, seen }).Handler()
	for i, want := range []string{`"all";r=1;t=1800`, `"all";r=0;t=3600`} {
		got := direct(h, `{"query":"{hello}"}`)
		if got.status != 200 || got.header.Get("RateLimit") != want || got.header.Get("RateLimit-Policy") != `"all";q=2;w=3600` {
			t.Errorf("%d: %d %v", i, got.status, got.header)
		}
	}
	got := direct(h, `{"query":"{hello}"}`)
	if got.status != 429 || got.header.Get("Retry-After") != "1800" || got.header.Get("RateLimit") != `"all";r=0;t=3600` ||
		!strings.Contains(got.body, `"message":"the rate limit all is exceeded; try again in 1800 s","extensions":{"code":"RATE_LIMITED","limit":"rate_limits.all","max":2,"actual":3}`) {
		t.Errorf("%d %v %s", got.status, got.header, got.body)
	}
	if _, ok := seen.passed.Load("rate_limits.all true"); !ok {
		t.Error("it is not counted")
	}
}
