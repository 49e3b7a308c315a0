package main_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/websocket"

	"github.com/ficusgraph/ficus/internal/free"
)

// keyed is a gateway that takes API keys and tokens, and whose service says what it was sent.
type keyed struct {
	t                      *testing.T
	address, admin, config string
	passed                 chan http.Header
}

const keySecret = "a secret that is long enough to sign"

func newKeyed(t *testing.T) *keyed {
	t.Helper()
	k := &keyed{t: t, passed: make(chan http.Header, 100), config: filepath.Join(t.TempDir(), "ficus.yaml"), admin: free.Address(t)}
	service := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "_service") { // the gateway asks that for itself
			k.passed <- r.Header
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":{"mine":2,"scoped":3}}`)
	})
	config := fmt.Sprintf(`
admin: {listen: %s, token: the token of the operators}
contract: {poll_interval: "off"}
websocket: {enabled: true}
subgraphs:
  a:
    routing_url: %s
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes"])
        type Query { mine: Int @authenticated scoped: Int @requiresScopes(scopes: [["read"]]) }
headers:
  all:
    request:
      - propagate: {matching: ".*"}
      - insert: {name: x-tenant, from_claim: tenant}
      - insert: {name: x-key, from_claim: key_id}
authentication:
  router:
    jwt: {mode: required, jwks: [{secret: %s, algorithms: [HS256]}]}
    api_keys: {file: %s}
rate_limits: {rules: [{name: keys, by: [claim.key_id], capacity: 100000, interval: 1h, capacity_claim: rate_limit}]}
`, k.admin, service.URL, keySecret, filepath.Join(filepath.Dir(k.config), "keys.json"))
	if err := os.WriteFile(k.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	line := start(t, nil, "serve", "--config", k.config, "--listen", "127.0.0.1:0").line("msg=serving")
	_, address, _ := strings.Cut(line, "address=")
	address, _, _ = strings.Cut(address, " ")
	k.address = "http://" + address + "/graphql"
	return k
}

