package rollout_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/rollout"
)

var health = &rollout.Migration{
	Name: "site-health", From: "monolith", To: "health", Coordinates: []string{"Site.health"},
	Steps: []float64{1, 10, 100}, Deny: []rollout.Entry{{Key: "never"}},
}

// broker is one in process, of a directory.
func broker(t *testing.T, directory string) *events.Broker {
	t.Helper()
	b, err := events.Open(events.Config{Directory: directory}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// following is a board that follows the store, as a replica's.
func following(t *testing.T, store rollout.Store, label string) *rollout.Board {
	t.Helper()
	b := rollout.NewBoard(rollout.Config{}, rollout.Parts{Store: func() (rollout.Store, error) { return store, nil }, Logger: slog.New(slog.DiscardHandler)})
	if err := b.Define([]*rollout.Migration{health}, map[string]string{health.Name: label}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { b.Follow(ctx) })
	t.Cleanup(func() { cancel(); done.Wait() })
	b.Await(t.Context())
	if stale := b.List()[0].Stale; stale != "" {
		t.Fatal(stale)
	}
	return b
}

func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come to hold")
		}
	}
}

func on(b *rollout.Board, key string) bool {
	return len(b.Table().Active(tenant(key), []string{health.Label()})) == 1
}

func do(t *testing.T, b *rollout.Board, o rollout.Order) rollout.Standing {
	t.Helper()
	o.By = "ann"
	s, err := b.Do(t.Context(), health.Name, o, nil)
	if err != nil {
		t.Fatalf("%s: %v", o.Verb, err)
	}
	return s
}

func percent(t *testing.T, text string) *rollout.Percent {
	t.Helper()
	p, err := rollout.ParsePercent(text)
	if err != nil {
		t.Fatal(err)
	}
	return &p
}

// TestAMigrationIsLedOnAllReplicas: what is done on one is in force on the other, survives both, and is remembered.
func TestAMigrationIsLedOnAllReplicas(t *testing.T) {
	directory := t.TempDir()
	first := broker(t, directory)
	store := first.KeyValue(rollout.StoreName, rollout.Kept)
	a, b := following(t, store, "health"), following(t, store, "health")
	if on(a, "acme") {
		t.Error("it moves before it is started")
	}
	do(t, a, rollout.Order{Verb: "start", Why: "the service is up"})
	do(t, a, rollout.Order{Verb: "set"})
	do(t, a, rollout.Order{Verb: "set", Percent: percent(t, "100")})
	do(t, a, rollout.Order{Verb: "deny", Entry: rollout.Entry{Key: "acme", Why: "a report is running"}})
	eventually(t, func() bool { return on(b, "globex") && !on(b, "acme") })
	for _, board := range []*rollout.Board{a, b} {
		if on(board, "never") || !on(board, "globex") {
			t.Error("the lists do not hold")
		}
	}
	do(t, b, rollout.Order{Verb: "abort", Why: "wrong answers"})
	if on(b, "globex") {
		t.Error("an abort is not in force where it was ordered")
	}
	eventually(t, func() bool { return !on(a, "globex") })
	if _, err := a.Do(t.Context(), health.Name, rollout.Order{Verb: "set"}, nil); !errors.Is(err, rollout.ErrRefused) || !strings.Contains(err.Error(), "wrong answers") {
		t.Errorf("set after an abort: %v", err)
	}

	past, err := a.History(t.Context(), health.Name)
	if err != nil {
		t.Fatal(err)
	}
	var verbs []string
	for _, p := range past {
		verbs = append(verbs, p.Change.Verb+" "+p.Percent.String())
		if p.Change.By != "ann" || p.Change.At.IsZero() {
			t.Errorf("who and when is not kept: %+v", p.Change)
		}
	}
	if diff := cmp.Diff([]string{"start 1", "set 10", "set 100", "deny 100", "abort 100"}, verbs); diff != "" {
		t.Error(diff)
	}

	first.Close()
	if on(a, "globex") || a.List()[0].Aborted != true {
		t.Error("what was known is lost with the store")
	}
	eventually(t, func() bool { return a.List()[0].Stale != "" })
	again := broker(t, directory)
	if c := following(t, again.KeyValue(rollout.StoreName, rollout.Kept), "health"); !c.List()[0].Aborted || c.List()[0].Revision != 5 {
		t.Errorf("after a restart: %+v", c.List()[0])
	}
}

