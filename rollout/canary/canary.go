// Package canary judges migrations by their requests, and takes back those whose new owner is worse than the old one.
//
//	fetch done -> Meter: a sliding window a side    requests, errors, latencies        (meter.go, window.go)
//	window old \
//	window new  -> Judge -> healthy, waiting, failing                                   (judge.go)
//	compared   /
//	failing  -> abort, in every stage, paused or not                                    (canary.go)
//	healthy  -> the schedule's next step, if it is time for one
//	waiting  -> nothing
//
// It may abort, and never promotes but by a schedule that somebody wrote down. What is not known is neither good nor bad:
// too few requests never abort, and never take a migration further. Each replica judges what it has seen itself, and any
// of them aborts for all. A step of a schedule is taken for a revision, so that of several replicas one takes it.
//
// A verdict is about chance too. Failing is not a rate above the bound, but one that a side within the bound would
// have with no more than one chance in a hundred thousand: few requests need to be bad by far, many by little.
package canary

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/rollout"
)

// Names by which the history names what was not ordered by people.
const (
	ByAnalysis = "analysis"
	BySchedule = "schedule"
)

// Board is what migrations are led by.
type Board interface {
	Led() []rollout.Under
	Judged(name string, v rollout.Verdict)
	Do(ctx context.Context, name string, o rollout.Order, of *uint64) (rollout.Standing, error)
}

var _ Board = (*rollout.Board)(nil)

// Watcher judges the migrations of a board again and again.
type Watcher struct {
	Board Board
	Meter *Meter
	// Comparing knows how answers compare; nil where nothing is compared.
	Comparing rollout.Comparing
	Logger    *slog.Logger
	Now       func() time.Time
	// Replica is named in the reason of an abort.
	Replica string
}

// slices are how many parts a window has: it slides by one at a time, and is judged once in each.
const slices = 6

// idle is how long is waited where nothing is to be judged.
const idle = 2 * time.Second

// Run judges until the context ends.
func (w *Watcher) Run(ctx context.Context) {
	for ctx.Err() == nil {
		timer := time.NewTimer(w.Round(ctx))
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
	}
}

// Round judges each migration once, and says how long to wait for the next round.
func (w *Watcher) Round(ctx context.Context) time.Duration {
	wait := idle
	for _, m := range w.Board.Led() {
		if m.Analysis == nil {
			continue
		}
		a := m.Analysis.Filled()
		wait = min(wait, a.Window/slices)
		w.judge(ctx, m, a)
	}
	return wait
}

// judge does what the last window of a migration asks for.
func (w *Watcher) judge(ctx context.Context, m rollout.Under, a rollout.Analysis) {
	now := w.Now()
	seen, began := w.Meter.window(m, a.Window, now)
	if !began || m.State.Aborted || m.State.Stage != rollout.Canary && m.State.Stage != rollout.Service {
		return // of this start nothing was seen yet, or the new owner answers nobody
	}
	seen.Compared = w.Meter.compared(m.Name, w.Comparing, now)
	v := Judge(a, seen)
	v.At = now
	w.Board.Judged(m.Name, v)
	switch v.Outcome {
	case rollout.Failing:
		w.abort(ctx, m, v)
	case rollout.Healthy:
		w.step(ctx, m, v, now)
	case rollout.Waiting:
	}
}

// storing is how long an abort that is in force may take to be stored before the next round looks again.
const storing = 5 * time.Second

func (w *Watcher) abort(ctx context.Context, m rollout.Under, v rollout.Verdict) {
	why := v.Why
	if w.Replica != "" {
		why += ", seen by " + w.Replica
	}
	w.Logger.Error("a migration is aborted: the new owner is worse", slog.String("migration", m.Name), slog.String("why", why))
	ctx, cancel := context.WithTimeout(ctx, storing)
	defer cancel()
	if _, err := w.Board.Do(ctx, m.Name, rollout.Order{Verb: "abort", By: ByAnalysis, Why: why}, nil); err != nil {
		w.Logger.Warn("an abort is not stored yet", slog.String("migration", m.Name), slog.Any("error", err))
	}
}

func (w *Watcher) step(ctx context.Context, m rollout.Under, v rollout.Verdict, now time.Time) {
	to, due := m.Schedule.Step(m.Migration, m.State, now)
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, storing)
	defer cancel()
	_, err := w.Board.Do(ctx, m.Name, rollout.Order{Verb: "set", Percent: &to, By: BySchedule, Why: v.Why}, &m.Revision)
	if err != nil && !errors.Is(err, events.ErrConflict) {
		w.Logger.Warn("a step of a schedule was not taken", slog.String("migration", m.Name), slog.Any("error", err))
	}
}
