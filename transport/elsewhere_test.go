package transport_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/ficusgraph/ficus/transport"
)

// other serves what is elsewhere.
type other struct{}

func (other) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "elsewhere")
}

func (other) End()                       {}
func (other) Wait(context.Context) error { return nil }

// TestWhatIsNotTheGatewaysOwnIsElsewhere: whatever the method; nothing that is for the graph is between.
func TestWhatIsNotTheGatewaysOwnIsElsewhere(t *testing.T) {
	cfg := transport.Config{CORS: transport.CORS{Origins: []string{"https://app.test"}}}
	server := start(t, cfg, func(p *transport.Parts) { p.Elsewhere = other{} })
	for _, c := range []struct {
		method, path string
		elsewhere    bool
	}{
		{"GET", "/", true},
		{"POST", "/", true},
		{"GET", "/pages/1", true},
		{"OPTIONS", "/pages/1", true},
		{"GET", "/graphql/", true},
		{"POST", "/graphql", false},
		{"OPTIONS", "/graphql", false},
		{"PUT", "/graphql", false},
		{"GET", "/health", false},
		{"POST", "/health", false},
		{"GET", "/health/ready", false},
	} {
		got := send(t, c.method, server.URL+c.path, "", "Origin: https://app.test", "Access-Control-Request-Method: POST")
		if is := got.body == "elsewhere"; is != c.elsewhere || is && got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s %s: %d %s %v", c.method, c.path, got.status, got.body, got.header)
		}
		if sniffs := got.header.Get("X-Content-Type-Options") == ""; sniffs != c.elsewhere {
			t.Errorf("%s %s: %v", c.method, c.path, got.header)
		}
		if c.elsewhere && got.header.Get("X-Request-Id") == "" {
			t.Errorf("%s %s has no id", c.method, c.path)
		}
	}
}
