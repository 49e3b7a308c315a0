package subgraph

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph/shaping"
	"github.com/ficusgraph/ficus/telemetry/trace"
	"github.com/ficusgraph/ficus/uploads"
)

// Remote is a service that answers GraphQL over HTTP. It keeps its own connections.
//
// A request is sent again only where the connection turned out to be closed before a byte of it was written, and,
// but for mutations, where the service says in HTTP/2 that it did not act on it, and once where a kept connection
// without TLS broke before an answer came: a service that ends closes those, just when something is written to one. In
// all other cases it may have acted, and the failure is reported.
type Remote struct {
	name     string
	sites    sites
	header   http.Header
	rules    []rule
	shown    Shown
	back     *ResponseRules
	redacted *executor.Redaction
	timeout  time.Duration
	maxBytes int
	// events is nil if the service is not subscribed to.
	events *subscriber
	// compression is how bodies are sent; "" for as they are.
	compression Compression
	// shaper is nil where nothing bounds or repeats fetches.
	shaper *shaping.Shaper
	// checks is nil where URLs are not asked whether they are well, ejection says when those are left out that fail.
	checks   *checks
	ejection Ejection
	// flights is nil where equal queries are not asked once.
	flights *flights
	// hedging is nil where no query is sent twice.
	hedging *hedging
	watcher Watcher
	pool    pool
	closed  atomic.Bool
}

// site is a URL at which the service answers.
type site struct {
	url    *url.URL
	sender sender
	// named is the URL without what may be secret, for logs and metrics.
	named string
	// files is how requests with files go there: package wire sends none.
	files    func() sender
	filed    atomic.Bool
	underWay atomic.Int64
	health   health
}

var _ executor.Streamer = (*Remote)(nil)

// sender is how requests go to a service and answers come back.
type sender interface {
	// send reads the answer into the reply, which on an error has the status if that had arrived. What is sent is
	// not used after send has returned.
	send(ctx context.Context, out outgoing, into *reply) error
	// close closes the connections that are not in use; the others close when their fetches end.
	close()
}

// outgoing is what is sent.
type outgoing struct {
	// header is nil if it is the protocol's own.
	header http.Header
	// credentials are those of who asks that header holds, as pairs of names and values; nil for none.
	credentials [][2]string
	// fetch that asks.
	fetch *queryplan.Fetch
	// span is what services are told that they work for; nil for nothing.
	span *trace.Span
	body []byte
	// form is sent instead of the body where files are; nil where none are.
	form *uploads.Form
	// now is when the fetch began, and deadline when the answer must be there.
	now, deadline time.Time
	mutation      bool
}

// NewRemote is the service at the URL, which answers for the subgraph of that name.
func NewRemote(name, url string, cfg Config) (*Remote, error) {
	if to, ok := cfg.OverrideSubgraphURL[name]; ok {
		url = to
	}
	u, err := parseURL(url)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	rules, err := cfg.Headers.compile(name)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	back, err := responseRules(cfg.Headers, cfg.SubgraphStatus, name)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	secure, err := cfg.TLS.config(name)
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: tls: %w", name, err)
	}
	s := cfg.shaping(name)
	r := &Remote{
		name: name, header: protocolHeader(s.Compression), rules: rules, timeout: s.Timeout, maxBytes: s.HTTPMaxResponseBytes,
		compression: s.Compression, watcher: cfg.Watcher, back: back, redacted: cfg.IncludeSubgraphErrors.ofService(name),
	}
	if cfg.Shown != nil {
		r.shown = cfg.Shown(name)
	}
	r.events = newSubscriber(u, cfg.Passthrough.of(name), s, secure)
	r.sites = sites{all: []*site{r.site(u, s, secure)}, strategy: s.LoadBalancing.Strategy}
	for _, more := range cfg.more(name, url) {
		u, err := parseURL(more)
		if err != nil {
			return nil, fmt.Errorf("subgraph %s: %w", name, err)
		}
		r.sites.all = append(r.sites.all, r.site(u, s, secure))
	}
	if len(r.sites.all) > 1 {
		r.ejection = s.LoadBalancing.Ejection
		s.Retry.MaxAttempts = cmp.Or(s.Retry.MaxAttempts, 2)
		if s.LoadBalancing.HealthCheck.Interval > 0 {
			r.checks = newChecks(s, apply(context.Background(), rules, r.header), secure.Clone())
		}
	}
	r.hedging = newHedging(s.Hedge)
	if s.Bounds() || len(r.sites.all) > 1 || r.hedging != nil {
		r.shaper = shaping.New(s.OnlyAsked(s.MaxConnsPerHost * len(r.sites.all)))
	}
	if s.DeduplicateQuery != nil && *s.DeduplicateQuery {
		r.flights = &flights{}
	}
	return r, nil
}

