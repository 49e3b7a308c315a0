package canary_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/canary"
)

// shared is a store in memory that several boards share.
type shared struct {
	mu       sync.Mutex
	revision uint64
	last     map[string]events.Entry
	watchers []events.Watcher
}

func (s *shared) Put(_ context.Context, name string, state []byte, revision uint64) (uint64, error) {
	s.mu.Lock()
	if s.last[name].Revision != revision {
		s.mu.Unlock()
		return 0, events.ErrConflict
	}
	s.revision++
	e := events.Entry{Key: name, Value: state, Revision: s.revision}
	s.last[name] = e
	watchers := s.watchers
	s.mu.Unlock()
	for _, w := range watchers {
		w.Changed(e)
	}
	return e.Revision, nil
}

func (s *shared) Announce(string, []byte) {}

func (s *shared) History(context.Context, string) ([]events.Entry, error) { return nil, nil }

func (s *shared) Watch(ctx context.Context, w events.Watcher) error {
	s.mu.Lock()
	s.watchers = append(s.watchers, w)
	s.mu.Unlock()
	w.Current()
	<-ctx.Done()
	return nil
}

// replica is a gateway's part in judging, with its traffic.
type replica struct {
	board *rollout.Board
	meter *canary.Meter
	rand  *rand.Rand
}

// side is how an owner does: how often it fails, and how long it takes about.
type side struct {
	failing float64
	took    time.Duration
}

func newReplica(t *testing.T, ctx context.Context, store *shared, m *rollout.Migration, comparing rollout.Comparing) *replica {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	b := rollout.NewBoard(rollout.Config{}, rollout.Parts{Store: func() (rollout.Store, error) { return store, nil }, Logger: quiet})
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := b.Define([]*rollout.Migration{m}, map[string]string{}); err != nil {
		t.Fatal(err)
	}
	r := &replica{board: b, meter: canary.NewMeter(time.Now), rand: rand.New(rand.NewPCG(1, 2))}
	go b.Follow(ctx)
	w := &canary.Watcher{Board: b, Meter: r.meter, Comparing: comparing, Logger: quiet, Now: time.Now}
	go w.Run(ctx)
	synctest.Wait()
	return r
}

func (r *replica) order(t *testing.T, verb string, percent float64) {
	t.Helper()
	p := rollout.PercentOf(percent)
	if _, err := r.board.Do(t.Context(), "m", rollout.Order{Verb: verb, Percent: &p, By: "ann"}, nil); err != nil {
		t.Fatal(err)
	}
}

func (r *replica) state(t *testing.T) rollout.Standing {
	t.Helper()
	s, err := r.board.Show("m")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asked has the replica's clients ask so often in a second, a share of them on the new side, for some time.
func (r *replica) asked(perSecond int, share float64, before, after side, long time.Duration) {
	for range int(long / time.Second) {
		for range perSecond {
			fresh := r.rand.Float64() < share
			s := before
			if fresh {
				s = after
			}
			took := time.Duration(float64(s.took) * r.rand.ExpFloat64())
			r.meter.Done("m", fresh, took, r.rand.Float64() < s.failing)
		}
		time.Sleep(time.Second)
	}
}

func analysed() *rollout.Migration {
	return &rollout.Migration{
		Name: "m", From: "monolith", To: "health", Coordinates: []string{"Site.health"}, Steps: []float64{1, 5, 25, 50, 100}, Analysis: &rollout.Analysis{},
	}
}

// virtually runs with a virtual clock, and ends what was started.
func virtually(t *testing.T, run func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		run(t, ctx)
		cancel()
		synctest.Wait()
	})
}

var well = side{failing: .01, took: 20 * time.Millisecond}

// TestAnOutageAborts within two windows, whatever stands in between: at a step, paused, at the end, finished.
func TestAnOutageAborts(t *testing.T) {
	for _, test := range []struct {
		name   string
		lead   func(t *testing.T, r *replica)
		share  float64
		after  side
		reason string
	}{
		{"at a step", func(t *testing.T, r *replica) { r.order(t, "set", 25) }, .25, side{1, time.Millisecond}, "above monolith with"},
		{"while paused", func(t *testing.T, r *replica) { r.order(t, "set", 25); r.order(t, "pause", 0) }, .25, side{1, time.Millisecond}, "above monolith with"},
		{"at 100 %", func(t *testing.T, r *replica) { r.order(t, "set", 100) }, 1, side{1, time.Millisecond}, "more than 20 %"},
		{"finished", func(t *testing.T, r *replica) { r.order(t, "set", 100); r.order(t, "finish", 0) }, 1, side{1, time.Millisecond}, "more than 20 %"},
		{"some of it", func(t *testing.T, r *replica) { r.order(t, "set", 25) }, .25, side{.1, 20 * time.Millisecond}, "health failed"},
		{"slow", func(t *testing.T, r *replica) { r.order(t, "set", 25) }, .25, side{.01, 80 * time.Millisecond}, "p99 of health"},
	} {
		t.Run(test.name, func(t *testing.T) {
			virtually(t, func(t *testing.T, ctx context.Context) {
				r := newReplica(t, ctx, &shared{last: map[string]events.Entry{}}, analysed(), nil)
				r.order(t, "start", 0)
				test.lead(t, r)
				r.asked(100, test.share, well, well, 5*time.Minute)
				if s := r.state(t); s.Aborted {
					t.Fatalf("it is aborted while all is well: %s", s.Change)
				}
				began := time.Now()
				r.asked(100, test.share, well, test.after, 2*time.Minute)
				s := r.state(t)
				if !s.Aborted || s.Change.By != canary.ByAnalysis || !strings.Contains(s.Change.Why, test.reason) {
					t.Fatalf("after two windows of an outage: aborted %v, %s; want %q", s.Aborted, s.Change, test.reason)
				}
				t.Logf("aborted after %s: %s", s.Change.At.Sub(began), s.Change.Why)

				r.order(t, "start", 0)
				r.asked(100, .01, well, well, 2*time.Minute)
				if s := r.state(t); s.Aborted {
					t.Errorf("what was seen before the start aborts again: %s", s.Change)
				}
			})
		})
	}
}

