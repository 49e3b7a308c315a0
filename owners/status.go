package owners

import (
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Status is how far a subgraph's contract is implemented.
type Status struct {
	Subgraph string `json:"subgraph"`
	// Owner is who answers: service, monolith, local or mock.
	Owner string `json:"owner"`
	// State is "up" or "unreachable" for a service that was asked, else "".
	State string `json:"state,omitempty"`
	// Implemented counts the fields that the owner answers.
	Implemented int `json:"implemented"`
	// Mocked are the coordinates that the mock source answers in its place, Missing those that nobody does.
	Mocked  []string `json:"mocked"`
	Missing []string `json:"missing"`
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
		entry := Status{Subgraph: s.Name, Owner: r.owner(s.Name, contract, a), Mocked: []string{}, Missing: []string{}}
		all := fieldsOf(contract, s.ID)
		entry.Mocked = append(entry.Mocked, sorted(mocked[s.Name])...)
		entry.Missing = append(entry.Missing, sorted(missing[s.Name])...)
		if a.fate.whole[s.Name] {
			entry.Mocked = all
		}
		entry.Implemented = len(all) - len(entry.Mocked) - len(entry.Missing)
		if in.deployed != nil && slices.Contains(r.services(), s.Name) {
			entry.State = "up"
			if in.deployed[s.Name] == "" {
				entry.State = "unreachable"
			}
		}
		out = append(out, entry)
	}
	return out
}

func sorted(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// owner is who answers for a subgraph.
func (r *Registry) owner(name string, contract *supergraph.Supergraph, a *assignment) string {
	switch source := r.cfg.Subgraphs[name].Source; {
	case a.fate.whole[name]:
		return "mock"
	case source == config.Local:
		return "local"
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

// fieldsOf lists the coordinates that a subgraph resolves, of objects and interfaces.
func fieldsOf(sg *supergraph.Supergraph, id int) []string {
	all := map[string]bool{}
	for _, t := range sg.Types {
		for _, f := range t.Fields {
			if in := f.In[id]; in != nil && !in.External && (t.Kind == "OBJECT" || t.Kind == "INTERFACE") {
				all[t.Name+"."+f.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}