// TestTwoOperatorsDoNotOverwriteEachOther: an order for a state that is not there any more is refused; an abort never is.
func TestTwoOperatorsDoNotOverwriteEachOther(t *testing.T) {
	b := following(t, broker(t, t.TempDir()).KeyValue(rollout.StoreName, rollout.Kept), "health")
	seen := do(t, b, rollout.Order{Verb: "start"}).Revision
	do(t, b, rollout.Order{Verb: "set"})
	if _, err := b.Do(t.Context(), health.Name, rollout.Order{Verb: "set"}, &seen); !errors.Is(err, events.ErrConflict) {
		t.Errorf("set of an old revision: %v", err)
	}
	if _, err := b.Do(t.Context(), health.Name, rollout.Order{Verb: "abort"}, &seen); err != nil {
		t.Errorf("abort of an old revision: %v", err)
	}
	// Many at once: each order is carried out whole, or not at all.
	do(t, b, rollout.Order{Verb: "start"})
	before := b.List()[0].Revision
	var all sync.WaitGroup
	done := make(chan bool, 20)
	for range cap(done) {
		all.Go(func() {
			_, err := b.Do(t.Context(), health.Name, rollout.Order{Verb: "set", Percent: percent(t, "5")}, nil)
			if err != nil && !errors.Is(err, events.ErrConflict) {
				t.Error(err)
			}
			done <- err == nil
		})
	}
	all.Wait()
	close(done)
	carried := uint64(0)
	for ok := range done {
		if ok {
			carried++
		}
	}
	if got := b.List()[0].Revision - before; got != carried || carried == 0 {
		t.Errorf("%d orders carried out made %d revisions", carried, got)
	}
}

// TestTheSchemasPercentageIsTheStart and no more than that.
func TestTheSchemasPercentageIsTheStart(t *testing.T) {
	b := following(t, broker(t, t.TempDir()).KeyValue(rollout.StoreName, rollout.Kept), "percent(5)")
	if s := b.List()[0]; s.Stage != rollout.Canary || s.Percent.String() != "5" || s.Revision != 0 {
		t.Errorf("%+v", s)
	}
	if s := do(t, b, rollout.Order{Verb: "set"}); s.Percent.String() != "10" {
		t.Errorf("the next step is %s", s.Percent)
	}
}

// TestAnEntryEndsByItself when its time is over.
func TestAnEntryEndsByItself(t *testing.T) {
	b := following(t, broker(t, t.TempDir()).KeyValue(rollout.StoreName, rollout.Kept), "health")
	do(t, b, rollout.Order{Verb: "start"})
	do(t, b, rollout.Order{Verb: "set", Percent: percent(t, "0")})
	do(t, b, rollout.Order{Verb: "allow", Entry: rollout.Entry{Key: "acme", Until: time.Now().Add(300 * time.Millisecond)}})
	if !on(b, "acme") {
		t.Fatal("the entry does not hold")
	}
	eventually(t, func() bool { return !on(b, "acme") })
}

// TestOrders: what each does in each state.
func TestOrders(t *testing.T) {
	half := percent(t, "50")
	tests := []struct {
		orders string
		want   string // the state, or what is wrong with the last order
	}{
		{"start", "canary 1"},
		{"start set", "canary 10"},
		{"start set set", "canary 100"},
		{"start set set set", "last step"},
		{"start start", "has been started"},
		{"set", "has not been started"},
		{"start set=50", "canary 50"},
		{"start set=50 set", "canary 100"},
		{"start pause", "canary 1 paused"},
		{"start pause set", "paused"},
		{"start set pause set=0", "canary 0 paused"},
		{"start pause pause", "paused already"},
		{"resume", "not paused"},
		{"start pause resume set", "canary 10"},
		{"start finish", "set 100 first"},
		{"start set set finish", "service 100"},
		{"start set set finish set=50", "canary 50"},
		{"start set set finish abort", "service 100 aborted"},
		{"start pause abort", "canary 1 aborted paused"},
		{"start set abort start", "canary 1"},
		{"abort abort", "monolith 0 aborted"},
		{"start abort finish", "start begins again"},
		{"allow", "needs a key"},
		{"jump", "no verb"},
	}
	for _, test := range tests {
		s := rollout.State{Stage: rollout.Monolith}
		var err error
		for order := range strings.FieldsSeq(test.orders) {
			verb, p, isPercent := strings.Cut(order, "=")
			o := rollout.Order{Verb: verb}
			if isPercent {
				if o.Percent = half; p != "50" {
					o.Percent = percent(t, p)
				}
			}
			if s, err = s.After(health, o, time.Now()); err != nil {
				break
			}
		}
		got := string(s.Stage) + " " + s.Percent.String()
		if s.Aborted {
			got += " aborted"
		}
		if s.Paused {
			got += " paused"
		}
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != test.want || !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.orders, got, test.want)
		}
	}
}

// TestAStateIsReadAsItWasWritten.
func TestAStateIsReadAsItWasWritten(t *testing.T) {
	s := rollout.State{Stage: rollout.Canary, Percent: *percent(t, "0.00000001"), Allow: []rollout.Entry{{Key: "a", Until: time.Unix(5, 0).UTC()}}}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again rollout.State
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, again); diff != "" || !strings.Contains(string(text), `"percent":0.00000001`) {
		t.Errorf("%s\n%s", text, diff)
	}
}
