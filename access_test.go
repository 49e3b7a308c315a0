package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
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
	address := freeAddress(t)
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
