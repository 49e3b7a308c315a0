package transport_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/transport"
)

const browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// TestExplorer: browsers get the page at / and at the graph's path, programs the graph.
func TestExplorer(t *testing.T) {
	server := start(t, transport.Config{GraphiQL: transport.GraphiQL{Enabled: true}, Supergraph: transport.Endpoint{Path: "/api/graph"}}, nil)
	for _, c := range []struct {
		path, accept string
		page         bool
	}{
		{"/", browser, true},
		{"/api/graph", browser, true},
		{"/api/graph?query=%7Bhello%7D", browser, false},
		{"/api/graph", wantJSON, false},
		{"/api/graph", "Accept: application/graphql-response+json, text/html;q=0.5", false},
	} {
		got := send(t, "GET", server.URL+c.path, "", c.accept)
		if page := strings.Contains(got.body, "<!doctype html>"); page != c.page {
			t.Errorf("%s %s: %d %.80s", c.path, c.accept, got.status, got.body)
		}
	}
	if got := send(t, "GET", server.URL+"/", "", browser); !strings.Contains(got.body, "make console") {
		t.Error("the plain page does not say how to get the full one")
	}
	off := start(t, transport.Config{}, nil)
	for _, path := range []string{"/", "/graphql"} {
		if got := send(t, "GET", off.URL+path, "", browser); strings.Contains(got.body, "<html") || got.status < 400 {
			t.Errorf("turned off, %s: %d %.80s", path, got.status, got.body)
		}
	}
}

// TestPage: a page that the server is handed takes the explorer's place, and what it loads is served beside it; all
// of it only where graphiql is on, but for what stands beside.
func TestPage(t *testing.T) {
	says := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	}
	parts := func(p *transport.Parts) {
		p.Page, p.Beside = says("the page"), map[string]http.Handler{"/_files/*": says("a file")}
	}
	on := start(t, transport.Config{GraphiQL: transport.GraphiQL{Enabled: true}}, parts)
	for path, want := range map[string]string{"/": "the page", "/graphql": "the page", "/_files/a.js": "a file"} {
		if got := send(t, "GET", on.URL+path, "", browser); got.body != want {
			t.Errorf("%s: %.80s", path, got.body)
		}
	}
	if got := send(t, "POST", on.URL+"/_files/a.js", "{}", isJSON); got.status != 405 {
		t.Errorf("POST of a file: %d", got.status)
	}
	off := start(t, transport.Config{}, parts)
	for _, path := range []string{"/", "/graphql"} {
		if got := send(t, "GET", off.URL+path, "", browser); got.status < 400 {
			t.Errorf("turned off, %s: %d %.80s", path, got.status, got.body)
		}
	}
}

// TestExplorerPolicy: the page loads nothing from elsewhere, and its policy allows exactly its own script and style.
func TestExplorerPolicy(t *testing.T) {
	server := start(t, transport.Config{GraphiQL: transport.GraphiQL{Enabled: true}}, nil)
	got := send(t, "GET", server.URL+"/", "", browser)
	policy := got.header.Get("Content-Security-Policy")
	for _, tag := range []string{"script", "style"} {
		m := regexp.MustCompile(`(?s)<` + tag + `>(.*?)</` + tag + `>`).FindStringSubmatch(got.body)
		if m == nil {
			t.Fatalf("no %s", tag)
		}
		sum := sha256.Sum256([]byte(m[1]))
		if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("the policy %q does not allow the %s", policy, tag)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'") || regexp.MustCompile(`https?://`).MatchString(got.body) {
		t.Errorf("policy %q, or an address in the page", policy)
	}
	if !strings.Contains(got.body, `data-path="/graphql"`) || !strings.Contains(got.body, `data-header="X-Apollo-Operation-Name"`) {
		t.Error("the page does not know the graph's path or the header to send")
	}
}
