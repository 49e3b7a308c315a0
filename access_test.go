package main_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/websocket"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestATokenOpensWhatTheGraphRestricts: token, scopes and a policy, from the client's header to the services.
func TestATokenOpensWhatTheGraphRestricts(t *testing.T) {
	const secret = "a secret that is long enough to sign"
	service := answering(t, `{"data":{"open":1,"mine":2,"scoped":3,"ruled":4}}`)
	dir := t.TempDir()
	file := filepath.Join(dir, "ficus.yaml")
	config := fmt.Sprintf(`
admin: {listen: "off"}
subgraphs:
  a:
    routing_url: %s
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes", "@policy"])
        type Query { open: Int mine: Int @authenticated scoped: Int @requiresScopes(scopes: [["read"]]) ruled: Int @policy(policies: [["staff"], ["nowhere"]]) }
authentication: {router: {jwt: {jwks: [{secret: %s, algorithms: [HS256]}]}}}
authorization: {directives: {policies: {staff: 'claims.org == "acme"'}}}
`, service.URL, secret)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	address := free.Address(t)
	p := start(t, nil, "serve", "--config", file, "--listen", address)
	p.line("policy=nowhere") // the policy that nothing decides
	p.line("msg=serving")
	tests := []struct {
		name   string
		claims jwt.MapClaims
		want   string
		errors int
	}{
		{"nobody", nil, `{"open":1,"mine":null,"scoped":null,"ruled":null}`, 3},
		{"somebody", jwt.MapClaims{"sub": "u"}, `{"open":1,"mine":2,"scoped":null,"ruled":null}`, 2},
		{"a scope", jwt.MapClaims{"sub": "u", "scope": "read write"}, `{"open":1,"mine":2,"scoped":3,"ruled":null}`, 1},
		{"a policy", jwt.MapClaims{"sub": "u", "scope": "read", "org": "acme"}, `{"open":1,"mine":2,"scoped":3,"ruled":4}`, 0},
	}
	for _, tt := range tests {
		header := http.Header{}
		if tt.claims != nil {
			tt.claims["exp"] = time.Now().Add(time.Hour).Unix()
			token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, tt.claims).SignedString([]byte(secret))
			if err != nil {
				t.Fatal(err)
			}
			header.Set("Authorization", "Bearer "+token)
		}
		_, a := post(t, "http://"+address+"/graphql", `{ open mine scoped ruled }`, header)
		if string(a.Data) != tt.want || len(a.Errors) != tt.errors {
			t.Errorf("%s: %s with %d errors, want %s with %d", tt.name, a.Data, len(a.Errors), tt.want, tt.errors)
		}
	}
}

// TestPoliciesOfTheWholeGateway: an expression over arguments, an endpoint's decision, and a schema that shows no more.
func TestPoliciesOfTheWholeGateway(t *testing.T) {
	const secret = "a secret that is long enough to sign"
	service := serving(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		body, _ := io.ReadAll(r.Body)
		answer := `{"data":{"own":1,"ruled":2}}`
		if !strings.Contains(string(body), "ruled") {
			answer = `{"data":{"own":1}}`
		}
		_, _ = io.WriteString(w, answer)
	})
	var asked atomic.Int32
	decides := serving(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, `{"result":{"staff":%t}}`, strings.Contains(string(body), `"org":"acme"`))
	})
	address := configured(t, fmt.Sprintf(`
admin: {listen: "off"}
supergraph: {introspection: true}
subgraphs:
  a:
    routing_url: %s
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])
        type Query { own(id: ID!): Int @policy(policies: [["own"]]) ruled: Int @policy(policies: [["staff"]]) }
authentication: {router: {jwt: {jwks: [{secret: %s, algorithms: [HS256]}]}}}
authorization: {directives: {introspection: filtered, policies: {own: arguments.id == subject}, decisions: {url: %s}}}
`, service.URL, secret, decides.URL))
	token := func(claims jwt.MapClaims) http.Header {
		claims["exp"] = time.Now().Add(time.Hour).Unix()
		text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
		if err != nil {
			t.Fatal(err)
		}
		return http.Header{"Authorization": {"Bearer " + text}}
	}
	ann, staff := token(jwt.MapClaims{"sub": "ann"}), token(jwt.MapClaims{"sub": "bob", "org": "acme"})
	for _, tt := range []struct {
		query  string
		header http.Header
		want   string
		calls  int32
	}{
		{`{own(id: "ann")}`, ann, `{"own":1}`, 0},
		{`{own(id: "bob")}`, ann, `{"own":null}`, 0},
		{`{own(id: "ann") ruled}`, ann, `{"own":1,"ruled":null}`, 1},
		{`{own(id: "bob") ruled}`, staff, `{"own":1,"ruled":2}`, 2},
		{`{own(id: "bob") ruled}`, staff, `{"own":1,"ruled":2}`, 2},
		{`{__type(name: "Query") {fields {name}}}`, ann, `{"__type":{"fields":[{"name":"own"}]}}`, 2},
		{`{__type(name: "Query") {fields {name}}}`, staff, `{"__type":{"fields":[{"name":"own"},{"name":"ruled"}]}}`, 2},
	} {
		if _, a := post(t, address, tt.query, tt.header); string(a.Data) != tt.want || asked.Load() != tt.calls {
			t.Errorf("%s: %s after %d calls, want %s after %d", tt.query, a.Data, asked.Load(), tt.want, tt.calls)
		}
	}
}

