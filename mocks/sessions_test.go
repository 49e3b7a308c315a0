package mocks_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/mocks"
)

const notes = `type Query { note(id: ID!): Note notes(first: Int): [Note!]! }
type Mutation { addNote(text: String!): Note changeNote(id: ID!, text: String): Note deleteNote(id: ID!): Boolean }
type Note { id: ID! text: String! }
`

// notebook is an engine over the mock source for notes.
func notebook(t *testing.T) *engine.Engine {
	t.Helper()
	sg := composed(t, []mocks.SDL{{Name: "notes", File: "notes.graphql", Text: notes}})
	snapshot, err := engine.NewSnapshot(sg, table{"notes": source(t, sg, "notes", 1)}, engine.Config{Extensions: mocked})
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(snapshot, nil)
}

func within(t *testing.T, e *engine.Engine, sessions *mocks.Sessions, id, query string) string {
	body, _ := e.Execute(mocks.NewContext(t.Context(), &mocks.Request{Sessions: sessions, Session: id}), &engine.Request{Query: query}, nil)
	return string(body)
}

func TestASessionEndsWhenItIsNotAskedForAnyMore(t *testing.T) {
	e := notebook(t)
	synctest.Test(t, func(t *testing.T) {
		sessions := mocks.NewSessions(mocks.SessionConfig{TTL: time.Minute}, time.Now)
		within(t, e, sessions, "a", `mutation { changeNote(id: 1, text: "mine") { id } }`)
		for range 3 {
			time.Sleep(50 * time.Second)
			if got := within(t, e, sessions, "a", `{ note(id: 1) { text } }`); !strings.Contains(got, `"mine"`) {
				t.Errorf("it ended though it was asked for: %s", got)
			}
		}
		time.Sleep(time.Minute)
		if got := within(t, e, sessions, "a", `{ note(id: 1) { text } }`); strings.Contains(got, `"mine"`) || sessions.Len() != 0 {
			t.Errorf("it did not end: %s, %d", got, sessions.Len())
		}
	})
}

func TestTheSessionThatWasNotAskedForLongestGoesFirst(t *testing.T) {
	e, sessions := notebook(t), mocks.NewSessions(mocks.SessionConfig{Max: 2}, time.Now)
	change := `mutation { changeNote(id: 1, text: "mine") { id } }`
	kept := func(id string) bool {
		return strings.Contains(within(t, e, sessions, id, `{ note(id: 1) { text } }`), `"mine"`)
	}
	within(t, e, sessions, "a", change)
	within(t, e, sessions, "b", change)
	kept("a")
	within(t, e, sessions, "c", change)
	if kept("b") || !kept("a") || !kept("c") || sessions.Len() != 2 {
		t.Errorf("a %t, b %t, c %t", kept("a"), kept("b"), kept("c"))
	}
	within(t, e, sessions, "b", `{ note(id: 1) { text } }`)
	if sessions.Len() != 2 || !kept("a") {
		t.Error("who only asks takes a place")
	}
}

// TestASessionIsBounded: what does not go in is an error, and leaves what is there.
func TestASessionIsBounded(t *testing.T) {
	e := notebook(t)
	for name, cfg := range map[string]mocks.SessionConfig{"objects": {MaxObjects: 2}, "bytes": {MaxBytes: 400}} {
		t.Run(name, func(t *testing.T) {
			sessions := mocks.NewSessions(cfg, time.Now)
			var last string
			for i := range 5 {
				last = within(t, e, sessions, "a", fmt.Sprintf(`mutation { changeNote(id: %d, text: "%0100d") { text } }`, i, i))
			}
			if !strings.Contains(last, `"code":"MOCK_SESSION_FULL"`) || !strings.Contains(last, "reset it by Ficus-Mock: reset") || !strings.Contains(last, `"changeNote":null`) {
				t.Error(last)
			}
			if got := within(t, e, sessions, "a", `{ note(id: 0) { text } }`); !strings.Contains(got, "0000") {
				t.Errorf("what was there is gone: %s", got)
			}
		})
	}
}

// TestAtOnceInOneSession makes sure that no change is lost, and no key is given twice.
func TestAtOnceInOneSession(t *testing.T) {
	e, sessions := notebook(t), mocks.NewSessions(mocks.SessionConfig{}, time.Now)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			within(t, e, sessions, "a", fmt.Sprintf(`mutation { addNote(text: "note %d") { id text } }`, i))
		})
		all.Go(func() { within(t, e, sessions, "a", `{ notes(first: 5) { id text } }`) })
	}
	all.Wait()
	list := within(t, e, sessions, "a", `{ notes(first: 50) { id text } }`)
	for i := range 50 {
		if !strings.Contains(list, fmt.Sprintf(`{"id":"%d",`, 10_001+i)) || !strings.Contains(list, fmt.Sprintf(`"note %d"}`, i)) {
			t.Errorf("%d is lost: %s", i, list)
		}
	}
}

// TestADeletionThatCannotBeKeptIsRefused and does not look as if it had been done.
func TestADeletionThatCannotBeKeptIsRefused(t *testing.T) {
	e, sessions := notebook(t), mocks.NewSessions(mocks.SessionConfig{MaxObjects: 1}, time.Now)
	within(t, e, sessions, "a", `mutation { changeNote(id: 1, text: "x") { text } }`)
	if got := within(t, e, sessions, "a", `mutation { deleteNote(id: 2) }`); !strings.Contains(got, "MOCK_SESSION_FULL") || !strings.Contains(got, `"deleteNote":null`) {
		t.Error(got)
	}
	if got := within(t, e, sessions, "a", `mutation { deleteNote(id: 1) }`); !strings.Contains(got, `"deleteNote":true`) {
		t.Error(got)
	}
}

func TestAnObjectCountsOnceHoweverOftenItChanges(t *testing.T) {
	e, sessions := notebook(t), mocks.NewSessions(mocks.SessionConfig{MaxObjects: 1}, time.Now)
	for range 10 {
		if got := within(t, e, sessions, "a", `mutation { changeNote(id: 1, text: "x") { text } }`); !strings.Contains(got, `"text":"x"`) {
			t.Fatal(got)
		}
	}
}
