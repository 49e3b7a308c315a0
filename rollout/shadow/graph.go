package shadow

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Graph is what has to be known of the graph to prune operations of it.
type Graph struct {
	// API is the schema that clients see.
	API *ast.Schema
	// Keys of entities: names of fields. Keys with something beneath a field are left out.
	Keys map[string][][]string
	// owners are the subgraphs as configured, by the name of each that a fetch may name.
	owners map[string]string
}

// NewGraph is what has to be known of a supergraph.
func NewGraph(sg *supergraph.Supergraph) *Graph {
	g := &Graph{API: sg.API, Keys: map[string][][]string{}, owners: map[string]string{}}
	for _, t := range sg.Types {
		for _, in := range t.In {
			if in == nil {
				continue
			}
			for _, k := range in.Keys {
				g.key(t.Name, k.Fields)
			}
		}
	}
	for _, s := range sg.Subgraphs {
		if g.owners[s.Name] = s.Name; s.Of != "" {
			g.owners[s.Name] = s.Of
		}
	}
	return g
}

// key adds a key of a type, if it is flat and not there yet.
func (g *Graph) key(typ string, fields supergraph.FieldSet) {
	var names []string
	for _, f := range fields {
		if f.Name == "" || len(f.Fields) > 0 {
			return
		}
		names = append(names, f.Name)
	}
	if !slices.ContainsFunc(g.Keys[typ], func(k []string) bool { return slices.Equal(k, names) }) {
		g.Keys[typ] = append(g.Keys[typ], names)
	}
}

// Owner is the subgraph as configured that a fetch of the plan asks: connectors are planned as subgraphs of their own.
func (g *Graph) Owner(subgraph string) string {
	if of, ok := g.owners[subgraph]; ok {
		return of
	}
	return subgraph
}
