package transport

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine"
)

// stream is an answer over HTTP that comes in several responses. One goroutine writes the responses, another signs of
// life while there are none.
type stream struct {
	s    *Server
	w    http.ResponseWriter
	form form
	// cut ends what the stream is for, once nobody takes it any more.
	cut context.CancelFunc

	mu  sync.Mutex
	buf []byte
	// last is when something was written last; zero before the header was.
	last time.Time
	err  error
}

// newStream is the stream that answers a request. It has no time to end in: each write does.
func (s *Server) newStream(w http.ResponseWriter, f form, cut context.CancelFunc) *stream {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return &stream{s: s, w: w, form: f, cut: cut}
}

// stream answers a subscription over HTTP, until it ends or its client is gone.
func (s *Server) stream(ctx context.Context, w http.ResponseWriter, r *http.Request, c *call, f form) {
	live, cut := context.WithCancel(ctx)
	x := s.newStream(w, f, cut)
	var alive sync.WaitGroup
	alive.Go(func() { x.live(live) })
	defer alive.Wait()
	defer cut()
	c.outcome, c.result = OutcomeRefused, engine.Outcome{Kind: ast.Subscription}
	c.result, c.refused = s.subscribe(live, &c.request, s.asksStill(r), func(body []byte, out engine.Outcome) error {
		c.size += len(body)
		if out.Refused && x.refuse(ctx, c, body, out) {
			return nil
		}
		return x.next(body, out.Refused)
	})
	if c.refused != nil || c.status != 0 {
		return
	}
	c.outcome, c.status = outcomeName(c.result), http.StatusOK
	_ = x.write(f.end)
}

// refuse answers what is refused before anything was written with its status, unless its client's document is at fault:
// that is told in the stream, where clients look for it. It reports whether it did.
func (x *stream) refuse(ctx context.Context, c *call, body []byte, out engine.Outcome) bool {
	status := statusOf(out, mediaGraphQL)
	x.mu.Lock()
	defer x.mu.Unlock()
	if status == http.StatusBadRequest || !x.last.IsZero() {
		return false
	}
	x.last, c.status = time.Now(), status
	x.s.head(ctx, x.w, status)
	x.s.write(x.w, mediaGraphQL, status, body)
	return true
}

// once answers what is no subscription.
func (x *stream) once(body []byte, refused bool) {
	_ = x.next(body, refused)
	_ = x.write(x.form.end)
}

func (x *stream) next(body []byte, refused bool) error {
	return x.write(func(dst []byte) []byte { return x.form.next(dst, body, refused) })
}

// asksStill asks again who sent the request.
func (s *Server) asksStill(r *http.Request) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.verify(r.WithContext(ctx), []byte("{}"))
	}
}

// write writes what the function appends, after the header if nothing was written yet. A client that does not take it in
// time is cut off.
func (x *stream) write(text func([]byte) []byte) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err != nil {
		return x.err
	}
	x.buf = x.buf[:0]
	if x.last.IsZero() {
		h := x.w.Header()
		h["Content-Type"], h["Cache-Control"], h["X-Accel-Buffering"] = []string{x.form.head()}, []string{"no-store"}, []string{"no"}
		x.w.WriteHeader(http.StatusOK)
		x.buf = x.form.begin(x.buf)
	}
	x.buf = text(x.buf)
	x.last = time.Now()
	control := http.NewResponseController(x.w)
	_ = control.SetWriteDeadline(x.last.Add(writing))
	if _, x.err = x.w.Write(x.buf); x.err == nil {
		x.err = control.Flush()
	}
	if cap(x.buf) > maxKept {
		x.buf = nil
	}
	if x.err != nil {
		x.cut()
	}
	return x.err
}

// live gives signs of life while nothing else is written. The first comes soon: a client wants to know that it is
// subscribed.
func (x *stream) live(ctx context.Context) {
	opening := time.NewTimer(opened)
	defer opening.Stop()
	every := time.NewTicker(x.s.cfg.Subscription.Heartbeat)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-opening.C:
			if x.quiet(time.Now(), opened) {
				_ = x.write(func(dst []byte) []byte { return dst })
			}
		case now := <-every.C:
			if x.quiet(now, x.s.cfg.Subscription.Heartbeat/2) {
				_ = x.write(x.form.alive)
			}
		}
	}
}

// quiet reports whether nothing was written for so long.
func (x *stream) quiet(now time.Time, since time.Duration) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return now.Sub(x.last) >= since
}

// opened is after what time a stream of which nothing was heard is taken for open. Until then it may be refused by status.
const opened = 100 * time.Millisecond
