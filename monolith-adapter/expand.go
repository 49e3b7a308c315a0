package monolith

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Expand makes a subgraph of each connector, in place of the subgraphs that declare them. A graph without
// connectors is returned as it is. The subgraphs that are made up as a whole are kept: nothing is asked through them. The
// error is an Errors.
func Expand(sg *supergraph.Supergraph, mocked ...string) (*supergraph.Supergraph, *Connectors, error) {
	x := &expansion{old: sg, out: &Connectors{byName: map[string]*Connector{}, graph: sg}}
	var errs Errors
	for id, g := range sg.Subgraphs {
		c := graphContract(sg, id)
		if !c.connected() || slices.Contains(mocked, g.Name) {
			x.keep(id, g)
			continue
		}
		r := read(c)
		if r.sound() {
			before := len(r.list)
			r.satisfy(sg, id)
			_, unsatisfied := r.list[before:].warnings()
			x.out.Warnings = append(x.out.Warnings, unsatisfied...)
		}
		faults, _ := r.list.warnings()
		errs = append(errs, faults...)
		x.out.Sources = append(x.out.Sources, r.sources...)
		for _, con := range r.connectors {
			x.virtual(id, con, r.outlines[con])
		}
	}
	if len(errs) > 0 {
		return nil, nil, errs
	}
	if len(x.out.List) == 0 {
		return sg, x.out, nil
	}
	x.out.graph = x.build()
	for _, con := range x.out.List {
		con.inputs = x.inputTypes()
	}
	return x.out.graph, x.out, nil
}

// expansion is a graph in which some subgraphs give way to several.
type expansion struct {
	old   *supergraph.Supergraph
	out   *Connectors
	slots []slot
}

// slot is one subgraph of the new graph: one that is kept as it was, or a connector.
type slot struct {
	graph *supergraph.Subgraph
	// from is the ID in the old graph.
	from int
	view *view
}

func (x *expansion) keep(id int, g *supergraph.Subgraph) {
	kept := *g
	kept.ID = len(x.slots)
	x.slots = append(x.slots, slot{graph: &kept, from: id})
}

func (x *expansion) virtual(id int, c *Connector, o *outline) {
	x.out.List = append(x.out.List, c)
	x.out.byName[c.Subgraph] = c
	g := &supergraph.Subgraph{ID: len(x.slots), Name: c.Subgraph, Enum: strings.ToUpper(c.Subgraph), Of: c.Of}
	x.slots = append(x.slots, slot{graph: g, from: id, view: newView(x.old, id, c, o)})
}

// build derives the new graph. The old one is not changed.
func (x *expansion) build() *supergraph.Supergraph {
	out := supergraph.Supergraph{
		SDL: x.old.SDL, API: x.old.API, Labels: x.old.Labels, Security: x.old.Security, Applied: x.applied(x.old.Applied),
	}
	for _, s := range x.slots {
		out.Subgraphs = append(out.Subgraphs, s.graph)
	}
	for _, t := range x.old.Types {
		out.Types = append(out.Types, x.typ(t))
	}
	sg := supergraph.New(out)
	root := func(t *supergraph.Type) *supergraph.Type {
		if t == nil {
			return nil
		}
		return sg.Type(t.Name)
	}
	sg.Query, sg.Mutation, sg.Subscription = root(x.old.Query), root(x.old.Mutation), root(x.old.Subscription)
	return sg
}

func (x *expansion) typ(t *supergraph.Type) *supergraph.Type {
	out := *t
	out.In, out.Fields, out.Values, out.Applied = make([]*supergraph.TypeIn, len(x.slots)), nil, nil, x.applied(t.Applied)
	for i, s := range x.slots {
		if s.view == nil {
			out.In[i] = t.In[s.from]
		} else {
			out.In[i] = s.view.typeIn(t)
		}
	}
	for _, f := range t.Fields {
		out.Fields = append(out.Fields, x.field(t, f))
	}
	for _, v := range t.Values {
		kept := *v
		kept.In = make([]bool, len(x.slots))
		for i, s := range x.slots {
			kept.In[i] = v.In[s.from] && out.In[i] != nil
		}
		out.Values = append(out.Values, &kept)
	}
	return &out
}

func (x *expansion) field(t *supergraph.Type, f *supergraph.Field) *supergraph.Field {
	out := *f
	out.In, out.Applied = make([]*supergraph.FieldIn, len(x.slots)), x.applied(f.Applied)
	for i, s := range x.slots {
		if s.view == nil {
			out.In[i] = f.In[s.from]
		} else {
			out.In[i] = s.view.fieldIn(t, f)
		}
	}
	return &out
}

// applied is the directives that kept subgraphs applied, with their new IDs.
func (x *expansion) applied(list []*supergraph.Applied) []*supergraph.Applied {
	var out []*supergraph.Applied
	for _, a := range list {
		kept := *a
		kept.Graphs = nil
		for i, s := range x.slots {
			if s.view == nil && slices.Contains(a.Graphs, s.from) {
				kept.Graphs = append(kept.Graphs, i)
			}
		}
		if len(kept.Graphs) > 0 {
			out = append(out, &kept)
		}
	}
	return out
}

func (x *expansion) inputTypes() map[string]*supergraph.Type {
	out := map[string]*supergraph.Type{}
	for _, t := range x.old.Types {
		if t.Kind == ast.InputObject {
			out[t.Name] = t
		}
	}
	return out
}
