package owners_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/internal/scenario"
	"github.com/ficusgraph/ficus/owners"
)

// TestScenarios: a configuration and its schemas, with services/NAME.graphql the SDL of the service that runs at
// ${env.NAME}; one without such a section does not answer. Of the graph that is made of them they say which
// fields clients see, who is asked for them, and what is not as the contract has it.
func TestScenarios(t *testing.T) {
	scenario.Each(t, "testdata/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		dir, urls := t.TempDir(), map[string]string{}
		for _, f := range a.Files {
			name, ok := strings.CutPrefix(f.Name, "services/")
			if ok {
				urls[strings.TrimSuffix(name, ".graphql")] = serving(t, string(f.Data))
				continue
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, f.Name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text := surveyed(t, dir, urls)
		for name, url := range urls {
			text = strings.ReplaceAll(text, url, "http://"+name)
		}
		text = strings.ReplaceAll(text, dir+string(filepath.Separator), "")
		return scenario.With(a, func(section string) (string, bool) { return text, section == "graph" })
	})
}

// serving is the URL of a service that says the SDL.
func serving(t *testing.T, sdl string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": sdl}}})
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func surveyed(t *testing.T, dir string, urls map[string]string) string {
	t.Helper()
	cfg, err := config.Load(filepath.Join(dir, "ficus.yaml"), func(name string) (string, bool) {
		if url, ok := urls[name]; ok {
			return url, true
		}
		return "http://127.0.0.1:1", name != config.EnvironmentVariable
	})
	if err == nil {
		err = cfg.Decide("", config.Production)
	}
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	registry := owners.New(cfg, owners.Ports{})
	defer registry.Close()
	g, err := registry.Survey(t.Context())
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, typ := range g.Supergraph.Types {
		def := g.Supergraph.API.Types[typ.Name]
		if def == nil {
			continue
		}
		var names []string
		for _, f := range def.Fields {
			if !strings.HasPrefix(f.Name, "__") {
				names = append(names, f.Name+from(g, typ.Name, f.Name))
			}
		}
		fmt.Fprintf(&b, "%s: %s\n", typ.Name, strings.Join(names, ", "))
	}
	for _, s := range g.Status {
		fmt.Fprintf(&b, "%s, %s: %d implemented, mocked %v, missing %v\n", s.Subgraph, s.Owner, s.Implemented, s.Mocked, s.Missing)
	}
	for _, d := range g.Dropped {
		fmt.Fprintf(&b, "dropped: %s\n", d)
	}
	for _, c := range g.Contradictions {
		fmt.Fprintf(&b, "contradiction: %s %s\n", c.Code, c)
	}
	return b.String()
}

// from lists the subgraphs that resolve a field.
func from(g *owners.Graph, typ, field string) string {
	f := g.Supergraph.Type(typ).Field(field)
	var out []string
	for id, in := range f.In {
		if in != nil && !in.External {
			out = append(out, g.Supergraph.Subgraphs[id].Name)
		}
	}
	slices.Sort(out)
	return "(" + strings.Join(out, " ") + ")"
}
