package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
)

// ticker sends so many ticks, and says each time when one was taken; without any it says that it began, and waits for the end of the context.
type ticker struct {
	source
	ticks int
	sent  chan int
	fails error
	panic bool
}

func (s *ticker) Stream(ctx context.Context, _ *executor.Request, take func(*executor.Response) error) error {
	for i := range s.ticks {
		if err := take(&executor.Response{Body: fmt.Appendf(nil, `{"data":{"ticks":%d}}`, i)}); err != nil {
			return err
		}
		if s.sent != nil {
			s.sent <- i
		}
	}
	if s.panic {
		panic("out of ticks")
	}
	if s.ticks == 0 {
		s.sent <- 0
		<-ctx.Done()
		return ctx.Err()
	}
	return s.fails
}

// taking takes responses.
type taking struct {
	bodies []string
	begin  func(ctx context.Context) (context.Context, func(), error)
	emit   func(body string) error
}

func (r *taking) Begin(ctx context.Context) (context.Context, func(), error) {
	if r.begin != nil {
		return r.begin(ctx)
	}
	return ctx, func() {}, nil
}

func (r *taking) Emit(body []byte, _ engine.Outcome) error {
	r.bodies = append(r.bodies, string(body))
	if r.emit != nil {
		return r.emit(string(body))
	}
	return nil
}

const ticks = "subscription { ticks }"

func TestASubscriptionHasAResponseForEachEvent(t *testing.T) {
	e := engine.New(snapshot(t, &ticker{ticks: 3}, engine.Config{}), &plans{})
	to := &taking{}
	out, err := e.Subscribe(t.Context(), &engine.Request{Query: ticks}, to)
	if want := `{"data":{"ticks":0}} {"data":{"ticks":1}} {"data":{"ticks":2}}`; strings.Join(to.bodies, " ") != want || err != nil || out.Errors > 0 {
		t.Errorf("%v %+v %v", to.bodies, out, err)
	}
}

func TestASubscriptionEnds(t *testing.T) {
	gone := errors.New("the client is gone")
	tests := []struct {
		name   string
		source executor.Fetcher
		to     *taking
		query  string
		bodies int
		code   string
		err    error
	}{
		{name: "with its client", source: &ticker{ticks: 3}, to: &taking{emit: func(string) error { return gone }}, bodies: 1, err: gone},
		{name: "with its source", source: &ticker{ticks: 1, fails: &executor.Error{Code: "LOST", Message: "no more"}}, to: &taking{}, bodies: 2, code: "LOST"},
		{name: "with what its source breaks of", source: &ticker{ticks: 1, panic: true}, to: &taking{}, bodies: 2, code: "SUBREQUEST_HTTP_ERROR"},
		{name: "at once where nobody sends events", source: &source{}, to: &taking{}, bodies: 1, code: executor.CodeNoEvents},
		{name: "refused", source: &ticker{ticks: 1}, to: &taking{}, query: "subscription { nope }", bodies: 1, code: operation.CodeValidation},
		{
			name: "when the caller may ask no longer", source: &ticker{ticks: 3}, bodies: 1, code: "EXPIRED",
			to: &taking{begin: func(context.Context) (context.Context, func(), error) {
				return nil, nil, &operation.Error{Code: "EXPIRED", Message: "the token has expired"}
			}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.query == "" {
				test.query = ticks
			}
			e := engine.New(snapshot(t, test.source, engine.Config{}), nil)
			_, err := e.Subscribe(t.Context(), &engine.Request{Query: test.query}, test.to)
			if !errors.Is(err, test.err) || len(test.to.bodies) != test.bodies {
				t.Fatalf("%v, and %d responses: %v", err, len(test.to.bodies), test.to.bodies)
			}
			if last := test.to.bodies[test.bodies-1]; !strings.Contains(last, test.code) {
				t.Errorf("the last is %s, want %s", last, test.code)
			}
		})
	}
}

// The source is not asked for another event while a response is not taken.
func TestWhoReadsSlowlySlowsTheSource(t *testing.T) {
	source := &ticker{ticks: 3, sent: make(chan int, 3)}
	e := engine.New(snapshot(t, source, engine.Config{}), nil)
	reads, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_, _ = e.Subscribe(t.Context(), &engine.Request{Query: ticks}, &taking{emit: func(string) error { <-reads; return nil }})
	}()
	for i := range 3 {
		select {
		case <-source.sent:
			t.Fatalf("event %d was taken before the client read it", i)
		case <-time.After(20 * time.Millisecond):
		}
		reads <- struct{}{}
		<-source.sent
	}
	<-done
}

func TestACanceledSubscriptionLeavesNothingBehind(t *testing.T) {
	const many = 50
	source := &ticker{sent: make(chan int, many)}
	e := engine.New(snapshot(t, source, engine.Config{}), nil)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, many)
	for range many {
		go func() {
			_, err := e.Subscribe(ctx, &engine.Request{Query: ticks}, &taking{})
			ended <- err
		}()
	}
	for range many {
		<-source.sent
	}
	cancel()
	for range many {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
	for until := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d goroutines, and %d before", runtime.NumGoroutine(), before)
		}
	}
}

// A reload leaves what runs with its graph, and what was decided at its beginning.
func TestASubscriptionEndsOnTheGraphThatItBeganWith(t *testing.T) {
	asked := 0
	cfg := engine.Config{Labels: func(_ context.Context, labels []string) []string { asked++; return labels }}
	e := engine.New(snapshot(t, &ticker{ticks: 3}, cfg), nil)
	to := &taking{}
	to.emit = func(string) error {
		e.Swap(snapshot(t, &ticker{ticks: 1}, cfg))
		return nil
	}
	if _, err := e.Subscribe(t.Context(), &engine.Request{Query: ticks}, to); err != nil || len(to.bodies) != 3 {
		t.Errorf("%v %v", to.bodies, err)
	}
	if asked > 1 {
		t.Errorf("labels were decided %d times", asked)
	}
}

// Extensions hear of the subscription once, and of each event, which has its own.
func TestEachEventHasExtensions(t *testing.T) {
	begun, events := 0, 0
	cfg := engine.Config{Extensions: func(ctx context.Context, of engine.Executed) (context.Context, func([]byte) []byte) {
		if !of.Event {
			begun++
			return ctx, func([]byte) []byte { panic("nothing is written of the whole") }
		}
		events++
		return ctx, func(dst []byte) []byte { return fmt.Appendf(dst, `{"n":%d}`, events) }
	}}
	e := engine.New(snapshot(t, &ticker{ticks: 2}, cfg), nil)
	to := &taking{}
	_, _ = e.Subscribe(t.Context(), &engine.Request{Query: ticks}, to)
	if begun != 1 || events != 2 || to.bodies[1] != `{"data":{"ticks":1},"extensions":{"n":2}}` {
		t.Errorf("%d %d %v", begun, events, to.bodies)
	}
}

func TestASubscriptionIsPlannedBeforehand(t *testing.T) {
	made := &plans{}
	s := snapshot(t, &ticker{ticks: 1}, engine.Config{})
	if errs := s.Know(t.Context(), []string{ticks}); errs[0] != nil {
		t.Fatal(errs)
	}
	e := engine.New(s, made)
	_, _ = e.Subscribe(t.Context(), &engine.Request{Query: ticks}, &taking{})
	if made.made.Load() != 0 {
		t.Error("it was planned again")
	}
	plan, err := s.Plan(&engine.Request{Query: ticks})
	if err != nil || plan.Events() == nil || plan.Events().Subgraph != "old" || plan.Events().Path != nil {
		t.Errorf("%v %v", plan, err)
	}
}
