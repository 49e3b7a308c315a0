package held_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/auth/held"
)

// clock is a time that a test moves.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()) }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

// counting obtains the number of the call.
func counting(n *atomic.Int32, lasts time.Duration) func(context.Context) (string, time.Duration, error) {
	return func(context.Context) (string, time.Duration, error) { return strconv.Itoa(int(n.Add(1))), lasts, nil }
}

func TestAValueIsObtainedOnceUntilItEnds(t *testing.T) {
	at, n := newClock(), &atomic.Int32{}
	c := held.New[string](held.Config{Now: at.now})
	for _, want := range []struct {
		later time.Duration
		value string
	}{{0, "1"}, {59 * time.Second, "1"}, {time.Second, "2"}, {time.Second, "2"}} {
		at.advance(want.later)
		if got, err := c.Get(t.Context(), "a", counting(n, time.Minute)); got != want.value || err != nil {
			t.Errorf("after %s: %s, %v, want %s", want.later, got, err, want.value)
		}
	}
}

func TestAllWaitForOne(t *testing.T) {
	c := held.New[string](held.Config{})
	var n atomic.Int32
	open := make(chan struct{})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			got, err := c.Get(t.Context(), "a", func(ctx context.Context) (string, time.Duration, error) {
				<-open
				return counting(&n, time.Minute)(ctx)
			})
			if got != "1" || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	close(open)
	all.Wait()
	if n.Load() != 1 {
		t.Errorf("obtained %d times", n.Load())
	}
}

// TestWhoLeavesTakesNothingAlong: the others who wait get what the one began to obtain who left.
func TestWhoLeavesTakesNothingAlong(t *testing.T) {
	c := held.New[string](held.Config{})
	ctx, leave := context.WithCancel(t.Context())
	got, err := c.Get(ctx, "a", func(ctx context.Context) (string, time.Duration, error) {
		leave()
		return "it", time.Hour, ctx.Err()
	})
	if got != "it" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	under, open := make(chan struct{}), make(chan struct{})
	defer close(open)
	go func() {
		_, _ = c.Get(context.Background(), "b", func(context.Context) (string, time.Duration, error) {
			close(under)
			<-open
			return "", 0, nil
		})
	}()
	<-under
	if _, err := c.Get(ctx, "b", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("who has left waits: %v", err)
	}
}

func TestAFailureIsNotTriedAgainAtOnce(t *testing.T) {
	at, fails := newClock(), errors.New("away")
	c := held.New[string](held.Config{Now: at.now})
	var n atomic.Int32
	fail := func(context.Context) (string, time.Duration, error) { n.Add(1); return "", time.Hour, fails }
	for range 3 {
		if _, err := c.Get(t.Context(), "a", fail); !errors.Is(err, fails) {
			t.Error(err)
		}
	}
	at.advance(held.Pause)
	if got, err := c.Get(t.Context(), "a", counting(&n, time.Hour)); got != "2" || err != nil {
		t.Errorf("%q, %v after %d", got, err, n.Load())
	}
}

func TestAPanicLeavesNobodyWaiting(t *testing.T) {
	c := held.New[string](held.Config{})
	func() {
		defer func() { _ = recover() }()
		_, _ = c.Get(t.Context(), "a", func(context.Context) (string, time.Duration, error) { panic("broken") })
	}()
	if _, err := c.Get(t.Context(), "a", nil); !errors.Is(err, held.ErrNotObtained) {
		t.Error(err)
	}
}

func TestThereAreAtMostSoMany(t *testing.T) {
	var n atomic.Int32
	c := held.New[string](held.Config{Most: 2})
	for _, want := range [][2]string{{"a", "1"}, {"b", "2"}, {"a", "1"}, {"c", "3"}, {"a", "1"}, {"b", "4"}, {"c", "5"}} {
		if got, _ := c.Get(t.Context(), want[0], counting(&n, time.Hour)); got != want[1] {
			t.Errorf("%s: %s, want %s", want[0], got, want[1])
		}
	}
}

func TestWhatIsForgottenIsObtainedAgain(t *testing.T) {
	var n atomic.Int32
	c := held.New[string](held.Config{})
	get := func(key string) string {
		got, _ := c.Get(t.Context(), key, counting(&n, time.Hour))
		return got
	}
	get("a")
	get("b")
	if n := c.Forget(func(_, value string) bool { return value == "1" }); n != 1 {
		t.Errorf("%d forgotten", n)
	}
	if a, b := get("a"), get("b"); a != "3" || b != "2" {
		t.Errorf("a %s, b %s", a, b)
	}
	c.Put("b", "put", time.Hour)
	if b := get("b"); b != "put" {
		t.Errorf("b %s", b)
	}
	// What is being obtained while something is forgotten may be what is to be forgotten.
	under, open, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_, _ = c.Get(context.WithoutCancel(t.Context()), "c", func(context.Context) (string, time.Duration, error) {
			close(under)
			<-open
			return "old", time.Hour, nil
		})
	}()
	<-under
	c.Forget(func(string, string) bool { return false })
	close(open)
	<-done
	if got := get("c"); got == "old" {
		t.Error("what was obtained before is held after")
	}
}
