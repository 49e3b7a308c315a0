package shaping_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ficusgraph/ficus/subgraph/shaping"
)

var (
	fine   = shaping.Verdict{}
	failed = shaping.Verdict{Failed: true}
	later  = shaping.Verdict{Failed: true, Retry: true}
)

// say attempts with one verdict each time.
func say(v shaping.Verdict) func(context.Context) shaping.Verdict {
	return func(context.Context) shaping.Verdict { return v }
}

// reason is why a request was refused, "" if it was not.
func reason(t *testing.T, err error) shaping.Reason {
	t.Helper()
	var refused *shaping.Refusal
	if err != nil && !errors.As(err, &refused) {
		t.Fatalf("%v is no refusal", err)
	}
	if refused == nil {
		return ""
	}
	return refused.Reason
}

func TestRateLimitRefusesAtOnceAndFillsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shaping.New(shaping.Config{GlobalRateLimit: shaping.RateLimit{Capacity: 2, Interval: time.Second}})
		for i, want := range []shaping.Reason{"", "", shaping.RateLimited, shaping.RateLimited} {
			var p shaping.Passage
			if got := reason(t, s.Do(t.Context(), &p, false, say(fine))); got != want || p.Refused != want {
				t.Errorf("request %d: %q and %q, want %q", i, got, p.Refused, want)
			}
		}
		time.Sleep(500 * time.Millisecond)
		if got := reason(t, s.Do(t.Context(), new(shaping.Passage), false, say(fine))); got != "" {
			t.Errorf("after half the interval: %q", got)
		}
	})
}

func TestPlacesAreWaitedForSoLongAndNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shaping.New(shaping.Config{MaxConcurrency: 1, MaxWait: time.Second})
		slow := func(d time.Duration) func(context.Context) shaping.Verdict {
			return func(context.Context) shaping.Verdict { time.Sleep(d); return fine }
		}
		go func() { _ = s.Do(t.Context(), new(shaping.Passage), false, slow(600*time.Millisecond)) }()
		synctest.Wait()
		var second, third shaping.Passage
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := s.Do(t.Context(), &second, false, slow(10*time.Second)); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		if got := reason(t, s.Do(t.Context(), &third, false, say(fine))); got != shaping.Busy || third.Waited != time.Second || third.Attempts != 0 {
			t.Errorf("the third: %q, %+v", got, third)
		}
		wg.Wait()
		if second.Waited != 600*time.Millisecond || second.Attempts != 1 {
			t.Errorf("the second: %+v", second)
		}
		if err := s.Do(t.Context(), new(shaping.Passage), false, say(fine)); err != nil {
			t.Errorf("places were lost: %v", err)
		}
	})
}

func TestAWaitEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shaping.New(shaping.Config{MaxConcurrency: 1})
		go func() {
			_ = s.Do(t.Context(), new(shaping.Passage), false, func(context.Context) shaping.Verdict { time.Sleep(time.Second); return fine })
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := s.Do(ctx, new(shaping.Passage), false, say(fine)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Second) // the other ends
	})
}

func TestSourcesShareALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := shaping.NewLimit(2)
		cfg := shaping.Config{MaxWait: time.Minute}
		a, b := shaping.New(cfg, db), shaping.New(cfg, db)
		now, most := 0, 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i := range 10 {
			s := []*shaping.Shaper{a, b}[i%2]
			wg.Go(func() {
				if err := s.Do(t.Context(), new(shaping.Passage), false, func(context.Context) shaping.Verdict {
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					now--
					mu.Unlock()
					return fine
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most != 2 {
			t.Errorf("%d at once, want 2", most)
		}
	})
}

func TestBreakerOpensProbesAndCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shaping.New(shaping.Config{CircuitBreaker: shaping.Breaker{MinRequests: 10, Probes: 2, OpenFor: time.Second}})
		send := func(v shaping.Verdict) (shaping.Reason, string) {
			var p shaping.Passage
			return reason(t, s.Do(t.Context(), &p, false, say(v))), p.Breaker
		}
		for range 5 {
			send(fine)
		}
		for i := range 4 {
			if why, state := send(failed); why != "" || state != "closed" {
				t.Fatalf("failure %d: %q, %s", i, why, state)
			}
		}
		if _, state := send(failed); state != "open" {
			t.Fatalf("after 5 of 10: %s", state)
		}
		if why, _ := send(fine); why != shaping.Open {
			t.Errorf("open: %q", why)
		}
		time.Sleep(1100 * time.Millisecond)
		if why, state := send(fine); why != "" || state != "half-open" {
			t.Errorf("the first probe: %q, %s", why, state)
		}
		if _, state := send(fine); state != "closed" {
			t.Errorf("after the probes: %s", state)
		}
	})
}

