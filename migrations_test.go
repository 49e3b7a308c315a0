package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ficusgraph/ficus/internal/free"
)

// moving is a gateway in a folder with a migration, and its two listeners.
type moving struct {
	dir, graph, admin string
	process           *process
}

const movesHealth = `
migration: site-health
owner: sites
why: the old code counts closed tickets too
coordinates: [Query.health]
from: monolith
to: health
key: [{header: x-tenant}]
steps: [1, 50, 100]
deny: [{key: frozen, why: their contract says so}]
`

// newMoving writes the configuration and the migration into a folder.
func newMoving(t *testing.T, migration string) *moving {
	t.Helper()
	return newMovingTo(t, migration, answering(t, `{"data":{"health":"new"}}`).URL)
}

// Schemas of the old and the new owner, where a field of Query moves.
const (
	oldHealth = `type Query { health: String other: Int }`
	newHealth = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])
type Query { health: String @override(from: "monolith", label: "health") }`
)

// newMovingTo has a new owner at a URL.
func newMovingTo(t *testing.T, migration, after string) *moving {
	t.Helper()
	return newMovingOf(t, migration, after, oldHealth, newHealth)
}

// newMovingOf has owners with these schemas.
func newMovingOf(t *testing.T, migration, after, oldSDL, newSDL string) *moving {
	t.Helper()
	before := answering(t, `{"data":{"health":"old"}}`)
	m := &moving{dir: t.TempDir(), graph: free.Address(t), admin: free.Address(t)}
	config := fmt.Sprintf(`
supergraph: {listen: %s}
admin: {listen: %s}
subgraphs:
  monolith: {routing_url: %s, schema: {sdl: %q}}
  health: {routing_url: %s, schema: {sdl: %q}}
rollout: {secret: "a secret of thirty-two bytes, at least"}
`, m.graph, m.admin, before.URL, oldSDL, after, newSDL)
	if err := os.MkdirAll(filepath.Join(m.dir, "migrations"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"ficus.yaml": config, "migrations/health.yaml": migration} {
		if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func (m *moving) start(t *testing.T, args ...string) {
	t.Helper()
	m.process = startIn(t, m.dir, append([]string{"serve"}, args...)...)
	m.process.line("msg=serving")
}

// rollout runs the command and gives what it prints.
func (m *moving) rollout(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"rollout", "--url", "http://" + m.admin, "--by", "ann"}, args...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (m *moving) must(t *testing.T, want string, args ...string) {
	t.Helper()
	if out, err := m.rollout(t, args...); err != nil || !strings.Contains(out, want) {
		t.Fatalf("rollout %v: %v, want %q\n%s", args, err, want, out)
	}
}

// The graph of which the page about migrations speaks.
const (
	pageOld = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])
type Query { site(id: ID!): Site search: Int }
type Site @key(fields: "id") { id: ID! health: Health visit: Int }
type Health @shareable { status: String load: Float checkedAt: Int tickets: [Int] note: String }`
	pageNew = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@override"])
