package owners

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// assignment is a graph in the making: the Fetchers found so far, by subgraph of the executable graph.
type assignment struct {
	graph    *Graph
	fetchers map[string]executor.Fetcher
	// missing are the coordinates of the contract that their owner does not implement.
	missing []mocks.Coordinate
	// connectors of the graph.
	connectors *monolith.Connectors
}

// assign decides who answers.
func (r *Registry) assign(in inputs) (*assignment, error) {
	a := &assignment{graph: &Graph{}, fetchers: map[string]executor.Fetcher{}}
	contract, err := r.contract(in, a)
	if err != nil {
		return nil, err
	}
	if a.missing, err = r.missing(contract, in); err != nil {
		return nil, err
	}
	if a.graph.Mocks, err = r.script(contract, in); err != nil {
		return nil, err
	}
	sg := contract
	if r.cfg.Mocks.Enabled {
		if a.missing, err = mocks.Along(contract, a.missing); err != nil {
			return nil, fmt.Errorf("%s: mocks: %w", r.cfg.Name, err)
		}
		if sg, err = mocks.Split(sg, a.missing); err != nil {
			return nil, fmt.Errorf("%s: mocks: %w", r.cfg.Name, err)
		}
	}
	if sg, a.connectors, err = monolith.Expand(sg); err != nil {
		return nil, fmt.Errorf("%s: %w", r.cfg.Name, err)
	}
	a.graph.Warnings = append(a.graph.Warnings, hints(a.connectors.Warnings)...)
	a.graph.Supergraph = sg
	return a, r.surveyed(contract, a, in)
}

// contract is the graph as the teams agreed on it: read, or composed and read.
func (r *Registry) contract(in inputs, a *assignment) (*supergraph.Supergraph, error) {
	name, sdl := r.cfg.Supergraph.File, in.supergraph
	if sdl == "" {
		subgraphs := in.subgraphs
		if !r.cfg.Mocks.Enabled {
			var err error
			if subgraphs, err = withoutMarked(subgraphs); err != nil {
				return nil, err
			}
		}
		warnings, err := checkConnectors(in.subgraphs)
		if err != nil {
			return nil, err
		}
		composed, err := compose(subgraphs)
		if err != nil {
			return nil, err
		}
		name, sdl, a.graph.Hints, a.graph.Warnings = r.cfg.Name, composed.SupergraphSDL, composed.Hints, warnings
	}
	sg, err := supergraph.Read(name, sdl)
	if err != nil {
		return nil, err
	}
	a.graph.Migrations, err = migrations(in.migrations, sg)
	return sg, err
}

// checkConnectors reports what is wrong with @source and @connect, at its place in the subgraphs' schemas.
func checkConnectors(subgraphs []composition.Subgraph) ([]composition.Hint, error) {
	var out []composition.Hint
	var errs []error
	for _, s := range subgraphs {
		warnings, err := monolith.Inspect(s.Name, s.File, s.SDL)
		errs = append(errs, err)
		out = append(out, hints(warnings)...)
	}
	return out, errors.Join(errs...)
}

// hints are warnings of connectors as composition's hints.
func hints(warnings monolith.Errors) []composition.Hint {
	var out []composition.Hint
	for _, w := range warnings {
		out = append(out, composition.Hint{Code: w.Code, Message: w.Text(), Coordinate: w.Coordinate})
	}
	return out
}

// declared are the subgraphs with the keys of their connectors.
func declared(subgraphs []composition.Subgraph) ([]composition.Subgraph, error) {
	out := slices.Clone(subgraphs)
	for i, s := range out {
		var err error
		if out[i].SDL, err = monolith.Declare(s.Name, s.File, s.SDL); err != nil {
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
	}
	return out, nil
}

// missing are the coordinates of the contract that their owners do not implement: those marked so, and those
// that a deployed service lacks.
func (r *Registry) missing(contract *supergraph.Supergraph, in inputs) ([]mocks.Coordinate, error) {
	var out []mocks.Coordinate
	for _, s := range in.subgraphs {
		if r.cfg.Subgraphs[s.Name].Source == config.Mock {
			continue // all of it is made up anyway
		}
		marked, err := mocks.Marked(s.SDL)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
		for _, c := range marked {
			c.Subgraph = s.Name
			out = append(out, c)
		}
		sdl, ok := in.deployed[s.Name]
		if !ok {
			continue
		}
		lacking, err := mocks.Missing(contract, s.Name, sdl)
		if err != nil {
			return nil, fmt.Errorf("what %s implements: %w", s.Name, err)
		}
		out = append(out, lacking...)
	}
	return out, nil
}

// addOwners gives Fetchers to all subgraphs that are not services: connectors, mocks, local resolvers.
func (r *Registry) addOwners(a *assignment) error {
	adapter, err := monolith.New(a.connectors, r.cfg.Connectors, r.ports.Monolith)
	if err != nil {
		return fmt.Errorf("%s: %w", r.cfg.Name, err)
	}
	a.graph.connections.adapter = adapter
	for _, s := range a.graph.Supergraph.Subgraphs {
		source := r.cfg.Subgraphs[s.Name].Source
		switch {
		case a.connectors.Get(s.Name) != nil:
			a.fetchers[s.Name] = adapter
		case mocks.IsMock(s), source == config.Mock:
			source, err := mocks.New(a.graph.Supergraph, s.Name, r.cfg.Mocks.Seed)
			if err != nil {
				return err
			}
			a.fetchers[s.Name] = source.Following(a.graph.Mocks)
		case source == config.Local && r.ports.Local != nil:
			a.fetchers[s.Name] = r.ports.Local
		}
	}
	return nil
}
