package subgraph

import (
	"context"
	"time"

	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// shaped sends a request as the service's shaping has it. Without an attempt there is no reply, and the error says
// why; else they are those of the last attempt.
func (r *Remote) shaped(ctx context.Context, out outgoing, room int) (a *reply, err error) {
	var p shaping.Passage
	refused := r.shaper.Do(ctx, &p, !out.mutation, func(ctx context.Context) shaping.Verdict {
		if a != nil {
			a.free()
		}
		out.now = time.Now()
		out.deadline = out.now.Add(r.timeout)
		if d, ok := ctx.Deadline(); ok && d.Before(out.deadline) {
			out.deadline = d
		}
		a, err = r.attempt(ctx, r.targets[0], out, room)
		return verdict(ctx, a, err)
	})
	if p.Attempts > 1 {
		out.span.Child().Number("http.request.resend_count", p.Attempts-1)
	}
	if r.watcher != nil {
		r.watcher.FetchPassed(r.name, &p)
	}
	if a == nil {
		return nil, refused
	}
	return a, err
}
