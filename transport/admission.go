package transport

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/ratelimit"
)

// Admission bounds how many operations are executed at one time, and for how long each may be.
type Admission struct {
	// Timeout is how long an operation may take, from the end of its request's header to its answer; 60s by default.
	Timeout time.Duration
	// Concurrency is how many operations are executed at one time; 0 means any number.
	Concurrency int
	// MaxWaiting is how many may wait for others to end; as many as Concurrency by default.
	MaxWaiting int
	// MaxWait is how long one waits; 1s by default.
	MaxWait time.Duration
}

// Keys of the limits of admission.
const (
	limitConcurrency = "traffic_shaping.router.concurrency_limit"
	limitTimeout     = "traffic_shaping.router.timeout"
	limitMemory      = "limits.memory"
)

// admission gives places to operations. What finds none waits a moment, as bursts are short; of what waits there is
// a bounded number too, so that an answer that comes too late to be of use is not worked on.
type admission struct {
	Admission
	places  chan struct{} // nil for any number
	waiting atomic.Int64
}

func newAdmission(a Admission) *admission {
	out := &admission{Admission: a}
	if a.Concurrency > 0 {
		out.places = make(chan struct{}, a.Concurrency)
	}
	return out
}

// enter takes a place, which leave gives back, or says why there is none.
func (a *admission) enter(ctx context.Context) *refusal {
	if a.places == nil {
		return nil
	}
	select {
	case a.places <- struct{}{}:
		return nil
	default:
	}
	defer a.waiting.Add(-1)
	waiting := int(a.waiting.Add(1))
	if waiting > a.MaxWaiting {
		return a.full(waiting)
	}
	end := time.NewTimer(a.MaxWait)
	defer end.Stop()
	select {
	case a.places <- struct{}{}:
		if ctx.Err() == nil {
			return nil
		}
		a.leave() // it came when it was too late
		return a.late(ctx)
	case <-end.C:
		return a.full(waiting)
	case <-ctx.Done():
		return a.late(ctx)
	}
}

func (a *admission) leave() {
	if a.places != nil {
		<-a.places
	}
}

// Busy reports whether the server has about as much to do as it may: what can wait should.
func (s *Server) Busy() bool {
	places := s.admission.places
	return cap(places) > 0 && len(places)*5 >= cap(places)*4 || s.memory.check() != nil
}

// full is the refusal of an operation that finds so many waiting, itself among them.
func (a *admission) full(waiting int) *refusal {
	r := refusef(http.StatusServiceUnavailable, CodeOverloaded, "the gateway executes as many operations as it may; try again in a moment")
	r.retryAfter = 1
	r.excess = &excess{limitConcurrency, a.Concurrency, a.Concurrency + waiting}
	return r
}

// late is the refusal of an operation whose time is over before it was executed, or whose client left.
func (a *admission) late(ctx context.Context) *refusal {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return refusef(http.StatusServiceUnavailable, CodeCanceled, "the request was canceled")
	}
	r := refusef(http.StatusGatewayTimeout, CodeGatewayTimeout, "the operation took longer than the %s that it may take; ask for less at once, or try again", a.Timeout)
	r.excess = &excess{limitTimeout, int(a.Timeout.Milliseconds()), int(a.Timeout.Milliseconds())}
	return r
}

// ask has the engine answer within the operation's time, if it may be asked now and once there is a place for it. Where the time ends meanwhile,
// the fetches under way are canceled and the answer has what was there by then; where nothing was, it is refused.
func (s *Server) ask(ctx context.Context, r *engine.Request, start time.Time, dst []byte) ([]byte, engine.Outcome, *refusal) {
	if refused := s.memory.check(); refused != nil {
		return dst, engine.Outcome{}, refused // it came over a socket, or memory went while its body arrived
	}
	ctx, cancel := context.WithDeadline(ctx, start.Add(s.admission.Timeout))
	defer cancel()
	if refused := tooOften(ratelimit.FromContext(ctx).Arrive(ctx)); refused != nil {
		return dst, engine.Outcome{}, refused
	}
	if refused := s.admission.enter(ctx); refused != nil {
		return dst, engine.Outcome{}, refused
	}
	defer s.admission.leave()
	body, out := s.parts.Engine.Execute(ctx, r, dst)
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return body, out, nil
	}
	if out.Refused {
		return body, out, s.admission.late(ctx)
	}
	if out.Errors > 0 {
		s.parts.Observer.LimitPassed(limitTimeout, true)
	}
	return body, out, nil
}
