package planner

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// graph is the supergraph with the tables that planning asks often, the same for every operation and label.
type graph struct {
	sg *supergraph.Supergraph
	// holders of a field: the subgraphs that have it in any way, ascending.
	holders map[*supergraph.Field][]int
	// overrides of a field: who takes it over from whom.
	overrides map[*supergraph.Field][]override
	// doors of a type: where entities of it can be entered.
	doors map[*supergraph.Type][]door
	// members of an abstract type in a subgraph, interface objects among them.
	members map[typeIn][]*supergraph.Type
	// setters of a context: the types that have it.
	setters map[string][]*supergraph.Type
	// partial are the unions whose members differ between subgraphs.
	partial map[*supergraph.Type]bool
}

// typeIn is a type as a subgraph knows it.
type typeIn struct {
	sub  int
	name string
}

// override is a field taken over from a subgraph, where the label is active ("" always).
type override struct {
	from  int
	label string
}

// door is a way into a subgraph for objects of a type: as that type itself or as an interface object of it. The root
// of queries is the same object everywhere, and takes no key.
type door struct {
	sub int
	as  *supergraph.Type
	key *supergraph.Key
}

func newGraph(sg *supergraph.Supergraph) *graph {
	g := &graph{
		sg: sg, holders: map[*supergraph.Field][]int{}, overrides: map[*supergraph.Field][]override{},
		doors: map[*supergraph.Type][]door{}, members: map[typeIn][]*supergraph.Type{}, setters: map[string][]*supergraph.Type{},
	}
	for _, t := range sg.Types {
		for _, f := range t.Fields {
			for id, in := range f.In {
				if in != nil {
					g.holders[f] = append(g.holders[f], id)
					g.override(f, in)
				}
			}
		}
		g.doors[t] = g.doorsOf(t)
		for _, name := range t.Contexts {
			g.setters[name] = append(g.setters[name], t)
		}
	}
	for _, t := range sg.Types {
		for id, in := range t.In {
			if in != nil && t.IsAbstract() && !in.InterfaceObject {
				g.members[typeIn{id, t.Name}] = g.membersIn(t, id)
			}
		}
	}
	g.partial = g.partialUnions()
	return g
}

func (g *graph) override(f *supergraph.Field, in *supergraph.FieldIn) {
	if in.Override == "" {
		return
	}
	for _, other := range g.sg.Subgraphs {
		if other.Name == in.Override || other.Of == in.Override {
			g.overrides[f] = append(g.overrides[f], override{from: other.ID, label: in.OverrideLabel})
		}
	}
}

func (g *graph) doorsOf(t *supergraph.Type) []door {
	var out []door
	through := func(as *supergraph.Type, objectsOnly bool) {
		for id, in := range as.In {
			if in == nil || objectsOnly && !in.InterfaceObject {
				continue
			}
			for _, k := range in.Keys {
				if k.Resolvable {
					out = append(out, door{sub: id, as: as, key: k})
				}
			}
		}
	}
	through(t, false)
	if t == g.sg.Query {
		for id, in := range t.In {
			if in != nil {
				out = append(out, door{sub: id, as: t, key: &supergraph.Key{Resolvable: true}})
			}
		}
	}
	if t.Kind == ast.Object {
		for _, name := range t.Interfaces {
			if i := g.sg.Type(name); i != nil {
				through(i, true)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b door) int { return a.sub - b.sub })
	return out
}

// membersIn are the types that objects of an abstract type have in the subgraph: object types, and interface
// objects, which stand for all implementations of an interface.
func (g *graph) membersIn(t *supergraph.Type, sub int) []*supergraph.Type {
	var out []*supergraph.Type
	add := func(m *supergraph.Type) {
		if m != nil && m.In[sub] != nil && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	for _, name := range t.In[sub].Members {
		add(g.sg.Type(name))
	}
	for _, o := range g.sg.Types {
		if o != t && o.In[sub] != nil && o.In[sub].InterfaceObject && slices.Contains(o.In[sub].Interfaces, t.Name) {
			add(o)
		}
	}
	return out
}

// isObject reports whether values of the type are plain objects to the subgraph: an object type, or an
// interface that is an object there.
func isObject(t *supergraph.Type, sub int) bool {
	return !t.IsAbstract() || t.In[sub] != nil && t.In[sub].InterfaceObject
}

// isInterfaceObject reports whether the subgraph sees the interface as an object type.
func isInterfaceObject(t *supergraph.Type, sub int) bool {
	return t.IsAbstract() && sub >= 0 && t.In[sub] != nil && t.In[sub].InterfaceObject
}

// carriers are the types by which the subgraph tells apart the values of a type.
func (g *graph) carriers(t *supergraph.Type, sub int) []*supergraph.Type {
	if isObject(t, sub) {
		return []*supergraph.Type{t}
	}
	return g.members[typeIn{sub, t.Name}]
}

// namedType is the innermost type of a reference.
func (g *graph) namedType(t *ast.Type) *supergraph.Type { return g.sg.Type(t.Name()) }

// intersects reports whether two sets of types have one in common.
func intersects(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// intersection keeps those of a that are in b, and a itself if it keeps all.
func intersection(a, b []string) []string {
	n := 0
	for _, x := range a {
		if slices.Contains(b, x) {
			n++
		}
	}
	if n == len(a) {
		return a
	}
	out := make([]string, 0, n)
	for _, x := range a {
		if slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// without is those of a that are not in b, and a itself if none is.
func without(a, b []string) []string {
	if !intersects(a, b) {
		return a
	}
	var out []string
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}
