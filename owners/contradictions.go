package owners

import (
	"fmt"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/owners/contract"
)

// Contradiction is a place where a service is not what its contract says.
type Contradiction = contract.Contradiction

// findings are what owners lack of the contract, and how they contradict it.
type findings struct {
	lacking        []mocks.Coordinate
	contradictions []Contradiction
}

// compare compares the contract with what is implemented: what a service says it has; where it says nothing, what
// its contract does not mark.
func (r *Registry) compare(graph *supergraph.Supergraph, in inputs) (*findings, error) {
	out := &findings{}
	for _, s := range in.subgraphs {
		url := r.cfg.Subgraphs[s.Name].RoutingURL
		if fault, ok := in.unreadable[s.Name]; ok {
			out.contradictions = append(out.contradictions, Contradiction{
				Subgraph: s.Name, Coordinate: "schema", Code: contract.Unreadable,
				Message:  "the service's SDL cannot be read, and its last word, or else its contract, is believed: " + fault.Message,
				Contract: contract.Place{File: s.File}, Service: fault.Place,
			})
		}
		sdl, ok := in.deployed[s.Name]
		if !ok || connected(graph, s.Name) {
			marked, err := mocks.Marked(s.SDL)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.File, err)
			}
			for _, c := range marked {
				c.Subgraph = s.Name
				out.lacking = append(out.lacking, c)
			}
			continue
		}
		service, err := contract.Read(url, sdl)
		if err != nil {
			return nil, fmt.Errorf("what %s implements: %w", s.Name, err)
		}
		promised := r.agreed.promised[s.Name]
		out.lacking = append(out.lacking, contract.Lacks(graph, s.Name, promised, service)...)
		for _, c := range contract.Compare(promised, service) {
			c.Subgraph = s.Name
			out.contradictions = append(out.contradictions, c)
		}
	}
	return out, nil
}
