package owners

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/composition"
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
	if values, err = matching(cfg, "files", files, cfg.Mocks.Files != nil); err != nil {
		return nil, nil, err
	}
	scenarios, err = matching(cfg, "scenarios", states, cfg.Mocks.Scenarios != nil)
	return values, scenarios, err
}

// matching reads the files that the patterns find, in the order of their names. A configured pattern that finds none
// is an error.
func matching(cfg *config.Config, key string, patterns []string, configured bool) ([]mocks.File, error) {
	var names []string
	for _, p := range patterns {
		found := []string{p}
		if strings.ContainsAny(p, "*?[") {
			var err error
			if found, err = glob(cfg, p); err != nil {
				return nil, fmt.Errorf("%s: mocks.%s: %s: %w", cfg.Name, key, p, err)
			}
		}
		if len(found) == 0 && configured {
			return nil, fmt.Errorf("%s: mocks.%s: %s finds no file", cfg.Name, key, p)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	var out []mocks.File
	for _, name := range slices.Compact(names) {
		text, err := cfg.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("%s: mocks.%s: %w", cfg.Name, key, err)
		}
		out = append(out, mocks.File{Name: name, Text: string(text)})
	}
	return out, nil
}

// glob finds files beside the configuration's. A folder that is not there has none.
func glob(cfg *config.Config, pattern string) ([]string, error) {
	if cfg.Files == nil {
		return filepath.Glob(pattern)
	}
	return fs.Glob(cfg.Files, pattern)
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
