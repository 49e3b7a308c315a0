package mocks_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// TestWhatAConnectionAsksFor is in the request that opens it, and in the payload that it begins with, which goes before.
func TestWhatAConnectionAsksFor(t *testing.T) {
	sg := composed(t, []mocks.SDL{{Name: "notes", File: "notes.graphql", Text: notes}})
	script, err := mocks.Read(sg, mocks.Told{})
	if err != nil {
		t.Fatal(err)
	}
	gate := &mocks.Gate{
		Config: mocks.Config{PerRequest: true}, Mocked: &mocks.Names{}, Now: time.Now, NewSession: func() string { return "made" },
		Sessions: mocks.NewSessions(mocks.SessionConfig{}, time.Now),
		Current:  func() (*supergraph.Supergraph, *mocks.Script) { return sg, script },
	}
	for name, c := range map[string]struct {
		header, cookie, payload string
		session, choice, wrong  string
	}{
		"nothing":               {payload: `{}`},
		"a header":              {header: "h", payload: `{"Authorization":"x"}`, session: "h"},
		"a cookie":              {cookie: "c", payload: `{}`, session: "c"},
		"a payload":             {header: "h", cookie: "c", payload: `{"ficus-mock-session":"p","Ficus-Mock":"scenario=empty"}`, session: "p", choice: "scenario=empty"},
		"an unknown scenario":   {payload: `{"Ficus-Mock":"scenario=nope"}`, wrong: "there is no scenario"},
		"a number":              {payload: `{"Ficus-Mock-Session":5}`, wrong: "is to be a text"},
		"a session that is bad": {payload: `{"Ficus-Mock-Session":"a b"}`, wrong: "cannot be in the name of a session"},
		"a reset":               {payload: `{"Ficus-Mock":"reset"}`, wrong: "for one request"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/graphql", nil)
			if c.header != "" {
				r.Header.Set(mocks.HeaderSession, c.header)
			}
			if c.cookie != "" {
				r.Header.Set("Cookie", mocks.HeaderSession+"="+c.cookie)
			}
			got, err := gate.Connect(r, []byte(c.payload))
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("%v, want %q", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			request := mocks.FromContext(got.Context())
			if request.Session != c.session || request.Choice.String() != c.choice || request.NewSession != nil {
				t.Errorf("session %q, choice %q", request.Session, request.Choice)
			}
			if got.Header.Get(mocks.HeaderSession) != c.header {
				t.Error("the header that services may see is another one")
			}
		})
	}
}
