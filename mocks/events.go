package mocks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// A subscription to a field that is made up has two kinds of events: those that are made up, one at once unless people say
// otherwise, and one for each mutation of its session that changes what the field could return.

var _ executor.Streamer = (*Source)(nil)

// maxEvents bounds how many events of one subscription are made up.
const maxEvents = 10_000

// pace is how often events are made up, and how many.
type pace struct {
	every time.Duration
	count int
}

// Stream implements executor.Streamer.
func (s *Source) Stream(ctx context.Context, r *executor.Request, take func(*executor.Response) error) error {
	variables, err := decode(r.Variables)
	if err != nil {
		return s.fault(CodeInternal, "internal error", fmt.Errorf("variables: %w", err))
	}
	request := FromContext(ctx)
	if request != nil {
		request.answered(r.Fetch)
	}
	feed := request.follows()
	defer feed.close()
	send := func(e event) error {
		res, err := s.event(ctx, r, variables, e)
		if res == nil || err != nil {
			return err
		}
		return take(res)
	}
	pace := s.paced(ctx, r, variables)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for made := 0; ; {
		var due <-chan time.Time
		if made < pace.count {
			due = timer.C
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-due:
			timer.Reset(pace.every)
			err = send(event{number: made})
			made++
		case <-feed.woken():
			var list []happening
			list, err = feed.take()
			for i := 0; i < len(list) && err == nil; i++ {
				err = send(event{happened: &list[i]})
			}
		}
		if err != nil {
			return err
		}
	}
}

// event is what an answer to a subscription is about: something that happened, or else the made up event of that number.
type event struct {
	number   int
	happened *happening
}

// event is the answer for an event; nil where it is none of what is subscribed to.
func (s *Source) event(ctx context.Context, r *executor.Request, variables map[string]any, e event) (*executor.Response, error) {
	a := s.answering(ctx, variables)
	a.event = &e
	if field, def, t := a.subscribed(r); e.happened != nil && (field == nil || a.told(def, t, a.arguments(def, field.Arguments)) == nil) {
		return nil, nil
	}
	a.raw(`{"data":`)
	return s.completed(a, a.root(r.Fetch))
}

// paced is what is said of the pace of a subscription.
func (s *Source) paced(ctx context.Context, r *executor.Request, variables map[string]any) pace {
	a := s.answering(ctx, variables)
	field, def, t := a.subscribed(r)
	if field == nil {
		return pace{}
	}
	out := pace{count: 1}
	said := a.ruleOf(&object{typ: a.graph.Subscription}, def, t, a.arguments(def, field.Arguments))
	if said == nil {
		return out
	}
	if said.every > 0 {
		out = pace{said.every, defaultEvents}
	}
	if said.count != nil {
		out.count = *said.count
	}
	return out
}

// defaultEvents is how many events come at an interval of which nothing else is said.
const defaultEvents = 100

// subscribed is the field that is subscribed to: the only one of the root.
func (a *answer) subscribed(r *executor.Request) (*collected, *supergraph.Field, *ast.Type) {
	for _, f := range a.collect(nil, a.graph.Subscription, r.Fetch.Selections) {
		if def := a.graph.Subscription.Field(f.Field); def != nil {
			return &f, def, a.typeOf(def, f)
		}
	}
	return nil, nil, nil
}

// subscription writes the value of an event.
func (a *answer) subscription(def *supergraph.Field, t *ast.Type, s seat) error {
	switch e := a.event; {
	case e == nil:
	case e.happened != nil:
		a.acted = []*change{e.happened.change} // what is gone is still shown by the event that says so
		s.shape(a.told(def, t, s.args))
	case e.number > 0:
		s.place = s.place.of("event").ofValue(e.number)
	}
	return a.value(t, s)
}

// leastEvery keeps made up events from being a load.
const leastEvery = 10 * time.Millisecond

// sayPace reads how often and how many events are made up.
func (b *builder) sayPace(r *rule, s topic, one setting) error {
	if typ, _, _ := strings.Cut(s.coordinate, "."); !s.field || b.graph.Subscription == nil || typ != b.graph.Subscription.Name {
		return errors.New("is for fields of Subscription")
	}
	if one.key == "every" {
		d, err := delayOf(one.value)
		if err != nil || d < leastEvery {
			return fmt.Errorf("%v is to be a duration such as 2s, from %s to %s", one.value, leastEvery, maxDelay)
		}
		r.every = d
		return nil
	}
	n, ok := numberOf(one.value)
	count := int(n)
	if !ok || n != float64(count) || count < 0 || count > maxEvents {
		return fmt.Errorf("%v is to be a whole number from 0 to %d", one.value, maxEvents)
	}
	r.count = &count
	return nil
}
