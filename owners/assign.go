package owners

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/owners/contract"
)

// assignment is a graph in the making: the Fetchers found so far, by subgraph of the executable graph.
type assignment struct {
	graph    *Graph
	fetchers map[string]executor.Fetcher
	// fate is what becomes of what owners lack; its mocked coordinates are with those that go along.
	fate *fate
	// connectors of the graph.
	connectors *monolith.Connectors
}

// assign decides who answers.
func (r *Registry) assign(in inputs) (*assignment, error) {
	a := &assignment{graph: &Graph{}, fetchers: map[string]executor.Fetcher{}}
	agreed, err := r.contract(in, a)
	if err != nil {
		return nil, err
	}
	if err := r.checkAcknowledged(agreed); err != nil {
		return nil, err
	}
	if a.graph.Mocks, err = r.script(agreed, in); err != nil {
		return nil, err
	}
	found, err := r.compare(agreed, in)
	if err != nil {
		return nil, err
	}
	a.graph.Contradictions = found.contradictions
	a.fate = r.decide(agreed, found.lacking)
	sg, err := r.served(agreed, in, a)
	if err != nil {
		return nil, err
	}
	if sg, a.connectors, err = monolith.Expand(sg, slices.Sorted(maps.Keys(a.fate.whole))...); err != nil {
		return nil, fmt.Errorf("%s: %w", r.cfg.Name, err)
	}
	a.graph.Warnings = append(a.graph.Warnings, hints(a.connectors.Warnings)...)
	a.graph.Supergraph = sg
	a.graph.Dropped = a.fate.dropped
	return a, r.surveyed(agreed, a, in)
}

// served is the contract without what nobody answers, and with what is mocked in subgraphs of its own.
func (r *Registry) served(agreed *supergraph.Supergraph, in inputs, a *assignment) (*supergraph.Supergraph, error) {
	sg, f := agreed, a.fate
	var err error
	if len(f.dropped) > 0 {
		if sg, err = r.reduced(in, f); err != nil {
			return nil, err
		}
		sg.Relabel(a.graph.Migrations.by)
	}
	if f.mocked, err = mocks.Along(sg, left(sg, f.mocked)); err != nil {
		return nil, fmt.Errorf("%s: mocks: %w", r.cfg.Name, err)
	}
	if sg, err = mocks.Split(sg, f.mocked); err != nil {
		return nil, fmt.Errorf("%s: mocks: %w", r.cfg.Name, err)
	}
	return sg, nil
}

// left are those of the coordinates that are still in the graph.
func left(sg *supergraph.Supergraph, list []mocks.Coordinate) []mocks.Coordinate {
	var out []mocks.Coordinate
	for _, c := range list {
		if t := sg.Type(c.Type); sg.Subgraph(c.Subgraph) != nil && t != nil && t.Field(c.Field) != nil {
			out = append(out, c)
		}
	}
	return out
}

// agreed is the graph as the teams agreed on it, as composed of their schemas.
type agreed struct {
	of []composition.Subgraph
	// promised are the schemas, read, by subgraph.
	promised map[string]*contract.Schema
	composed *composition.Result
	warnings []composition.Hint
}

// contract is the graph as the teams agreed on it: read, or composed and read.
func (r *Registry) contract(in inputs, a *assignment) (*supergraph.Supergraph, error) {
	name, sdl := r.cfg.Supergraph.File, in.supergraph
	if sdl == "" {
		of, err := r.agree(in)
		if err != nil {
			return nil, err
		}
		name, sdl, a.graph.Hints, a.graph.Warnings = r.cfg.Name, of.composed.SupergraphSDL, of.composed.Hints, slices.Clone(of.warnings)
	}
	sg, err := supergraph.Read(name, sdl)
	if err != nil {
		return nil, err
	}
	a.graph.Migrations, err = migrations(in.migrations, sg, r.cfg)
	return sg, err
}

// agree composes the schemas of the subgraphs, if they are not those that it composed last.
func (r *Registry) agree(in inputs) (*agreed, error) {
	if r.agreed != nil && slices.Equal(r.agreed.of, in.subgraphs) {
		return r.agreed, nil
	}
	out := &agreed{of: in.subgraphs, promised: map[string]*contract.Schema{}}
	var err error
	if out.warnings, err = checkConnectors(in.subgraphs); err != nil {
		return nil, err
	}
	if out.composed, err = compose(in.subgraphs); err != nil {
		return nil, err
	}
	for _, s := range in.subgraphs {
		if out.promised[s.Name], err = contract.Read(s.File, s.SDL); err != nil {
			return nil, err
		}
	}
	r.agreed = out
	return out, nil
}

// reduced is the contract composed without the coordinates that nobody answers.
func (r *Registry) reduced(in inputs, f *fate) (*supergraph.Supergraph, error) {
	missing := make([]mocks.Coordinate, len(f.dropped))
	for i, d := range f.dropped {
		missing[i] = d.Coordinate
	}
	composed, gone, err := contract.Reduce(in.subgraphs, missing, compose)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.cfg.Name, err)
	}
	for _, g := range gone {
		f.dropped = append(f.dropped, Dropped{Coordinate: g.Coordinate, Because: g.Because})
	}
	sg, err := supergraph.Read(r.cfg.Name, composed.SupergraphSDL)
	if err != nil {
		return nil, err
	}
	for i, d := range f.dropped {
		t := sg.Type(d.Type)
		f.dropped[i].Elsewhere = t != nil && t.Field(d.Field) != nil
	}
	return sg, nil
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
		case mocks.IsMock(s), a.fate.whole[s.Name]:
			source, err := mocks.New(a.graph.Supergraph, s.Name, r.cfg.Mocks.Seed)
			if err != nil {
				return err
			}
			a.fetchers[s.Name] = source.Following(a.graph.Mocks)
			a.graph.Mocked = append(a.graph.Mocked, s.Name)
		case source == config.Local && r.ports.Local != nil:
			a.fetchers[s.Name] = r.ports.Local
		}
	}
	return nil
}
