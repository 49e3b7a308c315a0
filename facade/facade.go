// Package facade strangles HTTP paths beside the graph: what is asked of the public listener and is not the gateway's own
// goes to a back end, by default to the monolith.
//
//	request -> path     read in the one way in which all read it      (path.go)
//	        -> route    host, path and method; the narrowest wins     (table.go)
//	        -> side     of a path that moves: the old or the new      (exchange.go, cookie.go)
//	        -> budget   a place at the back end                       (budget.go)
//	        -> send     to one of its addresses, with deadlines       (send.go, backend.go, forward.go)
//	        -> answer   passed on as it comes, or a code and a page   (exchange.go, codes.go, refuse.go)
//	        -> compare  a sample is asked of the other side too       (shadow.go, compare.go)
//
// A path moves with a migration, by the decision that its coordinates in the graph move by: one caller sees the new pages
// and the new fields, or neither. Bodies are passed on in both directions as they come and are never held. A request is
// sent twice only if the first sending reached nobody, or if it can do no harm and nothing was answered.
//
// Whatever goes wrong has one of the codes that Heroku's router taught people to look for, H10 to H99: in the header
// Ficus-Error, in the log and in the metrics.
package facade

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/telemetry"
)

// Parts is what a Facade is joined to. All may be left out.
type Parts struct {
	// Decide begins the decision of a request, and reports whether its answer is to say it.
	Decide func(*http.Request) (d *rollout.Decision, told bool)
	// Passed is told how each request to a side of a migration ended: whether the side failed, and how long it took to begin.
	Passed func(migration string, fresh bool, took time.Duration, failed bool)
	// Client is who sent the request, and whether what the request says of those before is to be believed.
	Client func(*http.Request) (client netip.Addr, trusted bool)
	// Compared is told what the comparison of both sides came to.
	Compared func(Comparison)
	// Cookies are those that the facade signs, as they are facts of the decision; its own by default.
	Cookies *Cookies
	Metrics *telemetry.Metrics
	Logger  *slog.Logger
	Now     func() time.Time
}

// Facade passes requests on to back ends.
type Facade struct {
	cfg      Config
	parts    Parts
	table    atomic.Pointer[Table]
	backends map[string]*backend
	cookies  *Cookies
	proxy    *httputil.ReverseProxy
	tunnels  tunnels
	shadow   *shadow
	// ending is closed when no more is to be begun; running are what it waits for.
	ending  chan struct{}
	running sync.WaitGroup
	once    sync.Once
}

// New is a facade of the configuration, which must be valid, that leads requests by the table until it is given another.
func New(cfg Config, table *Table, parts Parts) *Facade {
	cfg = cfg.withDefaults()
	if parts.Logger == nil {
		parts.Logger = slog.Default()
	}
	if parts.Now == nil {
		parts.Now = time.Now
	}
	if parts.Decide == nil {
		none := rollout.New(rollout.Config{})
		parts.Decide = func(r *http.Request) (*rollout.Decision, bool) {
			return none.Begin(rollout.Request{Headers: r.Header}), false
		}
	}
	f := &Facade{cfg: cfg, parts: parts, ending: make(chan struct{}), backends: map[string]*backend{}, cookies: parts.Cookies}
	if f.cookies == nil {
		f.cookies = NewCookies(cfg.CookieKeys, parts.Now)
	}
	shared := newShared(cfg.SharedLimits)
	for name, b := range cfg.Backends {
		f.backends[name] = newBackend(name, b, shared[b.SharedLimit], parts.Now)
	}
	f.shadow = newShadow(f)
	f.proxy = &httputil.ReverseProxy{
		Rewrite: f.rewrite, Transport: sender{f}, FlushInterval: -1, BufferPool: &buffers{}, ModifyResponse: answered, ErrorHandler: f.failed,
		ErrorLog: slog.NewLogLogger(parts.Logger.Handler(), slog.LevelDebug),
	}
	f.Serve(table)
	for _, b := range f.backends {
		f.running.Go(func() { b.watch(f.ending) })
	}
	return f
}

// Serve leads requests by another table from now on.
func (f *Facade) Serve(t *Table) {
	f.table.Store(t)
	f.cookies.take(t)
}

// ServeHTTP implements http.Handler.
func (f *Facade) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := newExchange(f, w, r)
	defer x.done()
	route, refused := f.table.Load().find(r)
	if refused != nil {
		x.refuse(refused)
		return
	}
	x.lead(route)
	if refused := x.enter(); refused != nil {
		x.refuse(refused)
		return
	}
	defer x.to.leave()
	f.proxy.ServeHTTP(x, x.r.WithContext(x.context(r.Context())))
}

// End has upgraded connections end: WebSockets are told to come back, at the next frame's end.
func (f *Facade) End() { f.tunnels.end() }

// Wait waits until upgraded connections have ended, and cuts off what there still is when the context ends.
func (f *Facade) Wait(ctx context.Context) error {
	if err := f.tunnels.wait(ctx); err != nil {
		f.tunnels.cut()
		return errors.New("upgraded connections were cut off")
	}
	return nil
}

// Close ends what runs beside requests, and closes idle connections.
func (f *Facade) Close() {
	f.once.Do(func() { close(f.ending) })
	f.shadow.close()
	f.running.Wait()
	for _, b := range f.backends {
		b.close()
	}
}

// buffers are what bodies are copied through.
type buffers struct{ pool sync.Pool }

const bufferSize = 32 << 10

// Get implements httputil.BufferPool.
func (b *buffers) Get() []byte {
	if v, ok := b.pool.Get().(*[]byte); ok {
		return *v
	}
	return make([]byte, bufferSize)
}

// Put implements httputil.BufferPool.
func (b *buffers) Put(v []byte) { b.pool.Put(&v) }
