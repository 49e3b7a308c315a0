package transport

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/engine"
)

// Subscription is how subscriptions are served: over WebSockets, and over HTTP as a stream of events or of parts.
type Subscription struct {
	// Enabled is true by default.
	Enabled *bool `yaml:"enabled"`
	// MaxOpened is how many there are at one time, 1,000 by default.
	MaxOpened int `yaml:"max_opened_subscriptions"`
	// Heartbeat is how often a client over HTTP, to whom nothing is sent, is sent a sign of life, 12s by default.
	Heartbeat time.Duration `yaml:"heartbeat_interval"`
}

func (c Subscription) validate() error {
	return errors.Join(
		notNegative("subscription.max_opened_subscriptions", int64(c.MaxOpened)), notNegative("subscription.heartbeat_interval", int64(c.Heartbeat)),
	)
}

func (c *Subscription) fill() {
	fallback(&c.MaxOpened, 1_000)
	fallback(&c.Heartbeat, 12*time.Second)
}

// Codes of subscriptions that are refused or ended.
const (
	// CodeSubscriptionsDisabled is any where subscription.enabled is false.
	CodeSubscriptionsDisabled = "SUBSCRIPTIONS_NOT_ENABLED"
	// CodeTooManySubscriptions is one beyond subscription.max_opened_subscriptions.
	CodeTooManySubscriptions = "TOO_MANY_SUBSCRIPTIONS"
)

const limitSubscriptions = "subscription.max_opened_subscriptions"

// Subscriber is an Engine that answers subscriptions.
type Subscriber interface {
	Subscribe(ctx context.Context, r *engine.Request, to engine.Responses) (engine.Outcome, error)
}

var _ Subscriber = (*engine.Engine)(nil)

// streams are the subscriptions that are open.
type streams struct {
	cfg  Subscription
	open atomic.Int64
	// ending ends when the server drains.
	ending context.Context //nolint:containedctx // ends with the server
	end    context.CancelFunc
}

func newStreams(cfg Subscription) *streams {
	out := &streams{cfg: cfg}
	out.ending, out.end = context.WithCancel(context.Background())
	return out
}

// enter takes a place for a subscription, which leave gives back, or says why there is none.
func (x *streams) enter() *refusal {
	switch {
	case x.cfg.Enabled != nil && !*x.cfg.Enabled:
		return refusef(http.StatusBadRequest, CodeSubscriptionsDisabled, "subscriptions are turned off; subscription.enabled turns them on")
	case x.ending.Err() != nil:
		return refusef(http.StatusServiceUnavailable, CodeEnding, "the server ends; connect again")
	}
	if n := x.open.Add(1); n > int64(x.cfg.MaxOpened) {
		x.open.Add(-1)
		r := refusef(http.StatusServiceUnavailable, CodeTooManySubscriptions, "as many subscriptions are open as may be; try again later")
		r.retryAfter = 1
		r.excess = &excess{limitSubscriptions, x.cfg.MaxOpened, int(n)}
		return r
	}
	return nil
}

func (x *streams) leave() { x.open.Add(-1) }

// subscribe answers a subscription until it ends. again is who asks, anew; emit takes the responses. It is refused only before it began:
// of what happens later, responses tell.
func (s *Server) subscribe(ctx context.Context, r *engine.Request, again func(context.Context) error, emit func([]byte, engine.Outcome) error) (engine.Outcome, *refusal) {
	subscriber, ok := s.parts.Engine.(Subscriber)
	if !ok {
		return engine.Outcome{}, refusef(http.StatusBadRequest, CodeSubscriptionsDisabled, "this server answers no subscriptions")
	}
	if refused := s.streams.enter(); refused != nil {
		return engine.Outcome{}, refused
	}
	defer s.streams.leave()
	s.parts.Observer.SubscriptionsOpen(1)
	defer s.parts.Observer.SubscriptionsOpen(-1)
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	defer context.AfterFunc(s.streams.ending, cut)()
	out, err := subscriber.Subscribe(ctx, r, &responses{s: s, again: again, emit: emit, verified: time.Now()})
	if err != nil && s.streams.ending.Err() != nil {
		why := refusef(http.StatusServiceUnavailable, CodeEnding, "the server ends; subscribe again")
		out.Refused, out.Code, out.Errors = true, CodeEnding, 1
		_ = emit(why.body(), out)
	}
	return out, nil
}

// verifying is how often it is asked again who subscribes, at most: a token may expire or be revoked meanwhile.
const verifying = time.Second

// verify asks again who subscribed.
func (s *Server) verify(r *http.Request, payload []byte) error {
	if s.parts.Verify == nil {
		return nil
	}
	_, err := s.parts.Verify(r, payload)
	return err
}

// responses takes what the engine answers a subscription with.
type responses struct {
	s        *Server
	again    func(context.Context) error
	emit     func([]byte, engine.Outcome) error
	verified time.Time
}

// Begin implements engine.Responses: an event is worked on for no longer than an operation may take.
func (r *responses) Begin(ctx context.Context) (context.Context, func(), error) {
	if now := time.Now(); now.Sub(r.verified) >= verifying {
		if err := r.again(ctx); err != nil {
			return ctx, nil, engine.Refusal(auth.CodeUnauthenticated, err.Error())
		}
		r.verified = now
	}
	bounded, cancel := context.WithTimeout(ctx, r.s.admission.Timeout)
	return bounded, func() {
		if errors.Is(bounded.Err(), context.DeadlineExceeded) {
			r.s.parts.Observer.LimitPassed(limitTimeout, true)
		}
		cancel()
	}, nil
}

// Emit implements engine.Responses.
func (r *responses) Emit(body []byte, out engine.Outcome) error {
	if !out.Refused {
		r.s.parts.Observer.EventDone(outcomeName(out))
	}
	return r.emit(body, out)
}
