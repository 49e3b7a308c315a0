package owners_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners"
)

// parse reads a configuration whose files lie in dir.
func parse(t *testing.T, dir, text string) *config.Config {
	t.Helper()
	cfg, err := config.Parse(filepath.Join(dir, "ficus.yaml"), []byte(text), os.DirFS(dir), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// service is a federated service that says what it implements; the text can be changed, "" breaks it.
func service(t *testing.T) (*httptest.Server, *atomic.Pointer[string]) {
	t.Helper()
	var sdl atomic.Pointer[string]
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if *sdl.Load() == "" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": *sdl.Load()}}})
	}))
	t.Cleanup(s.Close)
	return s, &sdl
}

const contract = `type Query { a: Int b: Int }`

func TestWhatAServiceLacksIsMocked(t *testing.T) {
	s, sdl := service(t)
	cfg := parse(t, t.TempDir(), "environment: dev\nsubgraphs: {s: {routing_url: "+s.URL+`, schema: {sdl: "`+contract+`"}}}`)
	tests := []struct {
		deployed string
		want     owners.Status
	}{
		{"type Query { a: Int }", owners.Status{Subgraph: "s", Owner: "service", State: "up", Implemented: 1, Mocked: []string{"Query.b"}, Missing: []string{}, Contradicting: []string{}}},
		{contract, owners.Status{Subgraph: "s", Owner: "service", State: "up", Implemented: 2, Mocked: []string{}, Missing: []string{}, Contradicting: []string{}}},
		{"", owners.Status{Subgraph: "s", Owner: "service", State: "unreachable", Implemented: 2, Mocked: []string{}, Missing: []string{}, Contradicting: []string{}}},
	}
	for _, test := range tests {
		sdl.Store(&test.deployed)
		registry := owners.New(cfg, owners.Ports{})
		g, err := registry.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		registry.Close()
		if diff := cmp.Diff([]owners.Status{test.want}, g.Status); diff != "" {
			t.Errorf("%q deployed: %s", test.deployed, diff)
		}
		if mocked := g.Supergraph.Subgraph("s_mock") != nil; mocked != (len(test.want.Mocked) > 0) {
			t.Errorf("%q deployed: mocked %v", test.deployed, mocked)
		}
	}
}

// TestWatchFollowsTheService: a field moves from the mock to the service when that has it, and stays there
// while the service is away.
func TestWatchFollowsTheService(t *testing.T) {
	s, sdl := service(t)
	say := func(text string) { sdl.Store(&text) }
	say("type Query { a: Int }")
	cfg := parse(t, t.TempDir(), "environment: dev\nsubgraphs: {s: {routing_url: "+s.URL+`, schema: {sdl: "`+contract+`"}}}`)
	registry := owners.New(cfg, owners.Ports{})
	defer registry.Close()
	if _, err := registry.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	graphs, done := make(chan *owners.Graph, 10), make(chan struct{})
	go func() {
		defer close(done)
		registry.Watch(ctx, owners.Watching{}, func(g *owners.Graph, err error) error {
			if err != nil {
				t.Error(err)
				return err
			}
			graphs <- g
			return nil
		})
	}()
	say(contract)
	select {
	case g := <-graphs:
		if g.Supergraph.Subgraph("s_mock") != nil {
			t.Error("still mocked")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the service's new field was not seen")
	}
	say("")
	select {
	case g := <-graphs:
		t.Errorf("the graph changed because the service is away: %+v", g.Status)
	case <-time.After(1500 * time.Millisecond):
	}
	cancel()
	<-done
}

// TestWatchKeepsTheLastGoodGraph: a schema that does not compose is an error, once, and the next good one a graph.
func TestWatchKeepsTheLastGoodGraph(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "a.graphql"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("type Query { a: Int }")
	cfg := parse(t, dir, "environment: dev\nsubgraphs: {a: {mock: always, schema: {file: a.graphql}}}")
	registry := owners.New(cfg, owners.Ports{})
	defer registry.Close()
	if _, err := registry.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	said, done := make(chan string, 10), make(chan struct{})
	go func() {
		defer close(done)
		registry.Watch(ctx, owners.Watching{Files: true}, func(g *owners.Graph, err error) error {
			if err != nil {
				said <- err.Error()
				return err
			}
			said <- g.Status[0].Mocked[len(g.Status[0].Mocked)-1]
			return nil
		})
	}()
	next := func() string {
		select {
		case text := <-said:
			return text
		case <-time.After(5 * time.Second):
			t.Fatal("nothing was seen")
			return ""
		}
	}
	write("type Query { a: Nope }")
	if text := next(); !strings.Contains(text, "a.graphql:1:14") || !strings.Contains(text, "Nope") {
		t.Errorf("the error is %q", text)
	}
	write("type Query { a: Int b: Int }")
	if text := next(); text != "Query.b" {
		t.Errorf("after the mend: %q", text)
	}
	cancel()
	<-done
	if len(said) > 0 {
		t.Errorf("said again: %q", <-said)
	}
}

// TestMarkedFieldsAreNotServedWithoutMocks: nobody answers them, so they are not in the API schema; a type
// that is left without fields goes too.
func TestMarkedFieldsAreNotServedWithoutMocks(t *testing.T) {
	text := `subgraphs:
  a:
    mock: unimplemented
    routing_url: http://127.0.0.1:1
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7") @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"])
        directive @mock on FIELD_DEFINITION | OBJECT
        type Query { real: Int made: Int @mock whole: Made }
        type Made @mock { x: Int }
`
	for env, want := range map[string]string{"dev": "made real whole", "production": "real"} {
		cfg := parse(t, t.TempDir(), "environment: "+env+"\n"+text)
		g, err := owners.New(cfg, owners.Ports{}).Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range g.Supergraph.API.Query.Fields {
			if !strings.HasPrefix(f.Name, "__") {
				got = append(got, f.Name)
			}
		}
		if strings.Join(slices.Sorted(slices.Values(got)), " ") != want {
			t.Errorf("in %s: %v, want %s", env, got, want)
		}
	}
}

// TestASubgraphWithoutAServiceSaysSo: nobody is asked in vain, and what nobody has begun is called so.
func TestASubgraphWithoutAServiceSaysSo(t *testing.T) {
	for more, want := range map[string]string{
		"":                      "ficus.yaml:2:14: subgraphs.s: has no routing_url; say where its service is, or mock: unimplemented if nobody has begun it",
		", mock: unimplemented": "",
	} {
		cfg := parse(t, t.TempDir(), "environment: dev\nsubgraphs: { s: { schema: { sdl: 'type Query { a: Int }' }"+more+" } }")
		registry := owners.New(cfg, owners.Ports{})
		_, err := registry.Load(t.Context())
		registry.Close()
		if (err == nil) != (want == "") || err != nil && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", more, err, want)
		}
	}
}

// TestAConnectorsFaultHasItsPlace: within the selection's text, in the subgraph's own file.
func TestAConnectorsFaultHasItsPlace(t *testing.T) {
	dir := t.TempDir()
	sdl := `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12") @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "old", http: { baseURL: "http://127.0.0.1:1" })
type Query {
  a: Int @connect(source: "old", http: { GET: "/a" }, selection: "$.a->nope")
}
`
	if err := os.WriteFile(filepath.Join(dir, "a.graphql"), []byte(sdl), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := owners.New(parse(t, dir, "subgraphs: {a: {schema: {file: a.graphql}}}"), owners.Ports{}).Plan(t.Context())
	if err == nil || !strings.Contains(err.Error(), "a.graphql:4:") || !strings.Contains(err.Error(), "nope") {
		t.Errorf("got %v", err)
	}
}
