package transport

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

var (
	//go:embed explorer/explorer.html
	explorerHTML string
	//go:embed explorer/explorer.css
	explorerCSS string
	//go:embed explorer/editor.js
	explorerEditor string
	//go:embed explorer/answer.js
	explorerAnswer string
	//go:embed explorer/schema.js
	explorerSchema string
	//go:embed explorer/explorer.js
	explorerMain string
)

// explorer is a page of its own for gateways that were compiled without a better one: one HTML document that loads
// nothing from elsewhere, so that it works offline and a strict content security policy can hold.
type explorer struct {
	html   []byte
	policy string
}

// newPage is what browsers get: the page that the server was handed, or the explorer; nil where graphiql is off.
func (s *Server) newPage() (http.Handler, error) {
	if !s.cfg.GraphiQL.Enabled {
		return nil, nil
	}
	if s.parts.Page != nil {
		return s.parts.Page, nil
	}
	p, err := newExplorer(s.cfg.Supergraph.Path, s.csrf)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// newExplorer is the page that asks the graph at the path. It sends a header that proves its requests safe even
// where CSRF protection has headers of its own.
func newExplorer(path string, guard csrfGuard) (*explorer, error) {
	t, err := template.New("explorer").Parse(explorerHTML)
	if err != nil {
		return nil, fmt.Errorf("explorer: %w", err)
	}
	// One script, so that one digest allows it; the last part starts the others.
	script := "\"use strict\";\n" + explorerEditor + explorerAnswer + explorerSchema + explorerMain
	var out bytes.Buffer
	err = t.Execute(&out, map[string]any{
		"Path": path, "Header": guard.headers[0],
		"CSS": template.CSS(explorerCSS), "JS": template.JS(script), //nolint:gosec // files of this package, nothing of a request
	})
	if err != nil {
		return nil, fmt.Errorf("explorer: %w", err)
	}
	return &explorer{html: out.Bytes(), policy: "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"script-src '" + digest(script) + "'; style-src '" + digest(explorerCSS) + "'"}, nil
}

// digest is how a content security policy names an inline script or style.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// wantsPage says whether the request comes from somebody who opens the graph's path in a browser.
func wantsPage(r *http.Request) bool {
	if r.Method != http.MethodGet || r.URL.RawQuery != "" {
		return false
	}
	accept := strings.Join(r.Header["Accept"], ",")
	return strings.Contains(accept, "text/html") && !strings.Contains(accept, "application/graphql-response+json")
}

// ServeHTTP serves the page.
func (p *explorer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(p.html)
}
