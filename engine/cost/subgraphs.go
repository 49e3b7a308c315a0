package cost

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Share is what one subgraph has to do for an operation.
type Share struct {
	Subgraph string
	Estimate *Estimate
}

// Shares makes the formulas of what a plan costs each of its subgraphs, by name. A fetch costs what it selects, as often
// as there are objects that it extends: the lists around them say how many. List is how long a list is, for a
// subgraph, of which nothing is known. Connectors count for the subgraph that they are of.
func Shares(sg *supergraph.Supergraph, plan *queryplan.Plan, list func(subgraph string) int) []Share {
	var out []Share
	p := &places{sg: sg, sizes: map[string][]size{}}
	for _, f := range plan.Fetches {
		if f.Subgraph == queryplan.Introspection {
			continue
		}
		name := composed(sg, f.Subgraph)
		i := slices.IndexFunc(out, func(s Share) bool { return s.Subgraph == name })
		if i < 0 {
			out = append(out, Share{name, &Estimate{}})
			i = len(out) - 1
		}
		c := &compiler{sg: sg, list: list(name)}
		selections := p.selections(f.Selections)
		if f.Kind == ast.Mutation {
			out[i].Estimate.base = plus(out[i].Estimate.base, mutation)
		}
		fields := c.set(selections, nil)
		for _, path := range append([]queryplan.Path{f.Path}, also(f)...) {
			out[i].Estimate.fields = append(out[i].Estimate.fields, &node{sizes: p.along(path), fields: fields})
			p.note(c, prefix(path), selections, nil)
		}
	}
	slices.SortFunc(out, func(a, b Share) int { return cmp.Compare(a.Subgraph, b.Subgraph) })
	return out
}

// composed is the subgraph as it was composed, of which this one may be a connector.
func composed(sg *supergraph.Supergraph, name string) string {
	for _, s := range sg.Subgraphs {
		if s.Name == name && s.Of != "" {
			return s.Of
		}
	}
	return name
}

func also(f *queryplan.Fetch) []queryplan.Path {
	out := make([]queryplan.Path, len(f.Also))
	for i, t := range f.Also {
		out[i] = t.Path
	}
	return out
}

// places are how long the lists are at the places of a plan's data, by the names that lead there.
type places struct {
	sg    *supergraph.Supergraph
	sizes map[string][]size
}

// prefix is a path's names, without the steps into lists.
func prefix(path queryplan.Path) string {
	var names []string
	for _, s := range path {
		if s.Name != queryplan.List {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, "/")
}

// along are the lists around the objects of a path, the outer first.
func (p *places) along(path queryplan.Path) []size {
	var out []size
	for i, s := range path {
		if s.Name != queryplan.List {
			out = append(out, p.sizes[prefix(path[:i+1])]...)
		}
	}
	return out
}

// note remembers how long the lists are that a fetch asks for.
func (p *places) note(c *compiler, at string, list []*operation.Selection, above *sized) {
	for _, s := range list {
		if s.On != "" {
			p.note(c, at, s.Selections, above)
			continue
		}
		if len(s.Selections) == 0 {
			continue
		}
		n := &node{}
		var own supergraph.Cost
		if t := p.sg.Type(s.Parent); t != nil && t.Field(s.Name) != nil {
			own = t.Field(s.Name).Cost
		}
		beneath := c.sizes(n, s, own, above)
		next := s.Key
		if at != "" {
			next = at + "/" + s.Key
		}
		p.sizes[next] = n.sizes
		p.note(c, next, s.Selections, beneath)
	}
}

// selections are a fetch's as the compiler reads them, with the types that the subgraph has.
func (p *places) selections(list []*queryplan.Selection) []*operation.Selection {
	var out []*operation.Selection
	for _, s := range list {
		if s.On == "" && s.Type == nil {
			continue // __typename costs nothing
		}
		n := &operation.Selection{On: s.On, Key: s.Name, Name: s.Field, Parent: s.Parent, Selections: p.selections(s.Selections)}
		for _, a := range s.Arguments {
			n.Arguments = append(n.Arguments, &ast.Argument{Name: a.Name, Value: a.Value})
		}
		if s.On == "" {
			n.Definition = &ast.FieldDefinition{Name: s.Field, Type: s.Type, Arguments: p.arguments(s)}
		}
		out = append(out, n)
	}
	return out
}

// arguments are those that clients can give the field. One that they cannot comes from the graph, and costs nothing.
func (p *places) arguments(s *queryplan.Selection) ast.ArgumentDefinitionList {
	if t := p.sg.API.Types[s.Parent]; t != nil {
		if f := t.Fields.ForName(s.Field); f != nil {
			return f.Arguments
		}
	}
	return nil
}
