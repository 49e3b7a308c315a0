package contract

import (
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// Lacks lists what the subgraph is to resolve by the graph of the contracts, and its service does not have. A
// field that the service calls external it does not have, unless its contract does so too.
func Lacks(graph *supergraph.Supergraph, subgraph string, promised, service *Schema) []mocks.Coordinate {
	g := graph.Subgraph(subgraph)
	if g == nil {
		return nil
	}
	var out []mocks.Coordinate
	for _, t := range graph.Types {
		has := service.byName[t.Name]
		for _, f := range t.Fields {
			if !mocks.Resolves(f, g.ID) || has != nil && (has.resolves(f.Name) || has.field(f.Name) != nil && promised.isExternal(t.Name, f.Name)) {
				continue
			}
			out = append(out, mocks.Coordinate{Subgraph: subgraph, Type: t.Name, Field: f.Name})
		}
	}
	return out
}

// isExternal reports whether the SDL has a field, and only as external.
func (s *Schema) isExternal(typ, name string) bool {
	t := s.byName[typ]
	if t == nil {
		return false
	}
	f := t.field(name)
	return f != nil && f.external
}
