package status

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// index finds the state of a field in each subgraph.
type index struct {
	Facts
	// by is what is known of a subgraph, by its ID.
	by []known
}

// known is a subgraph with the states of its fields that are not just implemented, by coordinate.
type known struct {
	Subgraph
	states map[string]State
}

func newIndex(facts Facts) *index {
	x := &index{Facts: facts, by: make([]known, len(facts.Contract.Subgraphs))}
	for _, s := range facts.Subgraphs {
		g := facts.Contract.Subgraph(s.Subgraph)
		if g == nil {
			continue
		}
		k := known{s, map[string]State{}}
		for _, c := range s.Mocked {
			k.states[c] = Mocked
		}
		for _, c := range s.Missing {
			k.states[c] = Missing
		}
		for _, c := range s.Contradicting {
			k.states[c] = Contradicting
		}
		x.by[g.ID] = k
	}
	return x
}

// state of a field in a subgraph that is to resolve it.
func (x *index) state(f *supergraph.Field, id int) State {
	if s := x.by[id].states[f.Parent.Name+"."+f.Name]; s != "" {
		return s
	}
	return Implemented
}

// order of states where several subgraphs are to resolve a field: the gateway asks one that implements it.
var order = []State{Missing, Mocked, Contradicting, Implemented}

// lacks reports whether anything is mocked or missing.
func (x *index) lacks() bool {
	return slices.ContainsFunc(x.by, func(k known) bool { return len(k.Mocked)+len(k.Missing) > 0 })
}

// best is the subgraph that is furthest with a field, and how far; it is not ok if none is to resolve it.
func (x *index) best(f *supergraph.Field) (by *supergraph.Subgraph, as State, ok bool) {
	at := -1
	for _, g := range x.Contract.Subgraphs {
		if !resolves(f, g.ID) {
			continue
		}
		if state := x.state(f, g.ID); slices.Index(order, state) > at {
			at, by, as = slices.Index(order, state), g, state
		}
	}
	return by, as, at >= 0
}

// least is how far the subgraph is with a field that is the least far.
func (x *index) least(f *supergraph.Field) State {
	out := Implemented
	for _, g := range x.Contract.Subgraphs {
		if resolves(f, g.ID) && slices.Index(order, x.state(f, g.ID)) < slices.Index(order, out) {
			out = x.state(f, g.ID)
		}
	}
	return out
}

// field is a field as it is in the graph; it is not ok if no subgraph resolves it there.
func (x *index) field(f *supergraph.Field) (out Field, ok bool) {
	by, state, ok := x.best(f)
	if !ok {
		return out, false
	}
	out = Field{
		Name: f.Name, Subgraph: by.Name, Owner: x.by[by.ID].Owner, State: state,
		Team: x.Teams.Owner(by.Name, f.Parent.Name, f.Name),
	}
	for _, g := range x.Contract.Subgraphs {
		if g != by && resolves(f, g.ID) {
			out.Also = append(out.Also, g.Name)
		}
	}
	return out, true
}

// teams counts the fields of each team, in every subgraph that is to resolve them.
func (x *index) teams() []Team {
	names := append(x.Teams.Names(), "")
	out := make([]Team, len(names))
	for i, name := range names {
		out[i] = Team{Team: name, Mocked: []string{}, Missing: []string{}, Contradicting: []string{}}
	}
	for _, t := range x.Contract.Types {
		for _, f := range t.Fields {
			for _, g := range x.Contract.Subgraphs {
				if hasFields(t) && resolves(f, g.ID) {
					team := x.Teams.Owner(g.Name, t.Name, f.Name)
					out[slices.Index(names, team)].count(t.Name+"."+f.Name, x.state(f, g.ID))
				}
			}
		}
	}
	rest := out[len(out)-1]
	if rest.Implemented+len(rest.Mocked)+len(rest.Missing)+len(rest.Contradicting) == 0 {
		out = out[:len(out)-1]
	}
	for i := range out {
		out[i].Mocked, out[i].Missing, out[i].Contradicting = sorted(out[i].Mocked), sorted(out[i].Missing), sorted(out[i].Contradicting)
	}
	return out
}

func (t *Team) count(coordinate string, as State) {
	switch as {
	case Mocked:
		t.Mocked = append(t.Mocked, coordinate)
	case Missing:
		t.Missing = append(t.Missing, coordinate)
	case Contradicting:
		t.Contradicting = append(t.Contradicting, coordinate)
	default:
		t.Implemented++
	}
}
