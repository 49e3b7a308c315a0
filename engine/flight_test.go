package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// gated answers with the number of the fetch, once its gate is open or its client has left.
type gated struct {
	gate  chan struct{}
	asked atomic.Int32
}

func (g *gated) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	n := g.asked.Add(1)
	if strings.Contains(string(r.Body), "mutation") {
		return &executor.Response{Body: []byte(`{"data":{"touch":true}}`)}, nil
	}
	select {
	case <-g.gate:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return &executor.Response{Body: fmt.Appendf(nil, `{"data":{"version":"%d","count":%d}}`, n, n)}, nil
}

// asking is a client's request and what came of it.
type asking struct {
	engine.Request
	ctx   context.Context
	body  string
	reply *engine.Reply
}

// together has requests under way at one time, in their order, and lets them be answered after what happens
// meanwhile.
func together(t *testing.T, g *gated, e *engine.Engine, meanwhile func(), all ...*asking) {
	t.Helper()
	g.gate = make(chan struct{})
	var clients sync.WaitGroup
	for _, a := range all {
		clients.Go(func() {
			ctx := a.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			body, out := e.Execute(ctx, &a.Request, nil)
			a.body, a.reply = string(body), out.Reply
			if out.Release != nil {
				out.Release()
			}
		})
		synctest.Wait()
	}
	meanwhile()
	synctest.Wait()
	close(g.gate)
	clients.Wait()
}

func ask(sharing, query, variables string) *asking {
	a := &asking{Request: engine.Request{Query: query, Variables: []byte(variables)}}
	if sharing != "" {
		a.Sharing = []byte(sharing)
	}
	return a
}

func TestEqualQueriesUnderWayAreAnsweredOnce(t *testing.T) {
	const counting = "query($n: Int) { count(of: $n) }"
	tests := []struct {
		name    string
		all     []*asking
		fetches int32
	}{
		{"equal", []*asking{ask("a", "{ version }", ""), ask("a", "{ version }", ""), ask("a", "{ version }", "")}, 1},
		{"laid out in another way", []*asking{ask("a", "{ version }", ""), ask("a", "{version}", "")}, 1},
		{"equal variables", []*asking{ask("a", counting, `{"n":1}`), ask("a", counting, `{ "n": 1, "x": 2 }`)}, 1},
		{"other variables", []*asking{ask("a", counting, `{"n":1}`), ask("a", counting, `{"n":2}`)}, 2},
		{"a variable left out", []*asking{ask("a", counting, `{"n":null}`), ask("a", counting, ``)}, 2},
		{"another client", []*asking{ask("a", "{ version }", ""), ask("b", "{ version }", "")}, 2},
		{"not to be shared", []*asking{ask("", "{ version }", ""), ask("", "{ version }", "")}, 2},
		{"other labels", []*asking{ask("a", "{ count }", ""), {Request: engine.Request{Query: "{ count }", Sharing: []byte("a"), Labels: []string{"moved"}}}}, 2},
		{"mutations", []*asking{ask("a", "mutation { touch }", ""), ask("a", "mutation { touch }", "")}, 2},
		{"a mutation in between", []*asking{ask("a", "{ version }", ""), ask("a", "mutation { touch }", ""), ask("a", "{ version }", "")}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := &gated{}
			e := engine.New(snapshot(t, g, engine.Config{}), nil)
			synctest.Test(t, func(t *testing.T) { together(t, g, e, func() {}, test.all...) })
			if n := g.asked.Load(); n != test.fetches {
				t.Errorf("%d fetches, want %d", n, test.fetches)
			}
			for _, a := range test.all {
				if !strings.HasPrefix(a.body, `{"data":{"`) || strings.Contains(a.body, "errors") {
					t.Errorf("%s", a.body)
				}
				if test.fetches == 1 && a.body != test.all[0].body {
					t.Errorf("%s, the first got %s", a.body, test.all[0].body)
				}
			}
		})
	}
}

func TestAQueryIsNotSharedWithThoseWhoComeAfterIt(t *testing.T) {
	g := &gated{}
	e := engine.New(snapshot(t, g, engine.Config{}), nil)
	var got []string
	synctest.Test(t, func(t *testing.T) {
		for range 2 {
			a := ask("a", "{ version }", "")
			together(t, g, e, func() {}, a)
			got = append(got, a.body)
		}
	})
	if diff := cmp.Diff([]string{`{"data":{"version":"1"}}`, `{"data":{"version":"2"}}`}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAClientThatLeavesTakesNobodyAlong(t *testing.T) {
	for _, who := range []int{0, 1} {
		t.Run(fmt.Sprint("number ", who), func(t *testing.T) {
			g := &gated{}
			e := engine.New(snapshot(t, g, engine.Config{}), nil)
			all := []*asking{ask("a", "{ version }", ""), ask("a", "{ version }", ""), ask("a", "{ version }", "")}
			synctest.Test(t, func(t *testing.T) {
				var leave context.CancelFunc
				all[who].ctx, leave = context.WithCancel(t.Context())
				together(t, g, e, leave, all...)
			})
			for i, a := range all {
				if left := strings.Contains(a.body, "errors"); left != (i == who) {
					t.Errorf("client %d got %s", i, a.body)
				}
			}
			if n := g.asked.Load(); n != int32(2-who) {
				t.Errorf("%d fetches", n)
			}
		})
	}
}

// cookies gives each execution a cookie of its own, as a source does that begins a session.
func cookies() (engine.Replying, *atomic.Int32) {
	var given atomic.Int32
	return func(ctx context.Context) (context.Context, func(*queryplan.Plan, executor.Outcome) *engine.Reply) {
		return ctx, func(*queryplan.Plan, executor.Outcome) *engine.Reply {
			sid := fmt.Sprintf("sid=%d", given.Add(1))
			return &engine.Reply{Header: http.Header{"Set-Cookie": {sid}}, Own: true}
		}
	}, &given
}

func TestACookieIsForNobodyButWhoAskedFirst(t *testing.T) {
	replying, given := cookies()
	g := &gated{}
	e := engine.New(snapshot(t, g, engine.Config{Reply: replying}), nil)
	all := []*asking{ask("a", "{ version }", ""), ask("a", "{ version }", ""), ask("a", "{ version }", "")}
	synctest.Test(t, func(t *testing.T) { together(t, g, e, func() {}, all...) })
	seen := map[string]bool{}
	for _, a := range all {
		seen[a.reply.Header.Get("Set-Cookie")] = true
	}
	if len(seen) != 3 || given.Load() != 3 || g.asked.Load() != 3 {
		t.Errorf("three clients got %v of %d cookies, after %d fetches", seen, given.Load(), g.asked.Load())
	}
}

func TestWhatIsForAllIsSharedWithTheAnswer(t *testing.T) {
	g := &gated{}
	e := engine.New(snapshot(t, g, engine.Config{Reply: func(ctx context.Context) (context.Context, func(*queryplan.Plan, executor.Outcome) *engine.Reply) {
		return ctx, func(*queryplan.Plan, executor.Outcome) *engine.Reply {
			return &engine.Reply{Header: http.Header{"X-Cost": {"1"}}}
		}
	}}), nil)
	all := []*asking{ask("a", "{ version }", ""), ask("a", "{ version }", "")}
	synctest.Test(t, func(t *testing.T) { together(t, g, e, func() {}, all...) })
	if g.asked.Load() != 1 || all[0].reply == nil || all[1].reply != all[0].reply {
		t.Errorf("%d fetches, replies %v and %v", g.asked.Load(), all[0].reply, all[1].reply)
	}
}
