package ratelimit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/ratelimit"
)

// clock is a time that stands still until it is moved.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time { return time.Unix(0, c.at.Load()) }

// bench is a limiter with a clock, in memory or in Redis.
type bench struct {
	*ratelimit.Limiter
	clock    *clock
	redis    *miniredis.Miniredis
	measured []ratelimit.Refusal
}

func (b *bench) pass(d time.Duration) {
	b.clock.at.Add(int64(d))
	if b.redis != nil {
		b.redis.SetTime(b.clock.Now())
		b.redis.FastForward(d)
	}
}

// stores runs the test with each store: they do the same.
func stores(t *testing.T, cfg ratelimit.Config, test func(t *testing.T, b *bench)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, newBench(t, cfg)) })
	t.Run("redis", func(t *testing.T) { test(t, inRedis(t, cfg)) })
}

func inRedis(t *testing.T, cfg ratelimit.Config) *bench {
	t.Helper()
	server := miniredis.RunT(t)
	cfg.Store = ratelimit.StoreRedis
	cfg.Redis.URLs, cfg.Redis.Timeout = []string{"redis://" + server.Addr()}, 5*time.Second
	b := newBench(t, cfg)
	b.redis = server
	server.SetTime(b.clock.Now())
	return b
}

func newBench(t *testing.T, cfg ratelimit.Config) *bench {
	t.Helper()
	b := &bench{clock: newClock()}
	var err error
	b.Limiter, err = ratelimit.New(cfg, ratelimit.Parts{Now: b.clock.Now, Measured: func(_ context.Context, r ratelimit.Refusal) { b.measured = append(b.measured, r) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func (b *bench) arrive(a ratelimit.Asked) *ratelimit.Refusal {
	return b.Visit(a).Arrive(context.Background())
}

func by(name string, capacity int, parts ...string) ratelimit.Rule {
	return ratelimit.Rule{Name: name, By: parts, Capacity: capacity, Interval: time.Minute}
}

func rules(list ...ratelimit.Rule) ratelimit.Config { return ratelimit.Config{Rules: list} }

// TestCapacity: so many pass at once, and then one each time one has come back; in no interval more than twice the
// capacity, and in the long run the capacity.
func TestCapacity(t *testing.T) {
	stores(t, rules(by("all", 6)), func(t *testing.T, b *bench) {
		for i := range 6 {
			if r := b.arrive(ratelimit.Asked{}); r != nil {
				t.Fatalf("request %d: %+v", i, r)
			}
		}
		want := &ratelimit.Refusal{Rule: "all", Quota: 6, Used: 7, RetryAfter: 10 * time.Second}
		if diff := cmp.Diff(want, b.arrive(ratelimit.Asked{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		b.pass(9 * time.Second)
		if r := b.arrive(ratelimit.Asked{}); r == nil || r.RetryAfter != time.Second {
			t.Errorf("a second too early: %+v", r)
		}
		b.pass(time.Second)
		if r := b.arrive(ratelimit.Asked{}); r != nil {
			t.Errorf("in time: %+v", r)
		}
		passed := 0
		for range 600 {
			b.pass(time.Second)
			if b.arrive(ratelimit.Asked{}) == nil {
				passed++
			}
		}
		if passed != 60 {
			t.Errorf("%d passed in ten minutes, want 60", passed)
		}
	})
}

// TestBurst: less than the capacity at once.
func TestBurst(t *testing.T) {
	rule := by("all", 6)
	rule.Burst = 2
	stores(t, rules(rule), func(t *testing.T, b *bench) {
		for i, want := range []bool{true, true, false} {
			if r := b.arrive(ratelimit.Asked{}); (r == nil) != want {
				t.Errorf("request %d: %+v", i, r)
			}
		}
	})
}

func header(lines ...string) http.Header {
	h := http.Header{}
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ": ")
		h.Add(name, value)
	}
	return h
}

func claims(name, value string) func(string) (string, bool) {
	return func(n string) (string, bool) { return value, n == name }
}

// TestKeys: two requests, the first of which takes all there is; the second passes if its key is another.
func TestKeys(t *testing.T) {
	address := netip.MustParseAddr
	for _, c := range []struct {
		name       string
		by         []string
		one, other ratelimit.Asked
		passes     bool
	}{
		{"all are one", nil, ratelimit.Asked{Subject: "a"}, ratelimit.Asked{Subject: "b"}, false},
		{"the same identity", []string{"identity"}, ratelimit.Asked{Issuer: "i", Subject: "a"}, ratelimit.Asked{Issuer: "i", Subject: "a"}, false},
		{"another identity", []string{"identity"}, ratelimit.Asked{Issuer: "i", Subject: "a"}, ratelimit.Asked{Issuer: "i", Subject: "b"}, true},
		{"another issuer", []string{"identity"}, ratelimit.Asked{Issuer: "i", Subject: "a"}, ratelimit.Asked{Issuer: "j", Subject: "a"}, true},
		{"parts that run together", []string{"identity"}, ratelimit.Asked{Issuer: "i", Subject: "ja"}, ratelimit.Asked{Issuer: "ij", Subject: "a"}, true},
		{"nobody is not held against it", []string{"identity"}, ratelimit.Asked{}, ratelimit.Asked{}, true},
		{"the same address", []string{"address"}, ratelimit.Asked{Address: address("192.0.2.1")}, ratelimit.Asked{Address: address("::ffff:192.0.2.1")}, false},
		{"another address", []string{"address"}, ratelimit.Asked{Address: address("192.0.2.1")}, ratelimit.Asked{Address: address("192.0.2.2")}, true},
		{"the same network", []string{"address"}, ratelimit.Asked{Address: address("2001:db8::1")}, ratelimit.Asked{Address: address("2001:db8::ffff:2")}, false},
		{"another network", []string{"address"}, ratelimit.Asked{Address: address("2001:db8::1")}, ratelimit.Asked{Address: address("2001:db8:0:1::1")}, true},
		{"the same tenant", []string{"claim.tenant"}, ratelimit.Asked{Claim: claims("tenant", "a"), Subject: "x"}, ratelimit.Asked{Claim: claims("tenant", "a"), Subject: "y"}, false},
		{"another tenant", []string{"claim.tenant"}, ratelimit.Asked{Claim: claims("tenant", "a")}, ratelimit.Asked{Claim: claims("tenant", "b")}, true},
		{"the same key", []string{"header.x-api-key"}, ratelimit.Asked{Header: header("X-Api-Key: a")}, ratelimit.Asked{Header: header("X-Api-Key: a")}, false},
		{"another key", []string{"header.x-api-key"}, ratelimit.Asked{Header: header("X-Api-Key: a")}, ratelimit.Asked{Header: header("X-Api-Key: b")}, true},
		{"who is nobody goes by address", []string{"identity | address"}, ratelimit.Asked{Address: address("192.0.2.1")}, ratelimit.Asked{Address: address("192.0.2.1")}, false},
		{"who is somebody does not", []string{"identity | address"}, ratelimit.Asked{Address: address("192.0.2.1")}, ratelimit.Asked{Address: address("192.0.2.1"), Subject: "a"}, true},
		{"a header poses as an identity", []string{"identity | header.x"}, ratelimit.Asked{Subject: "a"}, ratelimit.Asked{Header: header("X: 0:a")}, true},
		{"two parts, one differs", []string{"identity", "address"}, ratelimit.Asked{Subject: "a", Address: address("192.0.2.1")}, ratelimit.Asked{Subject: "a", Address: address("192.0.2.2")}, true},
		{"two parts, none differs", []string{"identity", "address"}, ratelimit.Asked{Subject: "a", Address: address("192.0.2.1")}, ratelimit.Asked{Subject: "a", Address: address("192.0.2.1")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, rules(by("one", 1, c.by...)))
			if r := b.arrive(c.one); r != nil {
				t.Errorf("the first: %+v", r)
			}
			if r := b.arrive(c.other); (r == nil) != c.passes {
				t.Errorf("the other: %+v, want it to pass: %t", r, c.passes)
			}
		})
	}
}

// TestOperations: rules for some operations or kinds, by operation, and by cost are asked once it is known.
func TestOperations(t *testing.T) {
	login := by("login", 1)
	login.Operations = []string{"Login"}
	writes := by("writes", 1)
	writes.Kinds = []string{"mutation"}
	cost := by("cost", 100)
	cost.Count = ratelimit.CountCost
	type step struct {
		name, kind string
		cost       int
		passes     bool
	}
	for name, c := range map[string]struct {
		rule  ratelimit.Rule
		steps []step
	}{
		"named":        {login, []step{{"Login", "query", 0, true}, {"Login", "query", 0, false}, {"Other", "query", 0, true}, {"Other", "query", 0, true}}},
		"of a kind":    {writes, []step{{"A", "mutation", 0, true}, {"B", "mutation", 0, false}, {"A", "query", 0, true}, {"A", "query", 0, true}}},
		"by operation": {by("each", 1, "operation"), []step{{"A", "query", 0, true}, {"B", "query", 0, true}, {"A", "query", 0, false}, {"", "query", 0, true}, {"", "query", 0, false}}},
		"by cost":      {cost, []step{{"A", "query", 60, true}, {"A", "query", 60, false}, {"A", "query", 40, true}, {"A", "query", 1, false}, {"A", "query", 0, true}, {"A", "query", 101, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			stores(t, rules(c.rule), func(t *testing.T, b *bench) {
				if !b.NeedsOperations() {
					t.Error("it is asked too early")
				}
				for i, s := range c.steps {
					if r := b.arrive(ratelimit.Asked{}); r != nil {
						t.Errorf("%d arrives: %+v", i, r)
					}
					if r := b.Visit(ratelimit.Asked{}).Execute(t.Context(), s.name, s.kind, s.cost); (r == nil) != s.passes {
						t.Errorf("%d: %+v, want it to pass: %t", i, r, s.passes)
					}
				}
			})
		})
	}
}

// TestNever: what is more than ever is given at once says so by telling no time.
func TestNever(t *testing.T) {
	rule := by("cost", 100)
	rule.Count = ratelimit.CountCost
	stores(t, rules(rule), func(t *testing.T, b *bench) {
		for _, cost := range []int{101, 1 << 53} {
			if r := b.Visit(ratelimit.Asked{}).Execute(t.Context(), "", "query", cost); r == nil || r.RetryAfter != 0 {
				t.Errorf("%d: %+v", cost, r)
			}
		}
		if r := b.Visit(ratelimit.Asked{}).Execute(t.Context(), "", "query", 100); r != nil {
			t.Errorf("what was refused took something: %+v", r)
		}
	})
}

// TestSeveralRules: what one refuses is not taken of the others.
func TestSeveralRules(t *testing.T) {
	stores(t, rules(by("wide", 3), by("narrow", 1, "identity")), func(t *testing.T, b *bench) {
		a := ratelimit.Asked{Subject: "a"}
		if r := b.arrive(a); r != nil {
			t.Errorf("%+v", r)
		}
		for range 5 {
			if r := b.arrive(a); r == nil || r.Rule != "narrow" {
				t.Errorf("%+v", r)
			}
		}
		for i, want := range []bool{true, true, false} {
			if r := b.arrive(ratelimit.Asked{Subject: fmt.Sprint(i)}); (r == nil) != want {
				t.Errorf("another, %d: %+v", i, r)
			}
		}
	})
}

// TestMeasured: a rule that is only measured tells, and neither refuses nor is in headers.
func TestMeasured(t *testing.T) {
	rule := by("trial", 1)
	rule.Mode = ratelimit.ModeMeasure
	stores(t, rules(rule), func(t *testing.T, b *bench) {
		v := b.Visit(ratelimit.Asked{})
		for range 3 {
			if r := v.Arrive(t.Context()); r != nil {
				t.Errorf("%+v", r)
			}
		}
		want := ratelimit.Refusal{Rule: "trial", Quota: 1, Used: 2, RetryAfter: time.Minute}
		if diff := cmp.Diff([]ratelimit.Refusal{want, want}, b.measured); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		h := http.Header{}
		if v.Headers(h); len(h) > 0 {
			t.Errorf("%v", h)
		}
	})
}

// TestOwnCapacity: a bearer whose claim has a capacity has that, any other the rule's.
func TestOwnCapacity(t *testing.T) {
	rule := by("keys", 2, "identity")
	rule.CapacityClaim = "rate"
	stores(t, rules(rule), func(t *testing.T, b *bench) {
		for text, want := range map[string]int{"5": 5, "1": 1, "": 2, "many": 2, "-1": 2, "0": 2, "99999999999999": 2} {
			passed := 0
			for range 8 {
				if b.arrive(ratelimit.Asked{Subject: "with " + text, Claim: claims("rate", text)}) == nil {
					passed++
				}
			}
			if passed != want {
				t.Errorf("%q: %d passed, want %d", text, passed, want)
			}
		}
	})
}

func TestHeaders(t *testing.T) {
	often := ratelimit.Rule{Name: "often", Capacity: 5, Interval: 100 * time.Millisecond}
	stores(t, rules(by("minute", 6), often), func(t *testing.T, b *bench) {
		v := b.Visit(ratelimit.Asked{})
		for range 2 {
			v.Arrive(t.Context())
		}
		h := http.Header{}
		v.Headers(h)
		want := http.Header{"Ratelimit-Policy": {`"minute";q=6;w=60, "often";q=50;w=1`}, "Ratelimit": {`"minute";r=4;t=20, "often";r=3;t=1`}}
		if diff := cmp.Diff(want, h); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestAtOnce: of many that come at one time exactly so many pass.
func TestAtOnce(t *testing.T) {
	stores(t, rules(by("all", 10, "identity")), func(t *testing.T, b *bench) {
		var passed atomic.Int32
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if b.arrive(ratelimit.Asked{Subject: "a"}) == nil {
					passed.Add(1)
				}
			})
		}
		if all.Wait(); passed.Load() != 10 {
			t.Errorf("%d passed, want 10", passed.Load())
		}
	})
}

// TestReplicas count together in Redis; nobody finds there who asked.
func TestReplicas(t *testing.T) {
	cfg := rules(by("all", 2, "header.x-api-key"))
	one := inRedis(t, cfg)
	cfg.Store, cfg.Redis.URLs, cfg.Redis.Timeout = ratelimit.StoreRedis, []string{"redis://" + one.redis.Addr()}, 5*time.Second
	other := newBench(t, cfg)
	a := ratelimit.Asked{Header: header("X-Api-Key: secret-1")}
	for i, b := range []*bench{one, other, one, other} {
		if r := b.arrive(a); (r == nil) != (i < 2) {
			t.Errorf("%d: %+v", i, r)
		}
	}
	keys := one.redis.Keys()
	if len(keys) != 1 || !strings.HasPrefix(keys[0], "ficus:rate:all:") || strings.Contains(keys[0], "secret") {
		t.Errorf("keys %v", keys)
	}
	if ttl := one.redis.TTL(keys[0]); ttl <= 0 || ttl > time.Minute {
		t.Errorf("it is kept for %s", ttl)
	}
}

// TestRedisIsAway: what becomes of requests then is configured, and Redis is asked again once a second.
func TestRedisIsAway(t *testing.T) {
	for mode, want := range map[ratelimit.OnError][]bool{
		"":                     {true, false, false},
		ratelimit.OnErrorLocal: {true, false, false},
		ratelimit.OnErrorAllow: {true, true, true},
		ratelimit.OnErrorDeny:  {false, false, false},
	} {
		t.Run(string(mode), func(t *testing.T) {
			cfg := rules(by("all", 1))
			cfg.Redis.OnError = mode
			b := inRedis(t, cfg)
			b.redis.Close()
			for i, passes := range want {
				r := b.arrive(ratelimit.Asked{})
				if (r == nil) != passes {
					t.Errorf("%d: %+v", i, r)
				}
				if r != nil && r.Unavailable != (mode == ratelimit.OnErrorDeny) {
					t.Errorf("%d: %+v", i, r)
				}
			}
			if err := b.redis.Restart(); err != nil {
				t.Fatal(err)
			}
			b.pass(2 * time.Second)
			if r := b.arrive(ratelimit.Asked{}); r != nil {
				t.Errorf("it is back: %+v", r)
			}
			if keys := b.redis.Keys(); len(keys) != 1 {
				t.Errorf("it is not asked: %v", keys)
			}
		})
	}
}

// TestMemoryIsBounded: with any number of keys, a bounded number is remembered, and who took all is not forgotten for
// those who come once.
func TestMemoryIsBounded(t *testing.T) {
	cfg := rules(by("all", 100, "identity"))
	cfg.MaxKeys = 6400
	b := newBench(t, cfg)
	greedy := ratelimit.Asked{Subject: "greedy"}
	for range 100 {
		b.arrive(greedy)
	}
	for i := range 100_000 {
		b.arrive(ratelimit.Asked{Subject: fmt.Sprint(i)})
	}
	if n := b.Remembered(); n > 6400 || n < 5000 {
		t.Errorf("%d keys are remembered", n)
	}
	if b.arrive(greedy) == nil {
		t.Error("who took all is forgotten")
	}
	b.pass(time.Hour)
	for i := range 6400 {
		b.arrive(ratelimit.Asked{Subject: fmt.Sprint("later", i)})
	}
	if n := b.Remembered(); n > 6400 {
		t.Errorf("%d keys are remembered", n)
	}
}

func TestValidate(t *testing.T) {
	fine := by("a", 1)
	edit := func(f func(*ratelimit.Rule)) ratelimit.Config { r := fine; f(&r); return rules(r) }
	for name, c := range map[string]struct {
		cfg  ratelimit.Config
		want string
	}{
		"fine":            {rules(fine), ""},
		"nothing":         {ratelimit.Config{}, ""},
		"no name":         {edit(func(r *ratelimit.Rule) { r.Name = "" }), `rate_limits.rules[0]: name: "" is no name`},
		"a bad name":      {edit(func(r *ratelimit.Rule) { r.Name = `a";x` }), "is no name"},
		"two of a name":   {rules(fine, fine), "rate_limits.rules[1]: there are two rules with the name a"},
		"no capacity":     {edit(func(r *ratelimit.Rule) { r.Capacity = 0 }), "capacity: must be above 0"},
		"no interval":     {edit(func(r *ratelimit.Rule) { r.Interval = 0 }), "interval: must be at least 1ms"},
		"too often":       {edit(func(r *ratelimit.Rule) { r.Capacity = 1 << 40 }), "capacity: may be one a microsecond"},
		"by what":         {edit(func(r *ratelimit.Rule) { r.By = []string{"ip"} }), `by: "ip" is none of identity, address, operation, claim.NAME, header.NAME`},
		"by which claim":  {edit(func(r *ratelimit.Rule) { r.By = []string{"claim"} }), `by: "claim" is none of`},
		"an alternative":  {edit(func(r *ratelimit.Rule) { r.By = []string{"identity | ip"} }), `by: "ip" is none of`},
		"a kind":          {edit(func(r *ratelimit.Rule) { r.Kinds = []string{"write"} }), `kinds: "write" is none of query, mutation, subscription`},
		"counting":        {edit(func(r *ratelimit.Rule) { r.Count = "bytes" }), `count: "bytes" is neither`},
		"mode":            {edit(func(r *ratelimit.Rule) { r.Mode = "guess" }), `mode: "guess" is neither`},
		"a negative one":  {edit(func(r *ratelimit.Rule) { r.Burst = -1 }), "burst: must not be negative"},
		"store":           {ratelimit.Config{Store: "disk"}, `rate_limits.store: "disk" is neither memory nor redis`},
		"no URL":          {ratelimit.Config{Store: ratelimit.StoreRedis}, "rate_limits.redis.urls: must be given"},
		"a bad URL":       {ratelimit.Config{Redis: ratelimit.Redis{URLs: []string{"http://:secret@a"}}}, "rate_limits.redis.urls: URL 1 cannot be read"},
		"on error":        {ratelimit.Config{Redis: ratelimit.Redis{OnError: "panic"}}, `rate_limits.redis.on_error: "panic" is none of local, allow, deny`},
		"negative keys":   {ratelimit.Config{MaxKeys: -1}, "rate_limits.max_keys: must not be negative"},
		"negative timing": {ratelimit.Config{Redis: ratelimit.Redis{Timeout: -1}}, "rate_limits.redis.timeout: must not be negative"},
	} {
		err := c.cfg.Validate()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func BenchmarkMemory(b *testing.B) {
	l, err := ratelimit.New(rules(ratelimit.Rule{Name: "all", By: []string{"identity"}, Capacity: 1_000_000, Interval: time.Second}), ratelimit.Parts{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := l.Visit(ratelimit.Asked{Issuer: "https://id.example.com", Subject: "user-1"}).Arrive(b.Context()); r != nil {
			b.Fatal(r)
		}
	}
}
