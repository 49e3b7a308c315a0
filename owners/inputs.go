package owners

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/owners/contract"
)

// inputs is all that a graph is made of; equal inputs make equal graphs.
type inputs struct {
	// supergraph is composed SDL; if it is "", subgraphs are to be composed.
	supergraph string
	subgraphs  []composition.Subgraph
	// values and scenarios are the files about mocks.
	values, scenarios []mocks.File
	// migrations are the files that say what moves.
	migrations []file
	// teams is the owners file.
	teams string
	// deployed is the SDL of the services that said it, by subgraph.
	deployed map[string]string
	// unreadable is what services said that cannot be read, by subgraph.
	unreadable map[string]contract.Fault
}

func (in inputs) equal(other inputs) bool { return reflect.DeepEqual(in, other) }

// read reads the composed graph, or the schemas of the subgraphs.
func (r *Registry) read(ctx context.Context) (inputs, error) {
	var in inputs
	var err error
	if in.values, in.scenarios, err = mockFiles(r.cfg); err != nil {
		return in, err
	}
	if in.migrations, err = migrationFiles(r.cfg); err != nil {
		return in, err
	}
	if name := r.cfg.Contract.Owners; name != "" {
		text, err := r.cfg.ReadFile(name)
		if err != nil {
			return in, fmt.Errorf("%s: contract.owners: %w", r.cfg.Name, err)
		}
		in.teams = string(text)
	}
	file := r.cfg.Supergraph.File
	if file == "" {
		in.subgraphs, err = schemas(ctx, r.cfg)
		return in, err
	}
	text, err := r.cfg.ReadFile(file)
	if err != nil {
		return in, fmt.Errorf("read the supergraph: %w", err)
	}
	in.supergraph = string(text)
	return in, nil
}

// services are the subgraphs whose service is to be asked what it implements.
func (r *Registry) services() []string {
	if r.cfg.Contract.Poll() == 0 {
		return nil
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(r.cfg.Subgraphs)) {
		s := r.cfg.Subgraphs[name]
		whole := r.cfg.Permits() && r.cfg.Mocking(name) == config.Always
		if s.RoutingURL != "" && (s.Source == "" || s.Source == config.Remote) && !whole {
			out = append(out, name)
		}
	}
	return out
}

// Compose composes the subgraphs that the configuration names.
func Compose(ctx context.Context, cfg *config.Config) (*composition.Result, error) {
	subgraphs, err := schemas(ctx, cfg)
	if err != nil {
		return nil, err
	}
	warnings, err := checkConnectors(subgraphs)
	if err != nil {
		return nil, err
	}
	composed, err := compose(subgraphs)
	if err != nil {
		return nil, err
	}
	whole, err := expandable(cfg.Name, subgraphs, composed)
	if err != nil {
		return nil, err
	}
	composed.Hints = slices.Concat(warnings, whole, composed.Hints)
	return composed, nil
}

// compose composes schemas whose connectors were checked: with the entities that those make, without what is for mocks.
func compose(subgraphs []composition.Subgraph) (*composition.Result, error) {
	subgraphs, err := declared(subgraphs)
	if err != nil {
		return nil, err
	}
	return composition.Compose(withoutDirectives(subgraphs))
}

// expandable reports what only shows in the whole graph: what connectors cannot resolve where a query asks for it.
// Where something is marked as not implemented, that only shows when it is served.
func expandable(name string, subgraphs []composition.Subgraph, composed *composition.Result) ([]composition.Hint, error) {
	for _, s := range subgraphs {
		if marked, err := mocks.Marked(s.SDL); err != nil || len(marked) > 0 {
			return nil, err
		}
	}
	sg, err := supergraph.Read(name, composed.SupergraphSDL)
	if err != nil {
		return nil, err
	}
	_, connectors, err := monolith.Expand(sg)
	if err != nil {
		return nil, err
	}
	return hints(connectors.Warnings), nil
}

// schemas reads the schema of every subgraph, in the order of their names.
func schemas(ctx context.Context, cfg *config.Config) ([]composition.Subgraph, error) {
	if len(cfg.Subgraphs) == 0 {
		return nil, fmt.Errorf("%s names no subgraphs; add them under subgraphs:, or serve a composed graph with --supergraph", cfg.Name)
	}
	var out []composition.Subgraph
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Subgraphs)) {
		s := cfg.Subgraphs[name]
		sdl, file, err := schemaOf(ctx, cfg, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: subgraph %s: %w", cfg.Name, name, err))
			continue
		}
		out = append(out, composition.Subgraph{Name: name, URL: s.RoutingURL, SDL: sdl, File: file})
	}
	return out, errors.Join(errs...)
}

func schemaOf(ctx context.Context, cfg *config.Config, name string) (sdl, file string, err error) {
	s := cfg.Subgraphs[name]
	switch {
	case s.Schema.SDL != "":
		return s.Schema.SDL, cfg.Name, nil
	case s.Schema.File != "":
		text, err := cfg.ReadFile(s.Schema.File)
		if err != nil {
			return "", "", fmt.Errorf("read its schema: %w", err)
		}
		return string(text), s.Schema.File, nil
	default:
		sdl, err := serviceSDL(ctx, cfg, name, s.Schema.SubgraphURL)
		if err != nil {
			return "", "", fmt.Errorf("ask %s for its schema: %w", s.Schema.SubgraphURL, err)
		}
		return sdl, s.Schema.SubgraphURL, nil
	}
}
