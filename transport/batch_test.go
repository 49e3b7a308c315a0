package transport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/transport"
)

// TestBatch is the table of what a list of operations gets.
func TestBatch(t *testing.T) {
	on := transport.Batching{Enabled: true, Mode: "batch_http_link", MaximumSize: 3}
	for _, c := range []struct {
		name     string
		batching transport.Batching
		body     string
		status   int
		code     string
		says     []string
	}{
		{"off", transport.Batching{}, `[{"query":"{hello}"}]`, 400, "BATCHING_NOT_ENABLED", []string{"batching.enabled"}},
		{"one", on, `[{"query":"{hello}"}]`, 200, "", []string{`[{"data":{"kind":"query","query":"{hello}"`}},
		{"in order", on, ` [ {"query":"query A{hello}"} , {"query":"{"},{"query":"query C($n: String){hello(name: $n)}","variables":{"n":"x"}} ] `, 200, "", []string{"query A", `"errors"`, "query C", `"n":"x"`}},
		{"a field that fails", on, `[{"query":"{secret}"},{"query":"{hello}"}]`, 200, "", []string{`"errors"`, "{hello}"}},
		{"too many", on, `[{"query":"{hello}"},{"query":"{hello}"},{"query":"{hello}"},{"query":"{hello}"}]`, 422, "BATCH_LIMIT_EXCEEDED", []string{`"limit":"batching.maximum_size","max":3,"actual":4`}},
		{"too many that are nothing", on, `[` + strings.Repeat("0,", 100_000) + `0]`, 400, "INVALID_GRAPHQL_REQUEST", []string{"operation 1 is a number"}},
		{"empty", on, `[]`, 400, "INVALID_GRAPHQL_REQUEST", []string{"empty"}},
		{"without a query", on, `[{"query":"{hello}"},{}]`, 400, "INVALID_GRAPHQL_REQUEST", []string{"operation 2: "}},
		{"a list in it", on, `[{"query":"{hello}"},[]]`, 400, "INVALID_GRAPHQL_REQUEST", []string{"operation 2 is a list"}},
		{"a key twice", on, `[{"query":"{hello}","query":"{hello}"}]`, 400, "INVALID_GRAPHQL_REQUEST", []string{"operation 1: "}},
		{"more after it", on, `[{"query":"{hello}"}] x`, 400, "INVALID_GRAPHQL_REQUEST", []string{"the end"}},
		{"no end", on, `[{"query":"{hello}"}`, 400, "INVALID_GRAPHQL_REQUEST", []string{"a comma or ]"}},
		{"bytes", on, "[{\"query\":\"\xff\"}]", 400, "INVALID_GRAPHQL_REQUEST", []string{"UTF-8"}},
		{"by default ten", transport.Batching{Enabled: true}, `[` + strings.Repeat(`{"query":"{hello}"},`, 10) + `{"query":"{hello}"}]`, 422, "BATCH_LIMIT_EXCEEDED", []string{`"max":10,"actual":11`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := send(t, "POST", start(t, transport.Config{Batching: c.batching}, nil).URL+"/graphql", c.body, isJSON)
			if got.status != c.status {
				t.Errorf("%d %s", got.status, got.body)
			}
			if c.code != "" && got.code() != c.code {
				t.Errorf("code %s, want %s", got.code(), c.code)
			}
			rest := strings.ReplaceAll(got.body, `\"`, `"`)
			for _, text := range c.says {
				var ok bool
				if _, rest, ok = strings.Cut(rest, text); !ok {
					t.Fatalf("%s does not say %q, or not in its place", got.body, text)
				}
			}
			if c.status == 200 && !json.Valid([]byte(got.body)) {
				t.Errorf("it is no JSON: %s", got.body)
			}
		})
	}
}

