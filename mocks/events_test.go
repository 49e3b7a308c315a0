package mocks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/internal/scenario"
	"github.com/ficusgraph/ficus/mocks"
)

// Stream finds the source of a subgraph.
func (t table) Stream(ctx context.Context, r *executor.Request, take func(*executor.Response) error) error {
	return executor.Stream(ctx, t[r.Fetch.Subgraph], r, take)
}

// TestEvents subscribes, in a session, to what subscribe.query says (subscribe.choice is what the request chooses), and then
// does what the sections do/.. say: each is a mutation, or a time to wait. events is what comes after each.
func TestEvents(t *testing.T) {
	scenario.Each(t, "testdata/events/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		sg, script, sources, faults := following(t, a)
		if faults != "none\n" {
			return scenario.With(a, func(name string) (string, bool) { return faults, name == "events" })
		}
		snapshot, err := engine.NewSnapshot(sg, sources, engine.Config{Extensions: mocked})
		if err != nil {
			t.Fatal(err)
		}
		e := engine.New(snapshot, nil)
		choice, err := mocks.ParseChoice(strings.TrimSpace(scenario.Section(a, "subscribe.choice")))
		if err != nil || script.Check(sg, choice) != nil {
			t.Fatal(err, script.Check(sg, choice))
		}
		var out string
		synctest.Test(t, func(t *testing.T) { out = events(t, e, a, choice) })
		return scenario.With(a, func(name string) (string, bool) { return out, name == "events" })
	})
}

// heard takes responses.
type heard struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (h *heard) Begin(ctx context.Context) (context.Context, func(), error) {
	return ctx, func() {}, nil
}

func (h *heard) Emit(body []byte, _ engine.Outcome) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.Write(body)
	h.all.WriteByte('\n')
	return nil
}

// take gives what was heard since the last time.
func (h *heard) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.all.Reset()
	return h.all.String()
}

func events(t *testing.T, e *engine.Engine, a *txtar.Archive, choice *mocks.Choice) string {
	sessions := mocks.NewSessions(mocks.SessionConfig{}, time.Now)
	request := func() *mocks.Request {
		return &mocks.Request{Sessions: sessions, Session: "s", Report: scenario.Section(a, "report") != ""}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var to heard
	done := make(chan error)
	go func() {
		r := request()
		r.Choice = choice
		_, err := e.Subscribe(mocks.NewContext(ctx, r), &engine.Request{Query: scenario.Section(a, "subscribe.query"), Variables: []byte(scenario.Section(a, "variables.json"))}, &to)
		done <- err
	}()
	synctest.Wait()
	out := to.take()
	for _, f := range a.Files {
		step, isStep := strings.CutPrefix(f.Name, "do/")
		if !isStep {
			continue
		}
		text := strings.TrimSpace(string(f.Data))
		if d, err := time.ParseDuration(text); err == nil {
			time.Sleep(d)
		} else if body, o := e.Execute(mocks.NewContext(t.Context(), request()), &engine.Request{Query: text}, nil); o.Errors > 0 || !json.Valid(body) {
			t.Errorf("%s: %s", step, body)
		}
		synctest.Wait()
		out += fmt.Sprintf("# %s\n%s", step, to.take())
	}
	cancel()
	<-done
	return out
}

// TestAFeedIsBounded: a subscription that does not keep up with its session ends, and says why; mutations do not wait.
func TestAFeedIsBounded(t *testing.T) {
	sg := composed(t, []mocks.SDL{{Name: "notes", File: "notes.graphql", Text: notes + "type Subscription { noteChanged: Note }"}})
	snapshot, err := engine.NewSnapshot(sg, table{"notes": source(t, sg, "notes", 1)}, engine.Config{Extensions: mocked})
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(snapshot, nil)
	sessions := mocks.NewSessions(mocks.SessionConfig{}, time.Now)
	read, emitted := make(chan struct{}), make(chan string, 1000)
	go func() {
		defer close(emitted)
		ctx := mocks.NewContext(t.Context(), &mocks.Request{Sessions: sessions, Session: "a"})
		_, _ = e.Subscribe(ctx, &engine.Request{Query: `subscription { noteChanged { text } }`}, reading{func(body string) {
			emitted <- body
			<-read
		}})
	}()
	<-emitted // and is not read further
	for i := range 300 {
		within(t, e, sessions, "b", `mutation { changeNote(id: 1, text: "another session's") { id } }`)
		within(t, e, sessions, "a", fmt.Sprintf(`mutation { changeNote(id: 1, text: "%d") { id } }`, i))
	}
	close(read)
	var last string
	for body := range emitted {
		last = body
	}
	if !strings.Contains(last, mocks.CodeFeed) || !strings.Contains(last, "read faster") {
		t.Errorf("the last event is %s", last)
	}
}

// reading takes responses one by one.
type reading struct{ take func(body string) }

func (r reading) Begin(ctx context.Context) (context.Context, func(), error) {
	return ctx, func() {}, nil
}

func (r reading) Emit(body []byte, _ engine.Outcome) error {
	r.take(string(body))
	return nil
}
