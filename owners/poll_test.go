package owners_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners"
)

// watched is a registry that is watching, and what it says of each graph that it makes.
func watched(t *testing.T, text string) (first *owners.Graph, next func(within time.Duration) *owners.Graph) {
	t.Helper()
	registry := owners.New(parse(t, t.TempDir(), text), owners.Ports{})
	first, err := registry.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	graphs := make(chan *owners.Graph, 100)
	var done sync.WaitGroup
	done.Go(func() {
		registry.Watch(ctx, owners.Watching{}, func(g *owners.Graph, err error) error {
			if err != nil {
				t.Error(err)
				return err
			}
			graphs <- g
			return nil
		})
	})
	t.Cleanup(func() {
		cancel()
		done.Wait()
		registry.Close()
	})
	return first, func(within time.Duration) *owners.Graph {
		select {
		case g := <-graphs:
			return g
		case <-time.After(within):
			return nil
		}
	}
}

func has(g *owners.Graph, field string) bool {
	return g.Supergraph.API.Query.Fields.ForName(field) != nil
}

// TestAFieldComesBackWhenTheServiceHasIt: in production, where it was not in the graph before, and goes again when
// a service without it is deployed.
func TestAFieldComesBackWhenTheServiceHasIt(t *testing.T) {
	s, sdl := service(t)
	say := func(text string) { sdl.Store(&text) }
	say("type Query { a: Int }")
	first, next := watched(t, "contract: {poll_interval: 20ms}\nsubgraphs: {s: {routing_url: "+s.URL+`, schema: {sdl: "`+contract+`"}}}`)
	if has(first, "b") || !has(first, "a") {
		t.Errorf("before: %v", first.Dropped)
	}
	say(contract)
	if g := next(5 * time.Second); g == nil || !has(g, "b") {
		t.Fatal("the service's new field is not in the graph")
	}
	say("type Query { a: Int \"another\" c: Int }")
	if g := next(5 * time.Second); g == nil || has(g, "b") || has(g, "c") {
		t.Fatal("the field that the service has no more is in the graph, or one beyond its contract")
	}
}

// TestAServiceThatFlaps between being there and not, between answers and nonsense, and between two versions, leaves
// the graph as it is; a version that stays is believed.
func TestAServiceThatFlaps(t *testing.T) {
	var asked atomic.Int64
	var answers atomic.Pointer[func(n int64) string]
	say := func(of func(n int64) string) { answers.Store(&of) }
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch text := (*answers.Load())(asked.Add(1)); text {
		case "":
			w.WriteHeader(http.StatusBadGateway)
		case "nonsense":
			_, _ = io.WriteString(w, "<html>")
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": text}}})
		}
	}))
	t.Cleanup(s.Close)
	const before = "type Query { a: Int }"
	say(func(int64) string { return before })
	_, next := watched(t, "environment: dev\ncontract: {poll_interval: 10ms}\nsubgraphs: {s: {routing_url: "+s.URL+`, schema: {sdl: "`+contract+`"}}}`)
	say(func(int64) string { return contract })
	if next(5*time.Second) == nil {
		t.Fatal("a new version is not believed at once")
	}
	say(func(n int64) string {
		return []string{before, contract, "", "nonsense", before, "type Query {", contract}[n%7]
	})
	count := asked.Load()
	for asked.Load() < count+28 {
		g := next(10 * time.Millisecond)
		if g != nil {
			t.Errorf("the graph flaps: %+v", g.Status)
		}
	}
	say(func(int64) string { return before })
	for deadline := time.Now().Add(5 * time.Second); ; {
		if g := next(time.Second); g != nil && g.Supergraph.Subgraph("s_mock") != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a version that stays is not believed")
		}
	}
}

// TestNothingIsComposedAnewWhileNothingChanges, though a service says more than its SDL with each answer.
func TestNothingIsComposedAnewWhileNothingChanges(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"data": map[string]any{"_service": map[string]any{"sdl": contract}}, "extensions": asked.Add(1),
		})
	}))
	t.Cleanup(s.Close)
	_, next := watched(t, "contract: {poll_interval: 10ms}\nsubgraphs: {s: {routing_url: "+s.URL+`, schema: {sdl: "`+contract+`"}}}`)
	for asked.Load() < 20 {
		if g := next(10 * time.Millisecond); g != nil {
			t.Fatal("a new graph")
		}
	}
}

