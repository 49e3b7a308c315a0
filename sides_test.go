package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// owner is one side of what moves: it counts what it is asked, and can be broken.
type owner struct {
	*httptest.Server
	name          string
	reads, writes atomic.Int64
	broken        atomic.Bool
}

func newOwner(t *testing.T, name string) *owner {
	t.Helper()
	o := &owner{name: name}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		field, counted := "health", &o.reads
		if strings.Contains(string(text), "mutation") {
			field, counted = "setHealth", &o.writes
		}
		counted.Add(1)
		if o.broken.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintf(w, `{"data":{%q:%q}}`, field, o.name)
	}))
	t.Cleanup(o.Close)
	return o
}

// newWriting is a gateway with a migration of a query and of a mutation.
func newWriting(t *testing.T, before, after *owner) *moving {
	t.Helper()
	m := newMovingTo(t, strings.Replace(movesHealth, "[Query.health]", "[Query.health, Mutation.setHealth]", 1)+`
lowering: keep
read_your_writes: 1h
fallback: true
`, after.URL)
	config := fmt.Sprintf(`
supergraph: {listen: %s}
admin: {listen: %s}
batching: {enabled: true}
subgraphs:
  monolith: {routing_url: %s, schema: {sdl: 'type Query { health: String other: Int } type Mutation { setHealth: String }'}}
  health:
    routing_url: %s
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])
        type Query { health: String @override(from: "monolith", label: "health") }
        type Mutation { setHealth: String @override(from: "monolith", label: "health") }
rollout: {secret: "a secret of thirty-two bytes, at least"}
`, m.graph, m.admin, before.URL, after.URL)
	if err := os.WriteFile(filepath.Join(m.dir, "ficus.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

// says asks with a body and headers in pairs, and gives the answer with its body.
func (m *moving) says(t *testing.T, body, tenant string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+m.graph+"/graphql", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Tenant", tenant)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

const reads, sets = `{"query":"{ health }"}`, `{"query":"mutation { setHealth }"}`

// TestTheSidesOfAMigration as clients meet them: who is kept, who wrote, who chose, and who falls back.
func TestTheSidesOfAMigration(t *testing.T) {
	before, after := newOwner(t, "old"), newOwner(t, "new")
	m := newWriting(t, before, after)
	m.start(t)
	m.must(t, "", "start", "site-health")
	m.must(t, "", "set", "site-health", "100")
	want := func(side, body, tenant string, headers ...string) *http.Response {
		t.Helper()
		answer, text := m.says(t, body, tenant, headers...)
		if !strings.Contains(text, `"`+side+`"`) {
			t.Errorf("%s asks %s with %v: %s, want %s", tenant, body, headers, text, side)
		}
		return answer
	}
	kept, _, _ := strings.Cut(want("new", reads, "kept").Header.Get("Set-Cookie"), ";")
	want("new", sets, "writer")
	m.must(t, "", "set", "site-health", "0")
	want("new", reads, "kept", "Cookie", kept)
	want("old", reads, "other", "Cookie", kept)
	want("new", reads, "writer")
	want("new", sets, "writer")
	want("old", sets, "other")
	m.must(t, "", "set", "site-health", "100")
	want("old", reads, "other")

	grant := exec.Command(binary, "rollout", "grant", "--subject", "ada", "--migration", "site-health")
	grant.Dir = m.dir
	token, err := grant.Output()
	if err != nil {
		t.Fatal(err)
	}
	m.must(t, "", "set", "site-health", "0")
	chosen := []string{"Ficus-Sides", "site-health=new", "Ficus-Sides-Grant", strings.TrimSpace(string(token))}
	if got := want("new", reads, "ada", chosen...).Header.Get("Ficus-Sides"); got != "site-health=new" {
		t.Errorf("the answer is of %q", got)
	}
	if answer, text := m.says(t, reads, "ada", "Ficus-Sides", "site-health=new"); answer.StatusCode != http.StatusForbidden || !strings.Contains(text, "SIDES_GRANT_INVALID") {
		t.Errorf("a choice without a grant: HTTP %d %s", answer.StatusCode, text)
	}
	if answer := want("old", reads, "ada"); answer.Header.Get("Ficus-Sides") != "" || len(answer.Cookies()) > 0 {
		t.Errorf("who has no grant is told %v", answer.Header)
	}

	m.must(t, "", "set", "site-health", "100")
	after.broken.Store(true)
	was := before.reads.Load()
	if got := want("old", reads, "fallen", chosen[2:]...).Header.Get("Ficus-Sides"); got != "site-health=old" {
		t.Errorf("after a fallback the answer is of %q", got)
	}
	if before.reads.Load() != was+1 {
		t.Errorf("the old owner was asked %d times", before.reads.Load()-was)
	}
	oldWrites, newWrites := before.writes.Load(), after.writes.Load()
	if _, text := m.says(t, sets, "fallen"); !strings.Contains(text, "errors") {
		t.Errorf("a mutation that fails: %s", text)
	}
	if before.writes.Load() != oldWrites || after.writes.Load() != newWrites+1 {
		t.Errorf("a mutation that fails is sent %d times to the new owner and %d to the old one", after.writes.Load()-newWrites, before.writes.Load()-oldWrites)
	}
	if text := metricsOf(t, m.admin); !strings.Contains(text, `ficus_migration_fallbacks_total{migration="site-health"} 1`) ||
		!strings.Contains(text, `ficus_migration_fetches_total{migration="site-health",outcome="failed",side="new"} 2`) {
		t.Error("the metrics do not count the fallback as a failure of the new side")
	}
}
