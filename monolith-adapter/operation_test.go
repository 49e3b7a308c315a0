package monolith_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

// TestOperations runs the scenarios in testdata/operation: a whole operation, planned and executed over
// connectors of a real server.
//
//	*.graphql    the schemas; ${url} is the server
//	config       of the connectors, in YAML
//	server       what it answers, as in testdata/fetch
//	query        the operation
//	requests     what the server was asked, sorted
//	answer.json  the response
//	called       what the calls had to tell: problems, errors, and how many answers were shared
func TestOperations(t *testing.T) {
	scenarios(t, "testdata/operation/*.txtar", func(t *testing.T, a *txtar.Archive) map[string]string {
		server := newServer(t, section(a, "server"))
		defer withURL(a, server.URL)()
		sg, connectors, err := expanded(t, a)
		if err != nil {
			t.Fatal(err)
		}
		var cfg monolith.Config
		if err := yaml.UnmarshalWithOptions([]byte(section(a, "config")), &cfg, yaml.Strict()); err != nil {
			t.Fatal(err)
		}
		var told telling
		fetcher, err := monolith.New(connectors, cfg, monolith.Ports{Called: told.called})
		if err != nil {
			t.Fatal(err)
		}
		defer fetcher.Close()
		table := map[string]executor.Fetcher{}
		for _, s := range sg.Subgraphs {
			table[s.Name] = fetcher
		}
		snapshot, err := engine.NewSnapshot(sg, subgraph.NewTable(table), engine.Config{})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := engine.New(snapshot, nil).Execute(t.Context(), &engine.Request{Query: section(a, "query")}, nil)
		out := map[string]string{"requests": server.log(), "answer.json": pretty(t, body)}
		if text := told.text(server.URL); text != "" {
			out["called"] = text
		}
		return out
	})
}

// withURL puts the server's URL into the schemas, until the function that it gives is called.
func withURL(a *txtar.Archive, url string) func() {
	was := map[int][]byte{}
	for i, f := range a.Files {
		if strings.HasSuffix(f.Name, ".graphql") {
			was[i] = f.Data
			a.Files[i].Data = []byte(strings.ReplaceAll(string(f.Data), "${url}", url))
		}
	}
	return func() {
		for _, i := range slices.Sorted(maps.Keys(was)) {
			a.Files[i].Data = was[i]
		}
	}
}

// telling gathers what calls tell.
type telling struct {
	mu     sync.Mutex
	lines  []string
	shared int
}

func (c *telling) called(_ context.Context, call *monolith.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range call.Problems {
		c.lines = append(c.lines, p.String())
	}
	if call.Shared { // which call it is depends on which was first
		c.shared++
	}
	if call.Err != nil {
		c.lines = append(c.lines, "error "+call.Err.Error())
	}
}

func (c *telling) text(url string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shared > 0 {
		c.lines = append(c.lines, fmt.Sprintf("shared %d", c.shared))
	}
	if len(c.lines) == 0 {
		return ""
	}
	slices.Sort(c.lines)
	return strings.ReplaceAll(strings.Join(c.lines, "\n")+"\n", url, "${url}")
}
