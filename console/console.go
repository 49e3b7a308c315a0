// Package console is the page for those who develop with the graph: GraphiQL, and beside it what the mock source can
// be asked for, what of an answer was made up, and how far each type is implemented.
//
// The page is written in ui/, with packages from npm. `make console` builds it into dist/, and from there it is
// compiled into the gateway, so that it works without a network:
//
//	ui/src, npm packages --build.mjs-->  dist/index.html, dist/*.js.gz, dist/*.css.gz, ..  --go:embed-->  Page
//
// dist/ is not kept with the sources. A gateway that was compiled without it has no Page, and serves a plainer one
// of its own. All that the page loads comes from the gateway; its content security policy allows nothing else.
package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
)

// Prefix is where the page's files are served, with a slash at its end.
const Prefix = "/_ficus/console/"

// index is the file that is the page itself.
const index = "index.html"

//go:embed all:dist
var dist embed.FS

// Dist is what was built when the gateway was compiled.
func Dist() (fs.FS, error) { return fs.Sub(dist, "dist") }

// ErrNotBuilt is the error where there are no files of a page.
var ErrNotBuilt = errors.New("the console was not built into this program; `make console` builds it")

// Facts is what the page is told of its gateway. Paths that are "" are not served, and the page does without.
type Facts struct {
	// Graph is the path of the graph.
	Graph string
	// Header is one that proves requests safe.
	Header string
	// Files is where the page's files are; New says it.
	Files string
	// Scenarios and Status are the paths of what can be chosen from the mock source and of what is implemented.
	Scenarios, Status string
}

// Page serves the page at any path, and its files beneath Prefix.
type Page struct {
	html []byte
	// files by path, which has a digest of all of them in it: what was loaded once is never asked for again.
	files map[string]file
}

// file is one of the page's files, as it was packed.
type file struct {
	packed []byte
	kind   string
}

// policy lets the page load only what the gateway serves. Its editor writes styles of its own, so these are allowed
// inline; scripts are not, and no text is ever run.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// New is the page of the files that were built; ErrNotBuilt if there are none.
func New(files fs.FS, facts Facts) (*Page, error) {
	text, err := fs.ReadFile(files, index)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	t, err := template.New(index).Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	p := &Page{}
	if p.files, facts.Files, err = load(files); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	var html bytes.Buffer
	if err := t.Execute(&html, facts); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	p.html = html.Bytes()
	return p, nil
}

// ServeHTTP serves the page or, beneath Prefix, one of its files.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if !strings.HasPrefix(r.URL.Path, Prefix) {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-cache")
		_, _ = w.Write(p.html) // a client that left reads nothing
		return
	}
	f, ok := p.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	f.serve(w, r)
}
