package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// paging is a back end that answers with its name.
func paging(t *testing.T, name string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) }))
	t.Cleanup(s.Close)
	return s
}

// facing is newMoving with a facade, whose back ends have the names of the subgraphs.
func facing(t *testing.T, migration, more string) *moving {
	t.Helper()
	m := newMoving(t, migration)
	file := filepath.Join(m.dir, "ficus.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	facade := fmt.Sprintf("facade:\n  default: monolith\n  backends:\n    monolith: {url: %s}\n    health: {url: %s}\n    kube: {url: %s}\n%s",
		paging(t, "old").URL, paging(t, "new").URL, paging(t, "kube").URL, more)
	writeIn(t, m.dir, "ficus.yaml", string(text)+facade)
	return m
}

// page asks for a path as a tenant.
func (m *moving) page(t *testing.T, path, tenant string) (body string, header http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+m.graph+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Tenant", tenant)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), res.Header
}

// TestPagesAndFieldsMoveTogether: for each tenant both are on one side, at each step and after an abort; what is the
// gateway's own stays so, and everything else is the monolith's.
func TestPagesAndFieldsMoveTogether(t *testing.T) {
	m := facing(t, movesHealth+"paths: [{path: '/health-pages/*'}]\ncookie: {name: side}\n", "")
	m.start(t)
	together := func(what string) (news int) {
		for i := range 30 {
			tenant := fmt.Sprint("tenant-", i)
			body, header := m.page(t, "/health-pages/1", tenant)
			if field := m.side(t, tenant); body != field || (header.Get("Set-Cookie") != "") != (body == "new") {
				t.Errorf("%s: %s has the page %s and the field %s, %v", what, tenant, body, field, header)
			}
			if body == "new" {
				news++
			}
		}
		return news
	}
	if n := together("before the start"); n != 0 {
		t.Errorf("%d are on the new side before the start", n)
	}
	m.must(t, "canary", "start", "site-health")
	m.must(t, "50", "set", "site-health", "50")
	if n := together("at 50 %"); n < 5 || n > 25 {
		t.Errorf("%d of 30 are on the new side", n)
	}
	m.must(t, "/health-pages/*", "show", "site-health")
	m.must(t, "aborted", "abort", "site-health", "--why", "a test")
	if n := together("after the abort"); n != 0 {
		t.Errorf("%d are on the new side", n)
	}
	if body, _ := m.page(t, "/anything/else?q=1", "tenant-1"); body != "old" {
		t.Errorf("the rest goes to %q", body)
	}
	if body, _ := m.page(t, "/health", ""); !strings.Contains(body, "UP") {
		t.Errorf("the health check says %q", body)
	}
	if body, _ := m.page(t, "/", ""); body != "old" {
		t.Errorf("/ is %q", body)
	}
}

// TestThePageAboutTheFacade: its migration is good, and moves what the page says.
func TestThePageAboutTheFacade(t *testing.T) {
	m := facing(t, blocks(t, "yml")["docs/facade.md"][0], "")
	m.start(t)
	m.must(t, "canary", "start", "periscope-web")
	m.must(t, "100", "set", "periscope-web", "100")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+m.graph+"/dashboard", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Site", "acme")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); string(body) != "kube" || !strings.HasPrefix(res.Header.Get("Set-Cookie"), "periscope_web_kube=1; ") {
		t.Errorf("%s %v", body, res.Header)
	}
}

// TestFaultsOfMovingPathsHaveTheirPlace: file and line.
func TestFaultsOfMovingPathsHaveTheirPlace(t *testing.T) {
	m := facing(t, movesHealth+"paths:\n  - path: /a\n  - path: /a\n  - path: /graphql\n", "  routes:\n    - {path: /a, methods: [GET], to: kube}\n")
	m.process = startIn(t, m.dir, "serve")
	for _, want := range []string{"migrations/health.yaml:13:5: paths[1].path: /a is led by migrations/health.yaml: paths[0] already", "migrations/health.yaml:14:5: paths[2].path: the gateway itself is at /graphql"} {
		m.process.line(want)
	}
}