// TestWhatIsWellIsNotAborted in a hundred runs of half an hour: with much traffic and little, failing now and then, slow now
// and then, both sides alike.
func TestWhatIsWellIsNotAborted(t *testing.T) {
	for seed := range uint64(100) {
		virtually(t, func(t *testing.T, ctx context.Context) {
			r := newReplica(t, ctx, &shared{last: map[string]events.Entry{}}, analysed(), nil)
			r.rand = rand.New(rand.NewPCG(seed, 7))
			r.order(t, "start", 0)
			share := []float64{.01, .05, .25, .5, .9}[seed%5]
			alike := side{failing: []float64{0, .001, .01, .05, .3}[seed/5%5], took: 30 * time.Millisecond}
			r.asked([]int{2, 10, 40}[seed%3], share, alike, alike, 30*time.Minute)
			if s := r.state(t); s.Aborted {
				t.Errorf("run %d: %s", seed, s.Change)
			}
		})
	}
}

// TestNoDataIsNeitherGoodNorBad: nobody asks, everything fails that hardly anybody asks, and the schedule waits.
func TestNoDataIsNeitherGoodNorBad(t *testing.T) {
	virtually(t, func(t *testing.T, ctx context.Context) {
		m := analysed()
		m.Schedule = &rollout.Schedule{Every: 5 * time.Minute}
		r := newReplica(t, ctx, &shared{last: map[string]events.Entry{}}, m, nil)
		r.order(t, "start", 0)
		time.Sleep(time.Hour)
		r.meter.Done("m", true, time.Second, true)
		r.meter.Done("m", false, time.Second, false)
		time.Sleep(11 * time.Second)
		s := r.state(t)
		if s.Aborted || s.Percent != rollout.PercentOf(1) || s.Verdict.Outcome != rollout.Waiting || !strings.Contains(s.Verdict.Why, "health had 1 of the 50 requests in 1m0s") {
			t.Errorf("%+v, %+v", s.State, s.Verdict)
		}
	})
}

// TestTheScheduleGoesFurther while all is well, within its hours, no further than it may, and once for all replicas.
func TestTheScheduleGoesFurther(t *testing.T) {
	virtually(t, func(t *testing.T, ctx context.Context) {
		m := analysed()
		until := 30.0
		m.Schedule = &rollout.Schedule{Every: 10 * time.Minute, Until: &until, From: "09:00", To: "17:00", Days: []string{"sat"}}
		store := &shared{last: map[string]events.Entry{}}
		a, b := newReplica(t, ctx, store, m, nil), newReplica(t, ctx, store, m, nil)
		lead := func(share float64, long time.Duration) {
			var both sync.WaitGroup
			both.Go(func() { a.asked(20, share, well, well, long) })
			b.asked(20, share, well, well, long)
			both.Wait()
		}
		a.order(t, "start", 0) // it is midnight, on Saturday, 2000-01-01
		lead(.1, 15*time.Minute)
		if s := a.state(t); s.Percent != rollout.PercentOf(1) {
			t.Fatalf("a step at night: %s", s.Change)
		}
		time.Sleep(9 * time.Hour)
		steps := map[string]bool{}
		for range 7 {
			lead(.1, 9*time.Minute)
			s := a.state(t)
			steps[s.Percent.String()] = true
			if s.Change.By == canary.BySchedule && !strings.Contains(s.Change.Why, "health failed") {
				t.Errorf("a step without its reason: %s", s.Change)
			}
			if other := b.state(t); other.Percent != s.Percent {
				t.Errorf("replicas stand at %s and at %s", s.Percent, other.Percent)
			}
		}
		if s := a.state(t); s.Percent != rollout.PercentOf(until) || len(steps) != 3 {
			t.Errorf("at %s, by %v", s.Percent, steps)
		}
		if store.revision != 4 {
			t.Errorf("%d changes, want the start and three steps", store.revision)
		}
	})
}

// compared is a comparison whose numbers grow.
type compared struct {
	mu sync.Mutex
	rollout.Compared
}

func (c *compared) set(all, mismatched, noise uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Compared.Compared, c.Mismatched, c.Noise = all, mismatched, noise
}

type comparing struct{ *compared }

func (c comparing) Compared(string) (rollout.Compared, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.compared.Compared, true
}

// TestAnswersThatDifferAbort: of the window, not of all time, and net of noise.
func TestAnswersThatDifferAbort(t *testing.T) {
	virtually(t, func(t *testing.T, ctx context.Context) {
		c := &compared{}
		c.set(1000, 900, 0) // long ago
		r := newReplica(t, ctx, &shared{last: map[string]events.Entry{}}, analysed(), comparing{c})
		r.order(t, "start", 0)
		time.Sleep(2 * time.Minute)
		c.set(1200, 901, 0)
		time.Sleep(2 * time.Minute)
		c.set(1400, 1001, 100) // as many as the noise
		time.Sleep(2 * time.Minute)
		if s := r.state(t); s.Aborted {
			t.Fatalf("aborted: %s", s.Change)
		}
		c.set(1600, 1051, 101)
		time.Sleep(time.Minute)
		if s := r.state(t); !s.Aborted || !strings.Contains(s.Change.Why, "49 of 200 compared answers differ") {
			t.Errorf("not aborted: %s, %+v", s.Change, s.Verdict)
		}
	})
}
