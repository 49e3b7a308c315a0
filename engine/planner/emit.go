package planner

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// emitter turns groups into fetches.
type emitter struct {
	graph     *graph
	variables ast.VariableDefinitionList
	sharing   bool
	// contextual is that of the fetch in the making, filled what it is made of.
	contextual *queryplan.Contextual
	filled     []*filled
}

// fetches are the groups in an order in which each stands after all that it depends on.
func (e *emitter) fetches(groups []*group) []*queryplan.Fetch {
	for _, g := range groups {
		typenames(g)
		g.sides = e.graph.sides(g)
	}
	if e.sharing {
		groups = e.share(groups)
	}
	order := topological(groups)
	ids := make(map[*group]int, len(order))
	out := make([]*queryplan.Fetch, len(order))
	for i, g := range order {
		ids[g] = i
		out[i] = e.fetch(i, g)
		for _, d := range reduced(g) {
			out[i].DependsOn = append(out[i].DependsOn, ids[d])
		}
		slices.Sort(out[i].DependsOn)
	}
	return out
}

// typenames selects __typename where representations are told apart by it.
func typenames(g *group) {
	for _, s := range g.feeders {
		if len(s.reps) > 1 {
			s.set.typename = true
		}
	}
}

// topological orders the groups, keeping the order in which they were made where it is free.
func topological(groups []*group) []*group {
	out := make([]*group, 0, len(groups))
	done := make(map[*group]bool, len(groups))
	var visit func(g *group)
	visit = func(g *group) {
		if done[g] {
			return
		}
		done[g] = true
		for _, d := range g.deps {
			visit(d)
		}
		out = append(out, g)
	}
	for _, g := range groups {
		visit(g)
	}
	return out
}

// reduced are the dependencies that are not implied by others.
func reduced(g *group) []*group {
	var out []*group
	for _, d := range g.deps {
		if !slices.ContainsFunc(g.deps, func(o *group) bool { return o != d && o.waitsFor(d) }) {
			out = append(out, d)
		}
	}
	return out
}

func (e *emitter) fetch(id int, g *group) *queryplan.Fetch {
	f := &queryplan.Fetch{ID: id, Kind: g.kind}
	e.contextual = e.contextualOf(g)
	if g.introspection != nil {
		f.Subgraph = queryplan.Introspection
		f.Selections = introspected(g.introspection)
	} else {
		f.Subgraph = e.graph.sg.Subgraphs[g.sub].Name
		f.Selections = e.selections(g.set, g.sub)
		f.Sides = g.sides
	}
	targets := append(g.targets(), g.also...)
	for i, t := range targets {
		if i == 0 {
			f.Path, f.Representations = pathOf(t.path), t.representations()
			continue
		}
		also := queryplan.Target{Path: pathOf(t.path)}
		if t.sent != targets[0].sent {
			also.Representations = t.representations()
		}
		f.Also = append(f.Also, also)
	}
	e.print(f)
	return f
}

// print writes down what is sent. An entity fetch has a variable of its own, so the client's must not have its name.
func (e *emitter) print(f *queryplan.Fetch) {
	d := &document{variables: e.variables, entities: f.IsEntity(), contextual: e.contextual}
	aside := representationsName
	if d.entities {
		if d.variables, aside = setAside(e.variables); aside != representationsName {
			f.Selections = renameVariable(f.Selections, aside)
		}
	}
	f.Operation, f.Variables = d.print(f.Kind, f.Selections)
	f.Contextual = e.contextual
	for _, v := range f.Variables {
		if aside != representationsName && v.Name == aside {
			v.Client = representationsName
		}
	}
}

func (e *emitter) selections(s *set, sub int) []*queryplan.Selection {
	e.hoist(s, sub)
	var out []*queryplan.Selection
	if s.typename || s.typ != nil && len(s.fields)+len(s.frags) == 0 {
		out = append(out, &queryplan.Selection{Name: queryplan.Typename, Field: queryplan.Typename, Parent: s.typ.Name})
	}
	for _, f := range s.fields {
		sel := &queryplan.Selection{
			Name: f.slot.name, Field: f.want.name, Type: f.answer.in.Type, Parent: s.typ.Name, Arguments: e.arguments(f),
		}
		if f.sub != nil {
			sel.Selections = e.selections(f.sub, sub)
		}
		out = append(out, sel)
	}
	for _, f := range s.frags {
		if subs := e.selections(f, sub); len(subs) > 0 {
			out = append(out, &queryplan.Selection{On: f.typ.Name, Selections: subs})
		}
	}
	return out
}

func arguments(args ast.ArgumentList) []*queryplan.Argument {
	var out []*queryplan.Argument
	for _, a := range args {
		out = append(out, &queryplan.Argument{Name: a.Name, Value: a.Value})
	}
	return out
}

// introspected are the client's selections as they are; the engine's own subgraph has the client's schema.
func introspected(list []*operation.Selection) []*queryplan.Selection {
	var out []*queryplan.Selection
	for _, s := range list {
		sel := &queryplan.Selection{On: s.On, Selections: introspected(s.Selections)}
		if s.On == "" {
			sel.Name, sel.Field, sel.Parent, sel.Arguments = s.Key, s.Name, s.Parent, arguments(s.Arguments)
			if s.Name != queryplan.Typename && s.Definition != nil {
				sel.Type = s.Definition.Type
			}
		}
		out = append(out, sel)
	}
	return out
}
