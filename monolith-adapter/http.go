package monolith

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// client sends the requests of one source.
type client struct {
	name    string
	way     *subgraph.Outbound
	shaper  *shaping.Shaper
	timeout time.Duration
	max     int
	// redirects within the host are followed.
	redirects bool
	// badge is what requests show; nil for nothing.
	badge *badge
}

// newClient is the way to a source. shared is the limit that it has in common with others, or nil.
func newClient(name string, cfg Config, shared *shaping.Limit) (*client, error) {
	own := cfg.Sources[name]
	allowed, err := newHosts(own.AllowedHosts)
	if err != nil {
		return nil, err
	}
	way, err := subgraph.NewOutbound(name, cfg.Outbound, allowed.permit)
	if err != nil {
		return nil, err
	}
	s := cfg.Outbound.Traffic.Of(name)
	c := &client{name: name, way: way, timeout: s.Timeout, max: cfg.Outbound.Limits.Of(name), redirects: own.Redirects == RedirectsSameHost}
	if shared != nil {
		c.shaper = shaping.New(s.Config, shared)
	} else {
		c.shaper = shaping.New(s.Config)
	}
	return c, nil
}

func (c *client) close() {
	c.way.Close()
	if c.badge == nil {
		return
	}
	if e, ok := c.badge.credentials.(*exchanged); ok {
		e.close()
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// shaped sends a request as the source's shaping has it, and reads the answer. How it got there is added to the
// passage.
func (c *client) shaped(ctx context.Context, o *outgoing, p *shaping.Passage) (*answer, error) {
	var a *answer
	var failure error
	aside := subgraph.AsideOf(ctx)
	if !aside.Sends(o.method, o.coordinate) {
		return nil, errAside
	}
	repeatable := !o.mutation && aside == nil && c.shaper.Repeatable(o.method)
	err := c.shaper.Do(ctx, p, repeatable, func(ctx context.Context) shaping.Verdict {
		var status int
		ctx, span := trace.Start(ctx, trace.KindClient, o.method, "", time.Now())
		a, status, failure = c.attempt(ctx, o, p)
		describe(span, o, a, failure)
		span.End(time.Now())
		if aside != nil {
			return shaping.Verdict{Uncounted: true} // what nobody needs must not keep clients from being answered
		}
		return verdict(ctx, a, status, failure)
	})
	if err != nil {
		return nil, err
	}
	return a, failure
}

// attempt sends a request once, and again where the source asks for it elsewhere and that may be. The status is
// there even if the rest of an answer is not.
func (c *client) attempt(ctx context.Context, o *outgoing, p *shaping.Passage) (a *answer, status int, err error) {
	const maxRedirects = 5
	r := subgraph.Request{Method: o.method, URL: o.url, Header: traced(ctx, o.headers), Body: o.body, Once: o.mutation, Deadline: time.Now().Add(c.timeout)}
	if d, ok := ctx.Deadline(); ok && d.Before(r.Deadline) {
		r.Deadline = d
	}
	for n := 0; ; n++ {
		res, err := c.way.Send(ctx, r)
		switch {
		case errors.Is(err, subgraph.ErrTooLarge):
			return nil, res.Status, fmt.Errorf("HTTP %d: %w; http_max_response_size is %d", res.Status, err, c.max)
		case err != nil && timedOut(err) && ctx.Err() == nil:
			return nil, res.Status, fmt.Errorf("no whole answer within %s: %w: %w", c.timeout, context.DeadlineExceeded, err)
		case err != nil:
			return nil, res.Status, err
		}
		p.ResponseBytes = res.Received
		a := &answer{status: res.Status, header: res.Header, body: res.Body}
		if next, ok := c.elsewhere(r, a); ok && n < maxRedirects {
			r.URL = next
			continue
		}
		return a, a.status, nil
	}
}

// describe adds to a call's span what is known of it. The URL is not: ids and keys may be in it.
func describe(span *trace.Span, o *outgoing, a *answer, err error) {
	span.Text("http.request.method", o.method)
	if u, err := url.Parse(o.url); err == nil {
		span.Text("server.address", u.Hostname())
	}
	switch {
	case err == nil:
		span.Number("http.response.status_code", a.status)
		span.Number("http.response.body.size", len(a.body))
		if a.status >= http.StatusBadRequest {
			span.Fail(strconv.Itoa(a.status))
		}
	case timedOut(err):
		span.Fail("timeout")
	case errors.Is(err, context.Canceled):
		span.Fail("canceled")
	default:
		span.Fail("_OTHER")
	}
}

// errAside is a request that is not sent only to compare owners.
var errAside = errors.New("it may change something, and is not sent to compare owners; say that it is safe in the migration if it is")

// traced is the header with what tells the source of the span that it works for.
func traced(ctx context.Context, header [][2]string) [][2]string {
	h := http.Header{}
	trace.FromContext(ctx).Inject(h)
	if a := subgraph.AsideOf(ctx); a != nil {
		h = a.Mark(h)
	}
	if len(h) == 0 {
		return header
	}
	out := slices.DeleteFunc(slices.Clone(header), func(f [2]string) bool { return h[f[0]] != nil })
	for _, name := range slices.Sorted(maps.Keys(h)) {
		out = append(out, [2]string{name, h[name][0]})
	}
	return out
}

// elsewhere is where an answer sends a request to, if that is followed: with reads, within the same host, without
// a step to another address. Everything else is an answer like any other, for it could take credentials along.
func (c *client) elsewhere(r subgraph.Request, a *answer) (string, bool) {
	if !c.redirects || a.status < 301 || a.status > 308 || a.status > 303 && a.status < 307 || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "", false
	}
	from, err := url.Parse(r.URL)
	if err != nil || a.header.Get("Location") == "" {
		return "", false
	}
	to, err := from.Parse(a.header.Get("Location"))
	if err != nil || !strings.EqualFold(to.Scheme, from.Scheme) || !strings.EqualFold(to.Host, from.Host) || to.User != nil || safe(to.EscapedPath()) != nil {
		return "", false
	}
	to.Fragment = ""
	return to.String(), true
}

// verdict is what an attempt says of the source: timeouts, broken connections and 5xx are its failures; what the
// client broke off is not, nor is what was never sent.
func verdict(ctx context.Context, a *answer, status int, err error) shaping.Verdict {
	switch {
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, errNotAllowed):
		return shaping.Verdict{Uncounted: true}
	case errors.Is(err, subgraph.ErrTooLarge):
		return shaping.Verdict{}
	case err != nil && (timedOut(err) || ctx.Err() != nil):
		return shaping.Verdict{Failed: true}
	case err != nil:
		return shaping.Verdict{Failed: true, Retry: status == 0}
	}
	return subgraph.Verdict(a.status, a.header)
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