// run is what ficus keys prints, for the configuration's file or the running gateway.
func (k *keyed) run(args ...string) string {
	k.t.Helper()
	cmd := exec.Command(binary, append([]string{"keys"}, args...)...)
	cmd.Env = append(os.Environ(), "FICUS_ADMIN_TOKEN=the token of the operators")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		k.t.Fatal(args, err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

func (k *keyed) file(args ...string) string { return k.run(append(args, "--config", k.config)...) }
func (k *keyed) api(args ...string) string  { return k.run(append(args, "--url", "http://"+k.admin)...) }

// accepted says whether the key is.
func (k *keyed) accepted(text string) bool {
	k.t.Helper()
	status, _ := post(k.t, k.address, `{mine}`, http.Header{"X-Api-Key": {text}, "Accept": {"application/graphql-response+json"}})
	return status == http.StatusOK
}

// within a second the key is accepted, or is not.
func (k *keyed) within(text string, want bool) time.Duration {
	k.t.Helper()
	began := time.Now()
	for k.accepted(text) != want {
		if time.Since(began) > 3*time.Second { // a second, and what a busy machine takes
			k.t.Fatalf("accepted is %t after 3s", !want)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(began)
}

// TestAnAPIKeyOfTheWholeGateway from the command that makes it to what the service gets to see, and to its end.
func TestAnAPIKeyOfTheWholeGateway(t *testing.T) {
	k := newKeyed(t)
	text := k.file("create", "--name", "billing", "--tenant", "acme", "--scope", "read")
	id := strings.Split(text, "_")[1]
	t.Logf("created in force after %s", k.within(text, true))
	for len(k.passed) > 0 {
		<-k.passed
	}
	_, a := post(t, k.address, `{mine scoped}`, http.Header{"X-Api-Key": {text}, "X-Tenant": {"forged"}, "X-Key": {"forged"}})
	if string(a.Data) != `{"mine":2,"scoped":3}` {
		t.Errorf("%s %v", a.Data, a.Errors)
	}
	sent := <-k.passed
	if sent.Get("X-Tenant") != "acme" || sent.Get("X-Key") != id || len(sent.Values("X-Tenant")) != 1 {
		t.Errorf("the service was sent %v", sent)
	}
	if all := fmt.Sprint(sent); strings.Contains(all, text) {
		t.Errorf("the service was sent the key: %v", sent)
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "u", "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte(keySecret))
	if err != nil {
		t.Fatal(err)
	}
	if r := inquire(t, k.address, `{mine}`, http.Header{"X-Api-Key": {text}, "Authorization": {"Bearer " + token}}); r.status != 401 || !strings.Contains(r.body, "a token and an API key") {
		t.Errorf("both: %d %s", r.status, r.body)
	}

	second := k.api("rotate", id, "--overlap", "2s")
	ended := time.Now().Add(2 * time.Second)
	if !k.accepted(second) || time.Now().Before(ended.Add(-time.Second)) && !k.accepted(text) {
		t.Error("one of the two is refused while they overlap")
	}
	time.Sleep(time.Until(ended.Add(100 * time.Millisecond)))
	if !k.accepted(second) || k.accepted(text) {
		t.Error("the old text is good after the overlap, or the new one is not")
	}
	k.file("revoke", id, "--why", "leaked")
	after := k.within(second, false)
	t.Logf("revoked in force after %s", after)
	if list := k.api("list"); !strings.Contains(list, id+"  billing  revoked") || strings.Contains(list, text) {
		t.Error(list)
	}
	other := k.api("create", "--name", "other")
	if !k.accepted(other) {
		t.Error("what the gateway created itself is not in force at once")
	}
	k.api("revoke", other)
	if k.accepted(other) {
		t.Error("what the gateway revoked itself is accepted")
	}
}

// TestAnAPIKeyHasARateOfItsOwn, which its new text has too.
func TestAnAPIKeyHasARateOfItsOwn(t *testing.T) {
	k := newKeyed(t)
	text := k.api("create", "--name", "slow", "--rate-limit", "2")
	for i, want := range []int{200, 200, 429} {
		if i == 1 {
			text = k.api("rotate", text)
		}
		if r := inquire(t, k.address, `{mine}`, http.Header{"X-Api-Key": {text}}); r.status != want {
			t.Errorf("request %d: %d %s, want %d", i, r.status, r.body, want)
		}
	}
	if !k.accepted(k.api("create", "--name", "other")) {
		t.Error("another key is held against the rule")
	}
}

// TestAnAPIKeyOverAWebSocket opens what the graph restricts, is not passed on, and ends with its revocation.
func TestAnAPIKeyOverAWebSocket(t *testing.T) {
	k := newKeyed(t)
	text := k.api("create", "--name", "socket")
	for _, header := range []http.Header{nil, {"X-Api-Key": {text}}} {
		dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
		conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(k.address, "http"), header)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		payload := `{"x-api-key":"` + text + `"}`
		if header != nil {
			payload = `{}`
		}
		talk := func(say string, hears ...string) {
			t.Helper()
			if err := conn.WriteMessage(websocket.TextMessage, []byte(say)); err != nil {
				t.Fatal(err)
			}
			for _, want := range hears {
				if _, got, err := conn.ReadMessage(); err != nil || !strings.Contains(string(got), want) {
					t.Fatalf("heard %s %v, want %s", got, err, want)
				}
			}
		}
		talk(`{"type":"connection_init","payload":`+payload+`}`, "connection_ack")
		talk(`{"type":"subscribe","id":"1","payload":{"query":"{mine}"}}`, `"mine":2`, "complete")
		if sent := <-k.passed; strings.Contains(fmt.Sprint(sent), text) {
			t.Errorf("the service was sent the key: %v", sent)
		}
		if header != nil {
			k.api("revoke", text)
			talk(`{"type":"subscribe","id":"2","payload":{"query":"{mine}"}}`, `"code":"UNAUTHENTICATED"`)
		}
	}
}
