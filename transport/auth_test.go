package transport_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/transport"
)

// TestAuthentication: the identity reaches the engine; who is refused learns the request's id; neither the
// health checks nor a browser's preflight need a token.
func TestAuthentication(t *testing.T) {
	const secret = "a shared secret of 32 bytes, or more"
	v, err := auth.New(auth.Config{Router: auth.Router{JWT: &auth.JWT{
		Mode: auth.ModeRequired,
		JWKS: []auth.KeySet{{Secret: secret}},
	}}}, auth.Parts{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	who := ""
	server := start(t, transport.Config{CORS: transport.CORS{AllowAnyOrigin: true}}, func(p *transport.Parts) {
		p.Authenticate = auth.Middleware(v)
		p.Engine = small{before: func(ctx context.Context) { who = auth.FromContext(ctx).String() }}
	})
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "u1", "iss": "test", "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	got := send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, "Authorization: Bearer "+token)
	if got.status != 200 || who != "u1 of test" {
		t.Errorf("%d %s, executed for %q", got.status, got.body, who)
	}
	got = send(t, "POST", server.URL+"/graphql", `{"query":"{hello}"}`, isJSON, wantGraph, "X-Request-Id: abc")
	if got.status != http.StatusUnauthorized || got.code() != "UNAUTHENTICATED" || got.header.Get("X-Request-Id") != "abc" ||
		!strings.HasPrefix(got.header.Get("Content-Type"), "application/graphql-response+json") {
		t.Errorf("without a token: %d %s %v", got.status, got.body, got.header)
	}
	if got := send(t, "GET", server.URL+"/health", ""); got.status != 200 {
		t.Errorf("health: %d", got.status)
	}
	if got := send(t, "OPTIONS", server.URL+"/graphql", "", "Origin: https://app.test", "Access-Control-Request-Method: POST"); got.status >= 300 {
		t.Errorf("preflight: %d %s", got.status, got.body)
	}
}
