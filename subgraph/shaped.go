package subgraph

import (
	"context"
	"time"

	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// shaped sends a request as the service's shaping has it, to one of its URLs. Without an attempt there is no reply,
// and the error says why; else they are those of the last attempt.
func (r *Remote) shaped(ctx context.Context, out outgoing, room int) (a *reply, err error) {
	if r.checks != nil {
		r.checks.begin(r.sites.all, r.checked)
	}
	var p shaping.Passage
	var before tried
	several := len(r.sites.all) > 1
	refused := r.shaper.Do(ctx, &p, several || !out.mutation, func(ctx context.Context) shaping.Verdict {
		if a != nil {
			a.free()
		}
		out.now = time.Now()
		out.deadline = out.now.Add(r.timeout)
		if d, ok := ctx.Deadline(); ok && d.Before(out.deadline) {
			out.deadline = d
		}
		n := r.sites.choose(before, out.now)
		before |= 1 << n
		if r.hedging == nil || out.mutation {
			a, err = r.attempt(ctx, r.sites.all[n], out, room)
		} else {
			a, err = r.hedged(ctx, out, room, r.sites.all[n], func() (*site, func(), bool) {
				leave, ok := r.shaper.Beside(&p)
				if !ok {
					return nil, nil, false
				}
				n := r.sites.choose(before, time.Now())
				before |= 1 << n
				return r.sites.all[n], leave, true
			})
		}
		v := verdict(ctx, a, err)
		if several {
			r.tried(a.from, v)
			v.Elsewhere = v.Retry && (!out.mutation || unsent(err)) && r.sites.elsewhere(before, time.Now())
			v.Retry = v.Elsewhere || v.Retry && !out.mutation
		}
		return v
	})
	if p.Attempts > 1 {
		out.span.Child().Number("http.request.resend_count", p.Attempts-1)
	}
	if several && a != nil {
		out.span.Child().Text("server.address", a.from.url.Host)
	}
	if r.watcher != nil {
		r.watcher.FetchPassed(r.name, &p)
	}
	if a == nil {
		return nil, refused
	}
	return a, err
}

// tried takes note of an attempt at one of several URLs.
func (r *Remote) tried(at *site, v shaping.Verdict) {
	if r.watcher != nil {
		r.watcher.URLAttempted(r.name, at.named, v.Failed && !v.Uncounted)
	}
	if v.Uncounted || !at.health.fetched(v.Failed, r.ejection, time.Now()) || r.watcher == nil {
		return
	}
	if v.Failed {
		r.watcher.URLJudged(r.name, at.named, false, errEjected)
	} else {
		r.watcher.URLJudged(r.name, at.named, true, nil)
	}
}

// checked takes note of a check of a URL.
func (r *Remote) checked(at *site, fault error) {
	if at.health.checked(fault == nil, r.checks.cfg) && r.watcher != nil {
		r.watcher.URLJudged(r.name, at.named, fault == nil, fault)
	}
}
