package monolith_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/schema"
	"github.com/ficusgraph/ficus/subgraph"
)

// gateway is the engine over the contract of the bundled application, which really runs.
type gateway struct {
	*engine.Engine
	mu    sync.Mutex
	calls []*monolith.Call
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	sdl, err := schema.Read("monolith")
	if err != nil {
		t.Fatal(err)
	}
	if err := monolith.Check("monolith", "monolith.graphql", sdl); err != nil {
		t.Fatal(err)
	}
	composed, err := composition.Compose([]composition.Subgraph{{Name: "monolith", SDL: sdl}})
	if err != nil {
		t.Fatal(err)
	}
	sg, err := supergraph.Read("supergraph.graphql", composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	marked, err := mocks.Marked(sdl)
	if err != nil {
		t.Fatal(err)
	}
	for i := range marked {
		marked[i].Subgraph = "monolith"
	}
	if sg, err = mocks.Split(sg, marked); err != nil {
		t.Fatal(err)
	}
	sg, connectors, err := monolith.Expand(sg)
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{}
	fetcher, err := monolith.New(connectors, monolith.Config{Sources: map[string]monolith.SourceConfig{
		"monolith.legacy": {OverrideURL: startApplication(t)},
	}}, monolith.Ports{Called: func(_ context.Context, c *monolith.Call) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.calls = append(g.calls, c)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fetcher.Close)
	table := map[string]executor.Fetcher{}
	for _, s := range sg.Subgraphs {
		if table[s.Name] = fetcher; mocks.IsMock(s) {
			if table[s.Name], err = mocks.New(sg, s.Name, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	snapshot, err := engine.NewSnapshot(sg, subgraph.NewTable(table), engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	g.Engine = engine.New(snapshot, nil)
	return g
}

// ask gives the answer, and how many requests the application got from each connector.
func (g *gateway) ask(t *testing.T, query string) (answer map[string]any, requests map[string]int) {
	t.Helper()
	g.calls = nil
	body, _ := g.Execute(t.Context(), &engine.Request{Query: query}, nil)
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	requests = map[string]int{}
	for _, c := range g.calls {
		if !c.Shared {
			requests[c.Connector.Coordinate]++
		}
		if c.Err != nil {
			t.Logf("%s %s: %v", c.Method, c.URL, c.Err)
		}
	}
	return answer, requests
}

func TestQueriesOverTheBundledApplication(t *testing.T) {
	g := newGateway(t)
	for _, tc := range []struct {
		name, query string
		requests    string
		has         []string
	}{
		{
			"an organization and all beneath it",
			`{ organization(id: 1) { __typename id name plan members(first: 2) { role user { name email } } invoices(first: 1) { number lines { description } organization { name } }
			   sites(first: 3) { name framework status environments { name deploys(first: 1) { state author { name } } } latestDeploy { commit environment { host site { name } } } } } }`,
			"",
			[]string{`"__typename":"Organization"`, `"plan":"`, `"role":"OWNER"`, `"state":"`, `"host":"`, `"description":"`},
		},
		{
			"a page of sites costs few requests",
			`{ sites(size: 50) { total items { id name domains openTicketCount organization { name } owner { name } carbonScore } } }`,
			"User@connect[0]",
			[]string{`"total":`, `"owner":{"name":"`, `"carbonScore":`},
		},
		{"a filter", `{ sites(framework: WORDPRESS, size: 5) { items { framework } } }`, "", []string{`"framework":"WORDPRESS"`}},
		{"a mutation", `mutation { renameSite(id: 3, name: "Renamed & co") { id name organization { name } } }`, "", []string{`"name":"Renamed & co"`}},
		{"two mutations in order", `mutation { a: createDeploy(environmentId: 1, message: "one") { message state environment { name } } b: renameSite(id: 4, name: "Next") { name } }`, "", []string{`"message":"one"`, `"state":"QUEUED"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer, requests := g.ask(t, tc.query)
			text, _ := json.Marshal(answer)
			if answer["errors"] != nil {
				t.Errorf("errors: %s", text)
			}
			for _, want := range tc.has {
				var escaped strings.Builder
				enc := json.NewEncoder(&escaped)
				enc.SetEscapeHTML(false)
				_ = enc.Encode(answer)
				if !strings.Contains(escaped.String(), want) {
					t.Errorf("no %s in %s", want, escaped.String())
				}
			}
			if tc.requests != "" && requests[tc.requests] != 1 {
				t.Errorf("%s was called %d times, want one request for all: %s", tc.requests, requests[tc.requests], summary(requests))
			}
			t.Logf("requests: %s", summary(requests))
		})
	}
}

func summary(requests map[string]int) string {
	lines := make([]string, 0, len(requests))
	for name, n := range requests {
		lines = append(lines, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

func TestNoSuchRecordIsNullAndARefusalIsAnError(t *testing.T) {
	g := newGateway(t)
	answer, _ := g.ask(t, `{ organization(id: 99999999) { name } site(id: 99999999) { name } user(id: "x") { name } }`)
	text, _ := json.Marshal(answer)
	if want := `"organization":null`; !strings.Contains(string(text), want) {
		t.Errorf("%s, want %s", text, want)
	}
	errs, _ := answer["errors"].([]any)
	if len(errs) != 1 || !strings.Contains(string(text), `"legacyCode":`) || !strings.Contains(string(text), `"path":["user"]`) {
		t.Errorf("%s, want one error, at user, with the application's code", text)
	}
	if strings.Contains(string(text), "127.0.0.1") {
		t.Errorf("the client is told an address: %s", text)
	}
}
