package monolith

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// client sends the requests of one source.
type client struct {
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
	c := &client{way: way, timeout: s.Timeout, max: cfg.Outbound.Limits.Of(name), redirects: own.Redirects == RedirectsSameHost}
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
	if e, ok := c.badge.credentials.(*exchanger); ok {
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
	repeatable := !o.mutation && c.shaper.Repeatable(o.method)
	err := c.shaper.Do(ctx, p, repeatable, func(ctx context.Context) shaping.Verdict {
		var status int
		a, status, failure = c.attempt(ctx, o, p)
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
	r := subgraph.Request{Method: o.method, URL: o.url, Header: o.headers, Body: o.body, Once: o.mutation, Deadline: time.Now().Add(c.timeout)}
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
	v := shaping.Verdict{Failed: a.status >= 500}
	switch a.status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		v.Retry, v.After = true, retryAfter(a.header.Get("Retry-After"), time.Now())
	}
	return v
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// retryAfter reads seconds or a date; 0 if there is neither.
func retryAfter(v string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