type Site @key(fields: "id") { id: ID! health: Health @override(from: "monolith", label: "site-health") }
type Health @shareable { status: String load: Float checkedAt: Int tickets: [Int] note: String }`
)

// TestThePageAboutMigrations: its file and its commands, from the top.
func TestThePageAboutMigrations(t *testing.T) {
	const page = "docs/migrations.md"
	parts := blocks(t, "yml")[page]
	m := newMovingOf(t, strings.Join(parts, ""), answering(t, `{}`).URL, pageOld, pageNew)
	m.start(t)
	for line := range strings.Lines(strings.Join(blocks(t, "sh")[page], "")) {
		command := strings.Replace(strings.TrimSpace(line), "ficus rollout", "ficus rollout --url http://"+m.admin, 1)
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = m.dir
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	}
	m.must(t, "service  100", "list")
}

// share is how many of a hundred tenants are answered by the new side.
func (m *moving) share(t *testing.T) int {
	t.Helper()
	n := 0
	for i := range 100 {
		if m.side(t, fmt.Sprint("tenant-", i)) == "new" {
			n++
		}
	}
	return n
}

func (m *moving) side(t *testing.T, tenant string) string {
	t.Helper()
	_, a := post(t, "http://"+m.graph+"/graphql", `{ health }`, http.Header{"X-Tenant": {tenant}})
	return strings.TrimSuffix(strings.TrimPrefix(string(a.Data), `{"health":"`), `"}`)
}

// TestAMigrationIsMovedWhileTheGatewayRuns: from the first step to the last and back, by commands; what was ordered outlives
// a gateway that is killed.
func TestAMigrationIsMovedWhileTheGatewayRuns(t *testing.T) {
	m := newMoving(t, movesHealth)
	m.start(t)
	m.must(t, "monolith  0", "list")
	if got := m.share(t); got != 0 {
		t.Errorf("%d tenants have moved before the start", got)
	}
	m.must(t, "canary  1", "start", "site-health", "--why", "the service is up")
	m.must(t, "canary  50", "set", "site-health", "--next")
	if got := m.share(t); got < 30 || got > 70 {
		t.Errorf("at 50 %% %d of 100 tenants have moved", got)
	}
	m.must(t, "100", "set", "site-health", "100%")
	m.must(t, "", "deny", "site-health", "tenant-7", "--until", "48h", "--why", "a report is running")
	if got := m.share(t); got != 99 || m.side(t, "tenant-7") != "old" || m.side(t, "frozen") != "old" {
		t.Errorf("at 100 %%, with one denied, %d of 100 tenants have moved", got)
	}
	m.must(t, "tenant-7 until", "show", "site-health")
	if out, err := m.rollout(t, "set", "site-health", "5", "--revision", "2"); err == nil || !strings.Contains(out, "changed by somebody else") {
		t.Errorf("an order for an old revision: %v\n%s", err, out)
	}
	m.must(t, "is back at 100 %", "drill", "site-health")

	if err := m.process.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-m.process.done
	m.start(t)
	if got := m.share(t); got != 99 {
		t.Errorf("after a kill %d of 100 tenants have moved", got)
	}
	m.must(t, "canary, aborted", "abort", "site-health", "--why", "wrong answers")
	if got := m.share(t); got != 0 {
		t.Errorf("after an abort %d of 100 tenants have moved", got)
	}
	out, err := m.rollout(t, "history", "site-health")
	if err != nil || !strings.Contains(out, "abort by ann") || !strings.Contains(out, "wrong answers") || !strings.Contains(out, "the service is up") {
		t.Errorf("history: %v\n%s", err, out)
	}
}

// TestAMigrationThatTheGraphDoesNotHave is refused, with its place and what to do; under way, the last good one stays.
func TestAMigrationThatTheGraphDoesNotHave(t *testing.T) {
	for _, test := range []struct{ name, from, to, want string }{
		{"a coordinate", "Query.health", "Query.helth", "migrations/health.yaml:5:15: coordinates[0]: Query.helth is not in the graph"},
		{"what does not move", "Query.health", "Query.other", `write @override(from: "monolith", label: "site-health") at the field in the schema of health`},
		{"a subgraph", "to: health", "to: helth", "there is no subgraph helth"},
		{"another way", "from: monolith\nto: health", "from: health\nto: monolith", "moves from monolith to health in the schema, not from health to monolith"},
		{"a key", "steps", "step", `migrations/health.yaml:9:1: step is not a key here; did you mean steps?`},
		{"a step", "[1, 50, 100]", "[1, 50, 50]", "steps[2]: 50 does not go beyond 50"},
		{"what is kept", "steps:", "keep: [Query.helth]\nsteps:", "keep[0]: Query.helth is not in the graph"},
		{"a rule", "steps:", "compare: {Query.helth: {order: key}}\nsteps:", "Query.helth is not in the graph"},
		{"a rule without an end", "steps:", "compare: {Query.health: {ignore: true}}\nsteps:", "compare[Query.health].until: is missing"},
		{"a share", "steps:", "shadow: {percent: 101}\nsteps:", "shadow.percent: 101 is not between 0 and 100"},
		{"no name", "site-health", "site health", `"site health" is not a name`},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMoving(t, strings.Replace(movesHealth, test.from, test.to, 1))
			cmd := exec.Command(binary, "serve")
			cmd.Dir = m.dir
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), test.want) {
				t.Errorf("%v, want %q\n%s", err, test.want, out)
			}
		})
	}
	m := newMoving(t, movesHealth)
	m.start(t, "--hot-reload")
	m.must(t, "", "start", "site-health")
	m.must(t, "", "set", "site-health", "100")
	file := filepath.Join(m.dir, "migrations", "health.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Replace(movesHealth, "Query.health", "Query.nothing", 1))
	m.process.line("the last good one stays")
	if m.share(t) != 100 {
		t.Error("a wrong file ends the migration")
	}
	write(strings.Replace(movesHealth, "key: frozen", "key: tenant-1", 1))
	m.process.line("the graph has changed")
	if got := m.share(t); got != 99 || m.side(t, "frozen") != "new" {
		t.Errorf("the changed list is not in force: %d", got)
	}
}

// TestTwoGatewaysDoNotShareADirectory: they would destroy each other's state.
func TestTwoGatewaysDoNotShareADirectory(t *testing.T) {
	m := newMoving(t, movesHealth)
	m.start(t)
	file := filepath.Join(m.dir, "ficus.yaml")
	config, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.NewReplacer(m.graph, free.Address(t), m.admin, free.Address(t)).Replace(string(config))
	if err := os.WriteFile(file, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "serve")
	cmd.Dir = m.dir
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another gateway's") {
		t.Errorf("%v\n%s", err, out)
	}
}
