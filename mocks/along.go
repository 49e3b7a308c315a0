package mocks

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// loss is what one subgraph does not resolve, and what follows from it.
type loss struct {
	sg *supergraph.Supergraph
	id int
	// fields that are lost, by coordinate; those that another subgraph resolves are in elsewhere.
	fields    map[string]bool
	elsewhere map[string]bool
	// whole types are made up altogether: no object of them comes from the subgraph.
	whole map[*supergraph.Type]bool
}

// Along adds to the missing coordinates those that have to be made up along with them. An object without a
// @key cannot be put together from two sources, so where one of its fields is missing it is made up as a
// whole, by the fields that return it. The same holds for an entity none of whose keys is left.
func Along(sg *supergraph.Supergraph, missing []Coordinate) ([]Coordinate, error) {
	var out []Coordinate
	for _, g := range sg.Subgraphs {
		l := lose(sg, g, missing)
		for _, t := range sg.Types {
			for _, f := range t.Fields {
				if c := (Coordinate{g.Name, t.Name, f.Name}); l.fields[c.String()] {
					out = append(out, c)
				}
			}
		}
	}
	return out, known(sg, missing)
}

// known says which of the coordinates are not in the graph.
func known(sg *supergraph.Supergraph, missing []Coordinate) error {
	for _, c := range missing {
		t := sg.Type(c.Type)
		switch {
		case sg.Subgraph(c.Subgraph) == nil:
			return fmt.Errorf("%s: there is no subgraph %s", c, c.Subgraph)
		case t == nil || t.Field(c.Field) == nil:
			return fmt.Errorf("%s: there is no such field in the graph", c)
		}
	}
	return nil
}

func lose(sg *supergraph.Supergraph, g *supergraph.Subgraph, missing []Coordinate) *loss {
	l := &loss{sg: sg, id: g.ID, fields: map[string]bool{}, elsewhere: map[string]bool{}, whole: map[*supergraph.Type]bool{}}
	var queue []*supergraph.Type
	for _, c := range missing {
		t := sg.Type(c.Type)
		if c.Subgraph != g.Name || t == nil || t.Field(c.Field) == nil {
			continue
		}
		if f := t.Field(c.Field); f.In[g.ID] != nil {
			l.fields[c.String()] = true
			l.elsewhere[c.String()] = l.isElsewhere(f)
			queue = append(queue, t)
		}
	}
	for len(queue) > 0 {
		t := queue[0]
		if queue = queue[1:]; l.whole[t] || l.apart(t) {
			continue
		}
		l.whole[t] = true
		for _, f := range t.Fields {
			if resolves(f, l.id) {
				l.fields[coordinate(f)] = true
			}
		}
		queue = append(queue, l.returning(t)...)
	}
	return l
}

func coordinate(f *supergraph.Field) string { return f.Parent.Name + "." + f.Name }

// isElsewhere reports whether another subgraph resolves the field for every object of its type: then it is not
// made up. A migration that is announced but not built leaves the field with its old owner.
func (l *loss) isElsewhere(f *supergraph.Field) bool {
	for id, g := range l.sg.Subgraphs {
		if id == l.id || g.Of == l.sg.Subgraphs[l.id].Name || !resolves(f, id) {
			continue
		}
		if l.isRoot(f.Parent) || f.Parent.In[id] != nil && slices.ContainsFunc(f.Parent.In[id].Keys, func(k *supergraph.Key) bool { return k.Resolvable }) {
			return true
		}
	}
	return false
}

func (l *loss) isRoot(t *supergraph.Type) bool {
	return t == l.sg.Query || t == l.sg.Mutation || t == l.sg.Subscription
}

// apart reports whether an object of the type can come from two sources: the root, or an entity that has a key
// left. An interface is what its types are.
func (l *loss) apart(t *supergraph.Type) bool {
	return l.isRoot(t) || t.Kind != ast.Object || l.key(t) != nil
}

// key is the first of the subgraph's keys that has not lost a field; nil if there is none.
func (l *loss) key(t *supergraph.Type) *supergraph.Key {
	if t.In[l.id] == nil {
		return nil
	}
	for _, k := range t.In[l.id].Keys {
		if !slices.ContainsFunc(k.Fields, func(f *supergraph.FieldSetItem) bool { return l.fields[t.Name+"."+f.Name] }) {
			return k
		}
	}
	return nil
}

// returning loses the fields of the subgraph that can return an object of the type, and lists their types.
func (l *loss) returning(t *supergraph.Type) []*supergraph.Type {
	var out []*supergraph.Type
	for _, parent := range l.sg.Types {
		for _, f := range parent.Fields {
			if resolves(f, l.id) && !l.fields[coordinate(f)] && l.canBe(f.In[l.id].Type.Name(), t) {
				l.fields[coordinate(f)] = true
				out = append(out, parent)
			}
		}
	}
	return out
}

// canBe reports whether a value of the named type can be an object of the type in the subgraph.
func (l *loss) canBe(name string, t *supergraph.Type) bool {
	if name == t.Name {
		return true
	}
	named := l.sg.Type(name)
	return named != nil && named.IsAbstract() && named.In[l.id] != nil && slices.Contains(named.In[l.id].Members, t.Name)
}