// TestOperationsThatNeedAToken: mutations need one, but for the one that brings it, and what is behind its name does
// not matter.
func TestOperationsThatNeedAToken(t *testing.T) {
	const secret = "a secret that is long enough to sign"
	service := answering(t, `{"data":{"open":1,"login":"x","wipe":2}}`)
	p := configured(t, fmt.Sprintf(`
admin: {listen: "off"}
subgraphs: {a: {routing_url: %s, schema: {sdl: "type Query { open: Int } type Mutation { login: String wipe: Int }"}}}
authentication: {router: {jwt: {
  jwks: [{secret: %s, algorithms: [HS256]}],
  operations: [{fields: [Mutation.login], mode: optional}, {kinds: [mutation], mode: required}]}}}
`, service.URL, secret))
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "u", "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		query, token string
		status       int
	}{
		{`{open}`, "", 200},
		{`mutation {login}`, "", 200},
		{`mutation login {wipe}`, "", 401},
		{`mutation {login ...F} fragment F on Mutation {wipe}`, "", 401},
		{`mutation {wipe}`, token, 200},
		{`mutation {wipe}`, "rubbish", 401},
	} {
		header := http.Header{"Accept": {"application/graphql-response+json"}}
		if tt.token != "" {
			header.Set("Authorization", "Bearer "+tt.token)
		}
		r := inquire(t, p, tt.query, header)
		refused := strings.Contains(r.body, `"code":"UNAUTHENTICATED"`) && r.header.Get("Www-Authenticate") != ""
		if r.status != tt.status || refused != (tt.status == 401) {
			t.Errorf("%s: %d %s %v, want %d", tt.query, r.status, r.body, r.header, tt.status)
		}
	}
}

// TestATokenOverAWebSocket: the token comes with connection_init, opens what the graph restricts and is passed on; once it is
// revoked the next operation is refused.
func TestATokenOverAWebSocket(t *testing.T) {
	const secret = "a secret that is long enough to sign"
	passed := make(chan string, 10)
	service := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "_service") { // the gateway asks that for itself, what its services implement
			passed <- r.Header.Get("Authorization")
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":{"mine":2}}`)
	})
	revoked := filepath.Join(t.TempDir(), "revoked.json")
	if err := os.WriteFile(revoked, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	address := configured(t, fmt.Sprintf(`
admin: {listen: "off"}
contract: {poll_interval: "off"}
websocket: {enabled: true}
subgraphs:
  a:
    routing_url: %s
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])
        type Query { mine: Int @authenticated }
headers: {all: {request: [{propagate: {named: authorization}}]}}
authentication: {router: {jwt: {mode: required, revoked: {file: %s}, jwks: [{secret: %s, algorithms: [HS256]}]}}}
`, service.URL, revoked, secret))
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "u", "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(address, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
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
	talk(`{"type":"connection_init","payload":{"authorization":"Bearer `+token+`"}}`, "connection_ack")
	talk(`{"type":"subscribe","id":"1","payload":{"query":"{mine}"}}`, `"payload":{"data":{"mine":2}}`, "complete")
	if got := <-passed; got != "Bearer "+token {
		t.Errorf("passed on %q", got)
	}
	talk(`{"type":"subscribe","id":"2","payload":{"query":"subscription {mine}"}}`, `"type":"error"`)
	if err := os.WriteFile(revoked, []byte(`{"subjects": ["u"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	talk(`{"type":"subscribe","id":"3","payload":{"query":"{mine}"}}`, `"code":"UNAUTHENTICATED"`)
}

// configured is the address of the graph of a gateway with the configuration.
func configured(t *testing.T, config string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ficus.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	line := start(t, nil, "serve", "--config", file, "--listen", "127.0.0.1:0").line("msg=serving")
	_, address, _ := strings.Cut(line, "address=")
	address, _, _ = strings.Cut(address, " ")
	return "http://" + address + "/graphql"
}