// TestLimitsHoldForABatch: its operations need a place each, count each, and have one time together; one that panics
// takes nothing along.
func TestLimitsHoldForABatch(t *testing.T) {
	batch := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat(`{"query":"{a}"},`, n), ",") + "]" }
	on := transport.Batching{Enabled: true}
	t.Run("places", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			e := &slow{}
			h := newServer(t, transport.Config{Batching: on, Admission: transport.Admission{Concurrency: 2, MaxWait: 10 * time.Second, MaxWaiting: 10}}, func(p *transport.Parts) { p.Engine = e }).Handler()
			begun := time.Now()
			if got := direct(h, batch(6)); got.status != 200 || e.atOnce != 2 || time.Since(begun) != 3*time.Second {
				t.Errorf("%d at once, in %s: %s", e.atOnce, time.Since(begun), got.body)
			}
		})
	})
	t.Run("time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			e := &slow{}
			admission := transport.Admission{Concurrency: 1, MaxWait: 10 * time.Second, MaxWaiting: 10, Timeout: 2500 * time.Millisecond}
			h := newServer(t, transport.Config{Batching: on, Admission: admission}, func(p *transport.Parts) { p.Engine = e }).Handler()
			begun := time.Now()
			got := direct(h, batch(4))
			// When the time is over the third gives its place back: the fourth takes it, or is refused.
			answered, late := strings.Count(got.body, `"data"`), strings.Count(got.body, "GATEWAY_TIMEOUT")
			if time.Since(begun) != admission.Timeout || answered < 3 || answered+late != 4 || e.cut != answered-2 {
				t.Errorf("%d cut off after %s: %s", e.cut, time.Since(begun), got.body)
			}
		})
	})
	t.Run("rate", func(t *testing.T) {
		limiter, err := ratelimit.New(ratelimit.Config{Rules: []ratelimit.Rule{{Name: "all", Capacity: 3, Interval: time.Hour}}}, ratelimit.Parts{})
		if err != nil {
			t.Fatal(err)
		}
		h := newServer(t, transport.Config{Batching: on}, func(p *transport.Parts) { p.RateLimit = limiter }).Handler()
		got := direct(h, strings.ReplaceAll(batch(5), "{a}", "{hello}"))
		if strings.Count(got.body, `"data"`) != 3 || strings.Count(got.body, "RATE_LIMITED") != 2 || got.header.Get("Retry-After") == "" {
			t.Errorf("%v %s", got.header, got.body)
		}
	})
	t.Run("panic", func(t *testing.T) {
		var mu sync.Mutex
		n := 0
		seen := &counts{}
		h := newServer(t, transport.Config{Batching: on}, func(p *transport.Parts) {
			p.Observer = seen
			p.Engine = small{before: func(context.Context) {
				mu.Lock()
				defer mu.Unlock()
				if n++; n == 1 {
					panic("a secret")
				}
			}}
		}).Handler()
		got := direct(h, fmt.Sprintf("[%s,%[1]s]", `{"query":"{hello}"}`))
		if got.status != 200 || strings.Count(got.body, "INTERNAL_SERVER_ERROR") != 1 || strings.Count(got.body, `"data"`) != 1 || seen.panics.Load() != 1 || strings.Contains(got.body, "secret") {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

// FuzzBatch: a list of one operation is taken exactly if the operation alone is.
func FuzzBatch(f *testing.F) {
	for _, seed := range []string{`{"query":"{a}"}`, ` {"query":"{a}","variables":{"a":[1,{}]}} `, `{"query":null}`, `{}`, `[]`, ``, `{"query":"a"},`, `0`, `{"query":"a"}]`, `"\ud800"`} {
		f.Add([]byte(seed))
	}
	engine := &recorder{}
	server := newServer(f, transport.Config{Batching: transport.Batching{Enabled: true}}, func(p *transport.Parts) { p.Engine = engine }).Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		var list []json.RawMessage
		text := "[" + string(body) + "]"
		if json.Unmarshal([]byte(text), &list) == nil && len(list) > 1 {
			t.Skip("there are more")
		}
		engine.last = nil
		got := direct(server, text)
		want, ok := reference(body)
		if (engine.last != nil) != ok || (got.status == 200) != ok {
			t.Fatalf("%q: %d %s, want it taken: %t", text, got.status, got.body, ok)
		}
		if ok && (engine.last.Query != want.Query || string(engine.last.Variables) != string(want.Variables)) {
			t.Fatalf("%q: %+v, want %+v", text, engine.last, want)
		}
	})
}
