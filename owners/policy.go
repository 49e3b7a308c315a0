package owners

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
)

// fate is what becomes of the coordinates that a graph's contract has and their owners do not answer.
type fate struct {
	// mocked are answered by the mock source, beside their owner.
	mocked []mocks.Coordinate
	// whole are the subgraphs of which it answers everything.
	whole map[string]bool
	// dropped are answered by nobody, and are not in the graph that is served.
	dropped []Dropped
}

// Dropped is a coordinate of the contract for which its subgraph is not asked, since that does not answer it.
type Dropped struct {
	mocks.Coordinate
	// Because says why, in words that go on with the coordinate.
	Because string
	// Elsewhere: another subgraph answers it, so that clients see it.
	Elsewhere bool
}

// String is the coordinate with the reason.
func (d Dropped) String() string {
	text := d.Subgraph + ": " + d.Coordinate.String() + " " + d.Because
	if d.Elsewhere {
		text += "; another subgraph answers it"
	}
	return text
}

// unimplemented is why a coordinate is dropped that its owner lacks.
const unimplemented = "is not implemented"

// decide says by the policy of the environment who answers what the subgraphs' owners lack, or that nobody does.
func (r *Registry) decide(contract *supergraph.Supergraph, lacking []mocks.Coordinate) *fate {
	f := &fate{whole: map[string]bool{}}
	for _, s := range contract.Subgraphs {
		lacks := of(s.Name, lacking)
		policy, nobody := r.cfg.Mocking(s.Name), r.unowned(s.Name, contract)
		if policy != config.Never && r.cfg.Permits() && (policy == config.Always || nobody) {
			f.whole[s.Name] = true
			continue
		}
		asked := lacks
		if policy == config.Always || nobody {
			asked = resolved(contract, s)
		}
		mocked, not := r.permitted(contract, policy, asked)
		f.mocked = append(f.mocked, mocked...)
		for _, d := range not {
			if nobody || slices.Contains(lacks, d.Coordinate) {
				f.dropped = append(f.dropped, d)
			}
		}
	}
	return f
}

// permitted are those of a subgraph's coordinates that the mock source may answer, and those that it may not.
func (r *Registry) permitted(contract *supergraph.Supergraph, policy config.Mocking, all []mocks.Coordinate) (mocked []mocks.Coordinate, not []Dropped) {
	for _, c := range all {
		if policy != config.Never && r.cfg.Acknowledges(c.String()) {
			mocked = append(mocked, c)
		} else {
			not = append(not, Dropped{Coordinate: c, Because: unimplemented})
		}
	}
	if r.cfg.Permits() {
		return mocked, not
	}
	// What has to be made up along with a coordinate needs to be acknowledged too.
	for _, c := range slices.Clone(mocked) {
		along, err := mocks.Along(contract, []mocks.Coordinate{c})
		i := slices.IndexFunc(along, func(c mocks.Coordinate) bool { return !r.cfg.Acknowledges(c.String()) })
		if err != nil || i < 0 {
			continue
		}
		mocked = slices.DeleteFunc(mocked, func(other mocks.Coordinate) bool { return other == c })
		not = append(not, Dropped{Coordinate: c, Because: fmt.Sprintf("is acknowledged, but could only be made up along with %s, which is not", along[i])})
	}
	return mocked, not
}

// of are the coordinates of one subgraph.
func of(subgraph string, list []mocks.Coordinate) []mocks.Coordinate {
	var out []mocks.Coordinate
	for _, c := range list {
		if c.Subgraph == subgraph {
			out = append(out, c)
		}
	}
	return out
}

// resolved are the coordinates that a subgraph is to resolve.
func resolved(sg *supergraph.Supergraph, s *supergraph.Subgraph) []mocks.Coordinate {
	var out []mocks.Coordinate
	for _, t := range sg.Types {
		for _, f := range t.Fields {
			if mocks.Resolves(f, s.ID) {
				out = append(out, mocks.Coordinate{Subgraph: s.Name, Type: t.Name, Field: f.Name})
			}
		}
	}
	return out
}

// unowned reports whether nobody implements a subgraph yet, and its configuration says so.
func (r *Registry) unowned(name string, contract *supergraph.Supergraph) bool {
	s, ok := r.cfg.Subgraphs[name]
	return ok && s.RoutingURL == "" && s.Source == "" && r.saysMock(name) && !connected(contract, name)
}

// saysMock reports whether anything is said of mocking for the subgraph itself, in whatever environment.
func (r *Registry) saysMock(name string) bool {
	e := r.cfg.Environments
	return slices.ContainsFunc([]config.Mocking{
		r.cfg.Subgraphs[name].Mock, e.Production.Subgraphs[name].Mock, e.Staging.Subgraphs[name].Mock, e.Dev.Subgraphs[name].Mock,
	}, func(m config.Mocking) bool { return m != config.Unsaid })
}

// checkAcknowledged says which acknowledged coordinates the contract does not have, at their places.
func (r *Registry) checkAcknowledged(contract *supergraph.Supergraph) error {
	var faults []error
	for i, name := range r.cfg.Mocks.Acknowledged {
		if err := mocks.Check(contract, name); err != nil {
			faults = append(faults, fmt.Errorf("mocks.acknowledged[%d]: %s: %w", i, name, err))
		}
	}
	return r.cfg.Place(errors.Join(faults...))
}