func (r *Remote) site(u *url.URL, s Shaping, secure *tls.Config) *site {
	t := &site{url: u, named: (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()}
	if direct(u, s) {
		t.sender = newWired(u, r.header, s)
		t.files = sync.OnceValue(func() sender { return newHosted(u, r.header, s, secure) })
	} else {
		t.sender = newHosted(u, r.header, s, secure)
		t.files = func() sender { return t.sender }
	}
	return t
}

// protocolHeader is what every request has. Its map is shared by requests, which do not change it.
func protocolHeader(c Compression) http.Header {
	h := http.Header{
		"Content-Type":    {"application/json"},
		"Accept":          {"application/json, application/graphql-response+json"},
		"Accept-Encoding": {acceptedCodings},
		"User-Agent":      {"ficus"},
	}
	if c != "" {
		h["Content-Encoding"] = []string{string(c)}
	}
	return h
}

// Close closes the connections that are not in use; the others close when their fetches end.
func (r *Remote) Close() {
	r.closed.Store(true)
	if r.checks != nil {
		r.checks.end()
	}
	r.closeIdle()
}

func (r *Remote) closeIdle() {
	for _, t := range r.sites.all {
		t.sender.close()
		if t.filed.Load() {
			t.files().close()
		}
	}
}

// settle closes what a fetch leaves open on a service that is not asked any more: requests that began on the last
// graph still are.
func (r *Remote) settle() {
	if r.closed.Load() {
		r.closeIdle()
	}
}

// Fetch implements executor.Fetcher.
func (r *Remote) Fetch(ctx context.Context, req *executor.Request) (*executor.Response, error) {
	defer r.settle()
	now := time.Now()
	out := outgoing{fetch: req.Fetch, span: trace.FromContext(ctx), body: req.Body, now: now, deadline: now.Add(r.timeout), mutation: req.Fetch.Kind == ast.Mutation}
	if len(r.rules) > 0 {
		out.header = apply(ctx, r.rules, r.header)
	}
	if a := AsideOf(ctx); a != nil {
		if out.header == nil {
			out.header = r.header
		}
		out.header = a.Mark(out.header)
	}
	if r.shown != nil {
		var err error
		if out.header, out.credentials, err = r.show(ctx, out.header); err != nil {
			return nil, err
		}
	}
	room := max(len(req.Body)+length(out.credentials), req.Expect) + headRoom
	var err error
	if out.form, err = form(ctx, req); err != nil {
		return nil, misplaced(r.name, err)
	}
	if r.compression != "" && out.form == nil {
		if out.body, err = r.compression.compress(req.Body); err != nil {
			return nil, &executor.Error{Code: CodeRouting, Message: "the request could not be compressed", Err: fmt.Errorf("fetch %s: %w", r.name, err)}
		}
	}
	switch {
	case r.flights == nil:
		return r.ask(ctx, out, room)
	case out.mutation:
		defer r.flights.mutations.Add(1)
		return r.ask(ctx, out, room)
	default:
		return r.share(ctx, out, room)
	}
}

// share sends a query, or takes the answer to an equal one that is being asked.
func (r *Remote) share(ctx context.Context, out outgoing, room int) (*executor.Response, error) {
	alone := false
	res, err := r.flights.run(ctx, &out, func() (*executor.Response, error) {
		alone = true
		return r.ask(ctx, out, room)
	})
	if r.back != nil && !alone {
		r.overhear(ctx, out.fetch, res, err)
	}
	return res, err
}

// overhear notes of an answer that another asked for what goes back to this client too.
func (r *Remote) overhear(ctx context.Context, f *queryplan.Fetch, res *executor.Response, err error) {
	var failed *executor.Error
	switch {
	case err == nil:
		r.back.Hear(ctx, f, "", res.Status, res.Header)
	case errors.As(err, &failed):
		r.back.Hear(ctx, f, "", failed.Status, nil)
	}
	Told(ctx, f)
}

// ask sends a request, as often as it takes, and judges the answer.
func (r *Remote) ask(ctx context.Context, out outgoing, room int) (*executor.Response, error) {
	var a *reply
	var err error
	if r.shaper == nil {
		a, err = r.attempt(ctx, r.sites.all[0], out, room)
	} else {
		a, err = r.shaped(ctx, out, room)
	}
	if a == nil {
		return nil, r.refused(ctx, err)
	}
	if out.credentials != nil {
		r.shown.Answered(ctx, out.credentials, a.Status)
	}
	if a.Status != 0 {
		out.span.Child().Number("http.response.status_code", a.Status)
	}
	if err != nil {
		err := r.failure(ctx, a, err)
		a.free()
		return nil, err
	}
	if r.back != nil {
		a.told = r.back.status(a.Status)
		r.back.Hear(ctx, out.fetch, "", a.Status, a.header)
		Told(ctx, out.fetch)
	}
	return r.judged(a)
}

// attempt sends a request once and reads the answer, whole. What it returns is never nil.
func (r *Remote) attempt(ctx context.Context, to *site, out outgoing, room int) (*reply, error) {
	a := r.pool.reply(room)
	a.from = to
	to.underWay.Add(1)
	defer to.underWay.Add(-1)
	by := to.sender
	if out.form != nil {
		to.filed.Store(true)
		by = to.files()
	}
	err := by.send(ctx, out, a)
	if err == nil {
		err = r.pool.decode(a, r.maxBytes)
	}
	return a, err
}