func TestBreakerDoesNotCountWhatIsNotTheSourcesFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shaping.New(shaping.Config{CircuitBreaker: shaping.Breaker{MinRequests: 2}})
		for range 50 {
			var p shaping.Passage
			if err := s.Do(t.Context(), &p, false, say(shaping.Verdict{Uncounted: true})); err != nil || p.Breaker != "closed" {
				t.Fatalf("%v, %s", err, p.Breaker)
			}
		}
		// What failed long ago does not count any more.
		for range 50 {
			_ = s.Do(t.Context(), new(shaping.Passage), false, say(fine))
		}
		time.Sleep(time.Minute)
		_ = s.Do(t.Context(), new(shaping.Passage), false, say(failed))
		var p shaping.Passage
		_ = s.Do(t.Context(), &p, false, say(failed))
		if p.Breaker != "open" {
			t.Errorf("two failures in the window of two: %s", p.Breaker)
		}
	})
}

func TestBreakerCanBeOff(t *testing.T) {
	no := false
	s := shaping.New(shaping.Config{CircuitBreaker: shaping.Breaker{Enabled: &no}})
	for range 100 {
		if err := s.Do(t.Context(), new(shaping.Passage), false, say(failed)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRetry(t *testing.T) {
	for _, tc := range []struct {
		name       string
		cfg        shaping.Config
		repeatable bool
		verdicts   []shaping.Verdict
		deadline   time.Duration
		attempts   int
		// took is at least this and less than a second more.
		took time.Duration
	}{
		{"off by default", shaping.Config{}, true, []shaping.Verdict{later}, 0, 1, 0},
		{"until it is well", shaping.Config{Retry: shaping.Retry{MaxAttempts: 5}}, true, []shaping.Verdict{later, later, fine}, 0, 3, 0},
		{"not more than said", shaping.Config{Retry: shaping.Retry{MaxAttempts: 2}}, true, []shaping.Verdict{later}, 0, 2, 0},
		{"not what may not be repeated", shaping.Config{Retry: shaping.Retry{MaxAttempts: 5}}, false, []shaping.Verdict{later}, 0, 1, 0},
		{"not what another time does not help", shaping.Config{Retry: shaping.Retry{MaxAttempts: 5}}, true, []shaping.Verdict{failed}, 0, 1, 0},
		{"as late as asked for", shaping.Config{Retry: shaping.Retry{MaxAttempts: 5}}, true, []shaping.Verdict{{Retry: true, After: 2 * time.Second}, fine}, 0, 2, 2 * time.Second},
		{"not where that is too late", shaping.Config{Retry: shaping.Retry{MaxAttempts: 5}}, true, []shaping.Verdict{{Retry: true, After: 3 * time.Second}, fine}, 0, 1, 0},
		{"not beyond the deadline", shaping.Config{Retry: shaping.Retry{MaxAttempts: 5}}, true, []shaping.Verdict{{Retry: true, After: 2 * time.Second}, fine}, time.Second, 1, 0},
		{"not against an open breaker", shaping.Config{Retry: shaping.Retry{MaxAttempts: 5}, CircuitBreaker: shaping.Breaker{MinRequests: 2}}, true, []shaping.Verdict{later}, 0, 2, 0},
		{"not beyond the rate limit", shaping.Config{Retry: shaping.Retry{MaxAttempts: 5}, GlobalRateLimit: shaping.RateLimit{Capacity: 2, Interval: time.Hour}}, true, []shaping.Verdict{later}, 0, 2, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tc.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tc.deadline)
					defer cancel()
				}
				start, n := time.Now(), 0
				var p shaping.Passage
				err := shaping.New(tc.cfg).Do(ctx, &p, tc.repeatable, func(context.Context) shaping.Verdict {
					n++
					return tc.verdicts[min(n, len(tc.verdicts))-1]
				})
				took := time.Since(start)
				if err != nil || n != tc.attempts || p.Attempts != n || took < tc.took || took > tc.took+time.Second {
					t.Errorf("%v after %d attempts (%+v) and %s, want %d", err, n, p, took, tc.attempts)
				}
			})
		})
	}
}

func TestRetriesAreBoundedByTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		no := false
		s := shaping.New(shaping.Config{Retry: shaping.Retry{MaxAttempts: 3, Budget: 0.1}, CircuitBreaker: shaping.Breaker{Enabled: &no}})
		var p shaping.Passage
		for range 200 {
			if err := s.Do(t.Context(), &p, true, say(later)); err != nil {
				t.Fatal(err)
			}
		}
		if p.Attempts < 225 || p.Attempts > 230 {
			t.Errorf("200 requests were sent %d times, want 200 and a tenth and ten more", p.Attempts)
		}
	})
}

func TestAPanicGivesThePlaceBack(t *testing.T) {
	s := shaping.New(shaping.Config{MaxConcurrency: 1, MaxWait: time.Millisecond})
	func() {
		defer func() { _ = recover() }()
		_ = s.Do(t.Context(), new(shaping.Passage), false, func(context.Context) shaping.Verdict { panic("x") })
	}()
	if err := s.Do(t.Context(), new(shaping.Passage), false, say(fine)); err != nil {
		t.Error(err)
	}
}

func TestConfigValidate(t *testing.T) {
	err := shaping.Config{
		MaxConcurrency: -1, MaxWait: -1, GlobalRateLimit: shaping.RateLimit{Capacity: 1},
		CircuitBreaker: shaping.Breaker{FailureRate: 1.5}, Retry: shaping.Retry{Budget: -0.1, Methods: []string{"GET", "POST"}},
	}.Validate("k")
	for _, want := range []string{
		"k.max_concurrency: must not be negative", "k.max_wait: ", "k.global_rate_limit: takes both",
		"k.circuit_breaker.failure_rate: 1.5", "k.retry.budget: -0.1", `k.retry.methods: "POST" is none of GET, HEAD, PUT, DELETE`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := (shaping.Config{}).Validate("k"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsLeftOpenIsTakenFromTheNext(t *testing.T) {
	all := shaping.Config{MaxConcurrency: 5, Retry: shaping.Retry{MaxAttempts: 4, Methods: []string{"GET", "PUT"}}}
	got := shaping.Config{MaxConcurrency: 7, Retry: shaping.Retry{Budget: 0.5}}.Over(all)
	if got.MaxConcurrency != 7 || got.Retry.MaxAttempts != 4 || got.Retry.Budget != 0.5 || len(got.Retry.Methods) != 2 || got.MaxWait != 10*time.Second || !*got.CircuitBreaker.Enabled {
		t.Errorf("%+v", got)
	}
}

func TestDeadlineIsOfWaitingAndAllAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shaping.New(shaping.Config{
			MaxConcurrency: 1, MaxWait: time.Hour, Deadline: 10 * time.Second,
			Retry: shaping.Retry{MaxAttempts: 5, Delay: time.Nanosecond},
		})
		hang := func(ctx context.Context) shaping.Verdict {
			select {
			case <-ctx.Done():
			case <-time.After(4 * time.Second):
			}
			return later
		}
		start := time.Now()
		deaf := func(context.Context) shaping.Verdict { time.Sleep(15 * time.Second); return fine }
		go func() { _ = s.Do(t.Context(), new(shaping.Passage), true, deaf) }()
		synctest.Wait()
		err := s.Do(t.Context(), new(shaping.Passage), true, hang)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("one that waited: %v after %s", err, time.Since(start))
		}
		time.Sleep(10 * time.Second)
		start = time.Now()
		var p shaping.Passage
		if err := s.Do(t.Context(), &p, true, hang); err != nil || time.Since(start) != 10*time.Second || p.Attempts != 3 {
			t.Errorf("one that was tried again: %v after %s, %d attempts", err, time.Since(start), p.Attempts)
		}
	})
}
