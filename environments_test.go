package main_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// growing is a service that says it implements what it is told to, and answers 1 for each of its fields.
func growing(t *testing.T) (url string, implements func(sdl string)) {
	t.Helper()
	var sdl atomic.Pointer[string]
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Query string }
		_ = json.NewDecoder(r.Body).Decode(&asked)
		data := map[string]any{"a": 1, "b": 1}
		if strings.Contains(asked.Query, "_service") {
			data = map[string]any{"_service": map[string]any{"sdl": *sdl.Load()}}
		}
		for name := range data {
			if !strings.Contains(asked.Query, name) {
				delete(data, name)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}))
	t.Cleanup(s.Close)
	return s.URL, func(text string) { sdl.Store(&text) }
}

const growingContract = "type Query { a: Int b: Int @mock(value: 7) c: Int }"

// TestWhatIsNotImplementedInEachEnvironment: production does not show it, dev makes it up, and both ask the service
// for it within one poll once that has it.
func TestWhatIsNotImplementedInEachEnvironment(t *testing.T) {
	for _, test := range []struct {
		name         string
		args         []string
		more         string
		before, line string
	}{
		{"production", []string{"serve"}, "", `Cannot query field \"b\" on type \"Query\".`, `coordinate=Query.b because="is not implemented"`},
		{"production, acknowledged", []string{"serve"}, "mocks: { acknowledged: [Query.b] }\n", `{"data":{"a":1,"b":7}}`, `msg="made up in production, as acknowledged" subgraph=s coordinate=Query.b`},
		{"staging", []string{"serve", "--env", "staging"}, "", `{"data":{"a":1,"b":7}}`, "environment=staging"},
		{"by the file", []string{"serve"}, "environment: dev\n", `{"data":{"a":1,"b":7}}`, "environment=dev"},
		{"dev", []string{"dev"}, "", `{"data":{"a":1,"b":7},"extensions":{"ficus":{"mocked":["b"]}}}`, "environment=dev"},
		{"dev, as in production", []string{"dev", "--env", "production"}, "", `Cannot query field \"b\" on type \"Query\".`, "environment=production"},
	} {
		t.Run(test.name, func(t *testing.T) {
			service, implements := growing(t)
			implements("type Query { a: Int }")
			dir, address := t.TempDir(), free.Address(t)
			writeIn(t, dir, "s.graphql", `extend schema @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"])`+"\n"+growingContract+"\n")
			writeIn(t, dir, "ficus.yaml", "supergraph: { listen: "+address+" }\nadmin: { listen: off }\ntelemetry: { log: { format: text } }\n"+test.more+
				"contract: { poll_interval: 100ms }\nsubgraphs: { s: { routing_url: "+service+", schema: { file: s.graphql } } }\n")
			p := startIn(t, dir, test.args...)
			p.line("serving")
			if !strings.Contains(p.text(), test.line) {
				t.Errorf("the log lacks %s:\n%s", test.line, p.text())
			}
			if got := askMocked(t, address, "{ a b }").body; !strings.Contains(got, test.before) {
				t.Errorf("before: %s, want %s", got, test.before)
			}
			implements("type Query { a: Int b: Int c: Int }")
			for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
				got := askMocked(t, address, "{ a b }").body
				if got == `{"data":{"a":1,"b":1}}` {
					break
				}
				if time.Since(start) > 2*time.Second {
					t.Fatalf("after: %s", got)
				}
			}
		})
	}
}

// TestProductionRefusesToStartWithWhatIsForDevelopment, and says where that stands.
func TestProductionRefusesToStartWithWhatIsForDevelopment(t *testing.T) {
	dir := t.TempDir()
	writeIn(t, dir, "ficus.yaml", "mocks:\n  per_request: true\nsubgraphs: { s: { mock: always, schema: { sdl: 'type Query { a: Int }' } } }\n")
	for _, args := range [][]string{{"serve"}, {"status"}, {"plan", "{ a }"}, {"config", "validate", "ficus.yaml"}} {
		cmd := exec.Command(binary, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "ficus.yaml:2:3: mocks.per_request: is not for production; leave it out, or serve with --env staging or dev") {
			t.Errorf("%v: %v %s", args, err, out)
		}
	}
	cmd := exec.Command(binary, "status", "--env", "dev")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "mock") {
		t.Errorf("in dev: %v %s", err, out)
	}
}
