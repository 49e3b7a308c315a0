package facade

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"
)

// backend is one application: its addresses, and how much it is asked at one time.
type backend struct {
	name    string
	cfg     Backend
	targets []*target
	next    atomic.Uint64
	own     *budget
	shared  *budget
	retries credit
	now     func() time.Time
}

// target is one address of a back end, with connections of its own.
type target struct {
	url *url.URL
	// transport is replaced when the name stands for other machines than before.
	transport atomic.Pointer[http.Transport]
	// down is until when it is left out, in nanoseconds since 1970; refused counts the connections that it refused in a row.
	down    atomic.Int64
	refused atomic.Int64
	// unwell: it did not pass the last health check.
	unwell atomic.Bool
}

const (
	// pause is how long an address that refused a connection is left out while there are others.
	pause = time.Second
	// crashed is how many refusals in a row make a back end one that is known to be down.
	crashed = 3
	// resolving is how often names are looked up.
	resolving = 10 * time.Second
	// maxHeader bounds the header of an answer.
	maxHeader = 1 << 20
	// idleConnections are kept at most for each address.
	idleConnections = 256
)

func newBackend(name string, cfg Backend, shared *budget, now func() time.Time) *backend {
	b := &backend{name: name, cfg: cfg, own: newBudget(cfg.MaxConnections, cfg.MaxWaiting, cfg.MaxWait), shared: shared, now: now}
	b.retries.left.Store(maxCredit)
	for _, text := range cfg.addresses() {
		u, _ := url.Parse(text) // it is valid
		t := &target{url: &url.URL{Scheme: u.Scheme, Host: u.Host}}
		t.transport.Store(newTransport(cfg))
		b.targets = append(b.targets, t)
	}
	return b
}

// newTransport speaks HTTP/1.1, in which connections can be upgraded. It decodes nothing.
func newTransport(cfg Backend) *http.Transport {
	dialer := &net.Dialer{Timeout: cfg.Timeouts.Connect, KeepAlive: 15 * time.Second}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: cfg.Timeouts.Connect, DisableCompression: true,
		IdleConnTimeout: cfg.Timeouts.KeepAlive, MaxIdleConnsPerHost: idleConnections, ExpectContinueTimeout: time.Second,
		MaxResponseHeaderBytes: maxHeader, WriteBufferSize: bufferSize, ReadBufferSize: bufferSize,
	}
}

// enter takes a place; leave gives it back.
func (b *backend) enter(ctx context.Context) Code {
	if c := b.own.take(ctx); c != "" {
		return c
	}
	if c := b.shared.take(ctx); c != "" {
		b.own.leave()
		return c
	}
	return ""
}

func (b *backend) leave() {
	b.shared.leave()
	b.own.leave()
}

// spare takes a place if there are so many that nobody misses it.
func (b *backend) spare() bool {
	if !b.own.try() {
		return false
	}
	if !b.shared.try() {
		b.own.leave()
		return false
	}
	return true
}

// pick is the next address in turn that was not tried, and is not left out; where all are, the next that was not tried. It is
// nil once all were tried.
func (b *backend) pick(tried []*target) *target {
	now := b.now().UnixNano()
	start := b.next.Add(1)
	var second *target
	for i := range b.targets {
		t := b.targets[(start+uint64(i))%uint64(len(b.targets))]
		switch {
		case slices.Contains(tried, t):
		case t.unwell.Load() || t.down.Load() > now:
			if second == nil {
				second = t
			}
		default:
			return t
		}
	}
	return second
}

// reached and unreachable take note of whether an address takes connections.
func (t *target) reached() {
	if t.refused.Load() > 0 {
		t.refused.Store(0)
		t.down.Store(0)
	}
}

func (t *target) unreachable(now time.Time) {
	t.refused.Add(1)
	t.down.Store(now.Add(pause).UnixNano())
}

// isDown says that all addresses refused connections again and again.
func (b *backend) isDown() bool {
	return !slices.ContainsFunc(b.targets, func(t *target) bool { return t.refused.Load() <= crashed })
}

// watch looks names up, and asks addresses whether they are well, until the end.
func (b *backend) watch(end <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	names, health := time.NewTicker(resolving), time.NewTicker(b.cfg.Health.Interval)
	defer names.Stop()
	defer health.Stop()
	known := map[*target][]string{}
	b.resolve(ctx, known)
	for {
		b.checkHealth(ctx)
		select {
		case <-end:
			return
		case <-names.C:
			b.resolve(ctx, known)
		case <-health.C:
		}
	}
}

// resolve has new connections, and no kept ones, go to machines that a name did not stand for before.
func (b *backend) resolve(ctx context.Context, known map[*target][]string) {
	for _, t := range b.targets {
		host := t.url.Hostname()
		if net.ParseIP(host) != nil {
			continue
		}
		looking, cancel := context.WithTimeout(ctx, b.cfg.Timeouts.Connect)
		found, err := net.DefaultResolver.LookupHost(looking, host)
		cancel()
		if err != nil {
			continue // what is known still holds
		}
		slices.Sort(found)
		if was, ok := known[t]; ok && !slices.Equal(was, found) {
			t.transport.Swap(newTransport(b.cfg)).CloseIdleConnections()
		}
		known[t] = found
	}
}

// checkHealth asks each address, if it is to be asked.
func (b *backend) checkHealth(ctx context.Context) {
	if b.cfg.Health.Path == "" {
		return
	}
	for _, t := range b.targets {
		t.unwell.Store(!b.isWell(ctx, t))
	}
}

func (b *backend) isWell(ctx context.Context, t *target) bool {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Timeouts.Connect)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url.String()+b.cfg.Health.Path, nil)
	if err != nil {
		return false
	}
	r.Header.Set("User-Agent", "ficus-health")
	res, err := t.transport.Load().RoundTrip(r)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode < http.StatusInternalServerError
}

func (b *backend) close() {
	for _, t := range b.targets {
		t.transport.Load().CloseIdleConnections()
	}
}

// credit is how often requests may be sent again: a fifth of what is sent, and a few at once.
type credit struct{ left atomic.Int64 }

const (
	maxCredit  = 50
	retryCosts = 5
)

func (c *credit) earn() {
	if c.left.Load() < maxCredit {
		c.left.Add(1)
	}
}

func (c *credit) spend() bool {
	if c.left.Add(-retryCosts) >= 0 {
		return true
	}
	c.left.Add(retryCosts)
	return false
}
