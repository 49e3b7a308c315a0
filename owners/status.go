package owners

import (
	"slices"
	"strings"
	"sync"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/owners/status"
)

// Status is how far a subgraph's contract is kept.
type Status = status.Subgraph

// Report is how far the contract is kept, by subgraph, team and type. It is made once, when it is asked for.
func (g *Graph) Report() *status.Report { return g.report() }

// Operations says which saved operations real owners alone can answer.
func (g *Graph) Operations(saved []status.Saved) *status.Operations {
	return status.OperationsOf(g.facts, saved)
}

// surveyed adds to the graph how far its contract is kept.
func (r *Registry) surveyed(contract *supergraph.Supergraph, a *assignment, in inputs) error {
	a.graph.facts = status.Facts{
		Environment: string(r.cfg.Environment), Contract: contract, Subgraphs: r.status(contract, a, in), Contradictions: a.graph.Contradictions,
	}
	if file := r.cfg.Contract.Owners; file != "" {
		var err error
		if a.graph.facts.Teams, err = status.ReadTeams(file, in.teams, contract); err != nil {
			return err
		}
	}
	a.graph.Status = a.graph.facts.Subgraphs
	a.graph.facts.Plan = planned(a.graph.Supergraph, a.fate.whole)
	facts := a.graph.facts
	a.graph.report = sync.OnceValue(func() *status.Report { return status.Of(facts) })
	return nil
}

// status compares the contract with what is implemented, by subgraph.
func (r *Registry) status(contract *supergraph.Supergraph, a *assignment, in inputs) []Status {
	mocked, missing := map[string][]string{}, map[string][]string{}
	for _, c := range a.fate.mocked {
		mocked[c.Subgraph] = append(mocked[c.Subgraph], c.String())
	}
	for _, d := range a.fate.dropped {
		missing[d.Subgraph] = append(missing[d.Subgraph], d.Coordinate.String())
	}
	var out []Status
	for _, s := range contract.Subgraphs {
		entry := Status{Subgraph: s.Name, Owner: r.owner(s.Name, contract, a)}
		all := status.Coordinates(contract, s.Name)
		if a.fate.whole[s.Name] {
			mocked[s.Name] = all
		}
		if in.deployed != nil && slices.Contains(r.services(), s.Name) {
			entry.State = "up"
			if in.deployed[s.Name] == "" {
				entry.State = "unreachable"
			}
		}
		// What is of no use without a field that was dropped went with it.
		gone := slices.DeleteFunc(slices.Clone(all), func(c string) bool { return isIn(a.graph.Supergraph, c) })
		out = append(out, entry.Count(contract, mocked[s.Name], append(missing[s.Name], gone...), a.graph.Contradictions))
	}
	return out
}

// isIn reports whether a graph has a field.
func isIn(sg *supergraph.Supergraph, coordinate string) bool {
	name, field, _ := strings.Cut(coordinate, ".")
	t := sg.Type(name)
	return t != nil && t.Field(field) != nil
}

// owner is who answers for a subgraph.
func (r *Registry) owner(name string, contract *supergraph.Supergraph, a *assignment) string {
	switch source := r.cfg.Subgraphs[name].Source; {
	case a.fate.whole[name]:
		return "mock"
	case source == config.Local:
		return "local"
	case r.unowned(name, contract):
		return "nobody"
	case connected(contract, name):
		return "monolith"
	default:
		return "service"
	}
}

// connected reports whether the subgraph is answered by connectors.
func connected(sg *supergraph.Supergraph, name string) bool {
	id := sg.Subgraph(name).ID
	return slices.ContainsFunc(sg.Applied, func(d *supergraph.Applied) bool {
		return d.Name == "source" && slices.Contains(d.Graphs, id)
	}) || slices.ContainsFunc(sg.Types, func(t *supergraph.Type) bool { return connectedType(t, id) })
}

func connectedType(t *supergraph.Type, id int) bool {
	connect := func(d *supergraph.Applied) bool { return d.Name == "connect" && slices.Contains(d.Graphs, id) }
	return slices.ContainsFunc(t.Applied, connect) || slices.ContainsFunc(t.Fields, func(f *supergraph.Field) bool {
		return slices.ContainsFunc(f.Applied, connect)
	})
}
