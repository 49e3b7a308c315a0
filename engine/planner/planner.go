// Package planner decides how an operation is answered: which subgraphs are asked for what, in which order,
// and how their answers are put together.
//
// Planning is one descent over what is wanted, with one question at each place of the response: which
// subgraph answers which field here? Its words:
//
//	want      a field that is wanted at a place: by the client, or as an input of a @key or @requires
//	place     a position in the response (objects merged over all who fill them); a name means one thing there
//	cursor    a place as a fetch under construction sees it: the subgraph, the type there, the selection set
//	group     a fetch under construction: of root fields, or of entities at a place
//	feeder    objects of one fetch and path at which a group is entered; one or several make a target of the fetch
//	hop       a way to enter a subgraph at a place: the key, and who knows its fields
//
//	operation -> wants on places -> decide at each place (options.go, reach.go, decide.go, open.go, divide.go)
//	                             -> groups as decided (build.go, enter.go, root.go)
//	                             -> fetches (target.go, share.go, hoist.go, emit.go)
//	          -> response shape (shape.go)
//
// At one place the choice is a small facility location problem: a set of subgraphs to enter, such that every
// want is answered by the subgraph that the objects came from or by an entered one, at the least cost. The
// cost of answering a want includes the cost of all that is wanted beneath it if it is answered there; it is
// computed by the same procedure one level down and remembered, so the whole is a dynamic program over
// (want, subgraph) and not an enumeration of plans. A want whose subtree cannot be reached from a subgraph is
// not lost: what that subgraph can answer is taken there, the rest elsewhere.
//
// Invariants: an entity group never depends on itself; what it needs (the objects of its path, the fields of
// its keys and @requires) comes from groups that it depends on. Fields that need @requires are answered only
// by entity groups, since their inputs travel in the representation. Mutation root fields are never split,
// never merged, and run in series.
package planner

import (
	"fmt"
	"slices"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Config bounds the planner; the zero value is the default.
type Config struct {
	// MaxPaths is how many ways to answer a field are considered before the operation is refused; 0 means 200,000.
	MaxPaths int
	// SharePaths joins fetches that ask the same of objects at different places (queryplan.Fetch.Also), for
	// executors that know how to run them.
	SharePaths bool
}

const defaultMaxPaths = 200_000

// Labels are the active progressive override labels.
type Labels map[string]bool

// Planner plans operations over one supergraph. It is safe for use by many goroutines.
type Planner struct {
	graph    *graph
	maxPaths int
	sharing  bool
}

// New prepares a planner for the supergraph.
func New(sg *supergraph.Supergraph, cfg Config) *Planner {
	p := &Planner{graph: newGraph(sg), maxPaths: cfg.MaxPaths, sharing: cfg.SharePaths}
	if p.maxPaths <= 0 {
		p.maxPaths = defaultMaxPaths
	}
	return p
}

// Plan plans the operation for the active labels. An error names the coordinate that no subgraph can answer,
// or says that the budget is spent.
func (p *Planner) Plan(op *operation.Operation, labels Labels) (*queryplan.Plan, error) {
	root := p.graph.sg.Root(op.Kind)
	if root == nil {
		return nil, fmt.Errorf("plan %s: the graph has no %s type", op.Kind, op.Kind)
	}
	data, introspection := splitIntrospection(op.Selections)
	w := newWanting(p.graph.sg)
	top := newPlace()
	wants := w.collect(top, root, [][]*operation.Selection{data})
	s := newSearch(&view{graph: p.graph, labels: labels}, w, p.maxPaths)
	wants = s.common(wants, []int{nowhere})
	shape := w.shape(top, root.Name, [][]*operation.Selection{op.Selections})
	w.wantTypenames(wants)

	b := newBuilder(s, top)
	if err := b.root(op.Kind, root, wants); err != nil {
		if s.considered > s.budget {
			err = &BudgetError{s.considered} // whatever was not found by then may be there
		}
		return nil, fmt.Errorf("plan %s: %w", op.Kind, err)
	}
	b.introspect(introspection)
	e := &emitter{view: s.view, variables: op.Variables, sharing: p.sharing}
	return &queryplan.Plan{Kind: op.Kind, Fetches: e.fetches(b.groups), Shape: shape, Considered: s.considered}, nil
}

// splitIntrospection separates the root fields that the engine answers itself.
func splitIntrospection(selections []*operation.Selection) (data, introspection []*operation.Selection) {
	for _, s := range selections {
		switch {
		case s.On == "" && (s.Name == "__schema" || s.Name == "__type"):
			introspection = append(introspection, s)
		case s.On != "":
			d, i := splitIntrospection(s.Selections)
			data, introspection = append(data, d...), append(introspection, i...)
		default:
			data = append(data, s)
		}
	}
	return data, introspection
}

// Labels are the labels that can change the operation's plan, sorted: those of the fields it asks for, and of
// what those need.
func (p *Planner) Labels(op *operation.Operation) []string {
	if len(p.graph.sg.Labels) == 0 {
		return nil
	}
	l := &labelWalk{graph: p.graph, found: map[string]bool{}, types: map[*supergraph.Type]bool{}, fields: map[*supergraph.Field]bool{}}
	l.selections(op.Selections)
	var out []string
	for _, label := range p.graph.sg.Labels {
		if l.found[label] {
			out = append(out, label)
		}
	}
	slices.Sort(out)
	return out
}
