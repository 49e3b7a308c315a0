package owners

import (
	"fmt"
	"slices"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// Mocking reports whether the mock source may answer anything in this configuration.
func Mocking(cfg *config.Config) bool {
	if !cfg.Permits() && len(cfg.Mocks.Acknowledged) == 0 {
		return false
	}
	for name := range cfg.Subgraphs {
		if cfg.Mocking(name) != config.Never {
			return true
		}
	}
	return false
}

// mockFiles reads the files about mocks, none where nothing is mocked.
func mockFiles(cfg *config.Config) (values, scenarios []mocks.File, err error) {
	if !Mocking(cfg) {
		return nil, nil, nil
	}
	files, states := cfg.Mocks.Patterns()
	if values, err = mocksOf(cfg, "mocks.files", files, cfg.Mocks.Files != nil); err != nil {
		return nil, nil, err
	}
	scenarios, err = mocksOf(cfg, "mocks.scenarios", states, cfg.Mocks.Scenarios != nil)
	return values, scenarios, err
}

func mocksOf(cfg *config.Config, key string, patterns []string, configured bool) ([]mocks.File, error) {
	list, err := matching(cfg, key, patterns, configured)
	var out []mocks.File
	for _, f := range list {
		out = append(out, mocks.File{Name: f.name, Text: f.text})
	}
	return out, err
}

// script reads what the mock source is told of a graph.
func (r *Registry) script(graph *supergraph.Supergraph, in inputs) (*mocks.Script, error) {
	if !Mocking(r.cfg) {
		return nil, nil
	}
	told := mocks.Told{Values: in.values, Scenarios: in.scenarios}
	for _, s := range in.subgraphs {
		told.SDL = append(told.SDL, mocks.SDL{Name: s.Name, File: s.File, Text: s.SDL})
	}
	script, err := mocks.Read(graph, told)
	if err != nil {
		return nil, err
	}
	if name := r.cfg.Mocks.Scenario; name != "" {
		if err := script.Check(graph, &mocks.Choice{Scenario: name}); err != nil {
			return nil, fmt.Errorf("%s: mocks.scenario: %w", r.cfg.Name, err)
		}
	}
	return script, nil
}

// withoutDirectives is the schemas without the directives that are for the mock source. What cannot be read is left
// for composition to complain about.
func withoutDirectives(schemas []composition.Subgraph) []composition.Subgraph {
	out := slices.Clone(schemas)
	for i, s := range schemas {
		if sdl, err := mocks.Strip(s.SDL); err == nil {
			out[i].SDL = sdl
		}
	}
	return out
}

// choosing is the Fetcher by which requests that may choose change what real owners answer as well.
func (r *Registry) choosing(g *Graph, next executor.Fetcher) executor.Fetcher {
	if !Mocking(r.cfg) || !r.cfg.Mocks.PerRequest {
		return next
	}
	made := &mocks.Names{}
	made.Add(g.Mocked)
	return &mocks.Injector{Graph: g.Supergraph, Mocked: made, Next: next}
}
