package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestASessionOfTheMonolithInATokenOut: who is signed in at the monolith is known to a service by a token of the gateway's
// own; signed out there, and said so here, is nobody at once; and while the monolith is away nobody is let in.
func TestASessionOfTheMonolithInATokenOut(t *testing.T) {
	var asked, away atomic.Int32
	monolith := serving(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch cookie, err := r.Cookie("_session"); {
		case away.Load() > 0:
			w.WriteHeader(http.StatusBadGateway)
		case err != nil || cookie.Value != "anns":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			_, _ = io.WriteString(w, `{"user":{"id":7,"can":["read"]}}`)
		}
	})
	shown := make(chan string, 100)
	service := serving(t, func(w http.ResponseWriter, r *http.Request) {
		shown <- r.Header.Get("Authorization") + "|" + r.Header.Get("X-User-Id")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":{"mine":1}}`)
	})
	public, operators := free.Address(t), free.Address(t)
	file := filepath.Join(t.TempDir(), "ficus.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, `
admin: {listen: %q, token: "a token of sixteen or more"}
contract: {poll_interval: "off"}
csrf: {unsafe_disabled: true}
subgraphs:
  a:
    routing_url: %s
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@requiresScopes"])
        type Query { mine: Int @requiresScopes(scopes: [["read"]]) }
authentication:
  router: {sessions: {url: %s, cookie: _session, claims: {sub: user.id, scope: user.can}}}
  minting: {issuer: "https://graph.example.com"}
  subgraph: {all: {mint: {}, claims: [{claim: sub, header: X-User-Id}]}}
`, operators, service.URL, monolith.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, nil, "serve", "--config", file, "--listen", public).line("msg=serving")
	ask := func(cookie string) reply {
		t.Helper()
		return inquire(t, "http://"+public+"/graphql", "{mine}", http.Header{"Cookie": {cookie}, "Accept": {"application/graphql-response+json"}})
	}
	for range 3 {
		if r := ask("_session=anns"); !strings.Contains(r.body, `{"mine":1}`) {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if got := <-shown; !strings.HasPrefix(got, "Bearer ey") || !strings.HasSuffix(got, "|7") {
			t.Errorf("the service was shown %s", got)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the monolith was asked %d times", n)
	}
	if r := ask("_session=stale"); !strings.Contains(r.body, "UNAUTHORIZED_FIELD_OR_TYPE") || len(shown) != 0 {
		t.Errorf("stale: %s", r.body)
	}
	sum := sha256.Sum256([]byte("anns"))
	r := send(t, http.MethodDelete, "http://"+operators+"/api/v1/sessions/"+hex.EncodeToString(sum[:]), nil, http.Header{"Authorization": {"Bearer a token of sixteen or more"}})
	if r.status != 200 || !strings.Contains(r.body, `{"forgotten":1}`) {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := ask("_session=anns"); !strings.Contains(r.body, "UNAUTHORIZED_FIELD_OR_TYPE") {
		t.Errorf("signed out: %s", r.body)
	}
	away.Store(1)
	if r := ask("_session=another"); r.status != 503 || !strings.Contains(r.body, "AUTHENTICATION_UNAVAILABLE") || r.header.Get("Retry-After") == "" {
		t.Errorf("away: %d %s", r.status, r.body)
	}
}