// TestASlowServiceHoldsUpNoOther.
func TestASlowServiceHoldsUpNoOther(t *testing.T) {
	fast, sdl := service(t)
	say := func(text string) { sdl.Store(&text) }
	say(contract)
	var slowed atomic.Bool
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if slowed.Load() {
			<-r.Context().Done()
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": "type Query { c: Int }"}}})
	}))
	t.Cleanup(slow.Close)
	_, next := watched(t, "contract: {poll_interval: 20ms}\nsubgraphs: {s: {routing_url: "+fast.URL+`, schema: {sdl: "`+contract+`"}}, u: {routing_url: `+slow.URL+`, schema: {sdl: "type Query { c: Int }"}}}`)
	slowed.Store(true)
	time.Sleep(60 * time.Millisecond) // the slow one is being asked
	start := time.Now()
	say("type Query { a: Int }")
	if g := next(2 * time.Second); g == nil || has(g, "b") {
		t.Errorf("not seen within %s", time.Since(start))
	}
}

// TestAServiceWithoutSDL is believed, and asked seldom.
func TestAServiceWithoutSDL(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"errors": [{"message": "Cannot query field \"_service\" on type \"Query\"."}]}`)
	}))
	t.Cleanup(s.Close)
	first, next := watched(t, "contract: {poll_interval: 10ms}\nsubgraphs: {s: {routing_url: "+s.URL+`, schema: {sdl: "`+contract+`"}}}`)
	if !has(first, "b") {
		t.Error("the contract is not believed")
	}
	if g := next(200 * time.Millisecond); g != nil || asked.Load() > 3 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// TestNoticesAreSaidOnce, each when it begins and when it is over.
func TestNoticesAreSaidOnce(t *testing.T) {
	s, sdl := service(t)
	say := func(text string) { sdl.Store(&text) }
	cfg := parse(t, t.TempDir(), "mocks: {acknowledged: [Query.b]}\nsubgraphs: {s: {routing_url: "+s.URL+`, schema: {sdl: "type Query { a: Int b: Int c: Int }"}}}`)
	var log bytes.Buffer
	notices := &owners.Notices{Environment: config.Production, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))}
	for _, step := range []struct{ sdl, want string }{
		{"type Query { a: String }", `level=WARN msg="made up in production, as acknowledged" subgraph=s coordinate=Query.b
level=WARN msg="not in the graph, since nobody answers it" subgraph=s coordinate=Query.c because="is not implemented"
level=WARN msg="a service contradicts its contract" subgraph=s coordinate=Query.a code=TYPE message="the contract says Int, the service String" contract=ficus.yaml:1:14 contract_line="type Query { a: Int b: Int c: Int }" service=SERVICE:1:14 service_line="type Query { a: String }"
`},
		{"type Query { a: String }", ""},
		{"type Query { a: Int b: Int c: Int }", `level=INFO msg="not made up any more" subgraph=s coordinate=Query.b
level=INFO msg="in the graph again" subgraph=s coordinate=Query.c because="is not implemented"
level=INFO msg="a service does not contradict its contract any more" subgraph=s coordinate=Query.a code=TYPE message="the contract says Int, the service String" contract=ficus.yaml:1:14 contract_line="type Query { a: Int b: Int c: Int }" service=SERVICE:1:14 service_line="type Query { a: String }"
`},
	} {
		say(step.sdl)
		log.Reset()
		g, err := owners.New(cfg, owners.Ports{}).Survey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		notices.Served(g)
		got := strings.ReplaceAll(strings.ReplaceAll(log.String(), s.URL, "SERVICE"), cfg.Name, "ficus.yaml")
		if got != step.want {
			t.Errorf("%s:\n%swant\n%s", step.sdl, got, step.want)
		}
	}
}

// TestAllIsAskedAtOnceWhileItIsBeingAsked: an operator who asks to look at once, and the service's own rhythm, get in
// nobody's way.
func TestAllIsAskedAtOnceWhileItIsBeingAsked(t *testing.T) {
	s, sdl := service(t)
	first := "type Query { a: Int }"
	sdl.Store(&first)
	registry := owners.New(parse(t, t.TempDir(), "contract: {poll_interval: 10ms}\nsubgraphs: {s: {routing_url: "+s.URL+`, schema: {sdl: "`+contract+`"}}}`), owners.Ports{})
	defer registry.Close()
	if _, err := registry.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	now, done, graphs := make(chan os.Signal), make(chan struct{}), make(chan *owners.Graph, 100)
	go func() {
		defer close(done)
		registry.Watch(ctx, owners.Watching{Now: now}, func(g *owners.Graph, err error) error {
			graphs <- g
			return err
		})
	}()
	for i := range 100 {
		if i == 50 {
			both := contract
			sdl.Store(&both)
		}
		now <- os.Interrupt
	}
	if g := <-graphs; g == nil || !has(g, "b") {
		t.Errorf("after all was asked: %+v", g)
	}
	cancel()
	<-done
}
