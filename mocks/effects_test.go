package mocks_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/internal/scenario"
	"github.com/ficusgraph/ficus/mocks"
)

// TestEffects asks the queries of each archive one after the other. NAME.json is the answer to NAME.query, in the
// session of NAME.session, or else the session s; a session that is empty is none.
func TestEffects(t *testing.T) {
	scenario.Each(t, "testdata/effects/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		sg, script, sources, faults := following(t, a)
		snapshot, err := engine.NewSnapshot(sg, sources, engine.Config{Extensions: mocked})
		if err != nil {
			t.Fatal(err)
		}
		e := engine.New(snapshot, nil)
		sessions := mocks.NewSessions(mocks.SessionConfig{}, time.Now)
		return scenario.With(a, func(section string) (string, bool) {
			if section == "errors" {
				return faults, true
			}
			name, ok := strings.CutSuffix(section, ".json")
			if !ok || strings.HasSuffix(name, ".variables") {
				return "", false
			}
			choice, err := mocks.ParseChoice(strings.TrimSpace(scenario.Section(a, name+".choice")))
			if err == nil {
				err = script.Check(sg, choice)
			}
			if err != nil {
				t.Fatal(err)
			}
			request := &mocks.Request{Report: true, Choice: choice, Session: "s", Sessions: sessions}
			if id, given := optional(a, name+".session"); given {
				request.Session = strings.TrimSpace(id)
			}
			return responseOf(t, e, a, name, request), true
		})
	})
}

// optional is a section, and whether the archive has it.
func optional(a *txtar.Archive, name string) (string, bool) {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}
