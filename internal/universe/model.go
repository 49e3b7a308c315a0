package universe

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Graph is what all subgraphs are views of.
type Graph struct {
	Subgraphs []*Subgraph
	// Types in the order of their making, Query and Mutation last.
	Types []*Type
	// Labels of progressive overrides.
	Labels []string
	// Faults makes some fields fail.
	Faults bool

	types map[string]*Type
}

// Subgraph is how a service writes its schema.
type Subgraph struct {
	ID   int
	Name string
	// Fed1: no @link, extensions instead.
	Fed1 bool
	// Prefix of the federation directives, as chosen by @link(as:); "" if they are imported.
	Prefix string
	// Query and Mutation are the names of its root types.
	Query, Mutation string
}

// Type is an object, interface, union, enum or input type of the graph.
type Type struct {
	Name   string
	Kind   ast.DefinitionKind
	Entity bool
	Fields []*Field
	// In says by Subgraph.ID what a subgraph has of the type; nil if nothing.
	In []*TypeIn
	// banned subgraphs must not have the type.
	banned []bool
	// keys that subgraphs choose from.
	keys []*keyKind
	// owner is the field that alone returns the type.
	owner        *Field
	Inaccessible bool
}

// TypeIn is the view that a subgraph has of a type.
type TypeIn struct {
	Keys            []*Key
	InterfaceObject bool
	// Members are the object types of an interface or a union.
	Members []*Type
	// Values of an enum.
	Values []string
	// Extend: written as an extension.
	Extend bool
}

// Key is an @key.
type Key struct {
	Fields     string
	Resolvable bool
}

// Field is a field of a type, the same in all subgraphs.
type Field struct {
	Name string
	// Type as the strictest subgraph has it: what its values obey.
	Type *ast.Type
	// Args of an output field.
	Args ast.ArgumentDefinitionList
	// Default of an input field, as a literal.
	Default      string
	Inaccessible bool
	In           []*FieldIn
	// Steady fields never fail, because other fields are made of them; Filled ones are never null.
	Steady, Filled bool
	used           bool
}

// private types are only returned by the fields that they were made for.
func (t *Type) private() bool { return t.owner != nil }

// FieldIn is what a subgraph declares of a field.
type FieldIn struct {
	// Type, if not nil, is weaker than the field's own, or a member of it.
	Type                *ast.Type
	External, Shareable bool
	Requires, Provides  string
	// Override names the subgraph that the field is taken from, if Label is "" or active.
	Override, Label string
}

// Type by name; nil if there is none.
func (g *Graph) Type(name string) *Type { return g.types[name] }

// Requires counts the fields with @requires.
func (g *Graph) Requires() int {
	n := 0
	for _, t := range g.Types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in != nil && in.Requires != "" {
					n++
				}
			}
		}
	}
	return n
}

func (g *Graph) add(t *Type) *Type {
	t.In, t.banned = make([]*TypeIn, len(g.Subgraphs)), make([]bool, len(g.Subgraphs))
	g.Types = append(g.Types, t)
	g.types[t.Name] = t
	return t
}

func (g *Graph) newField(name string, typ *ast.Type) *Field {
	return &Field{Name: name, Type: typ, In: make([]*FieldIn, len(g.Subgraphs))}
}

// Field by name; nil if there is none.
func (t *Type) Field(name string) *Field {
	i := slices.IndexFunc(t.Fields, func(f *Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return t.Fields[i]
}

// key is the type's own @key of these fields in a subgraph; nil if there is none.
func (t *TypeIn) key(fields string) *Key {
	for _, k := range t.Keys {
		if k.Fields == fields {
			return k
		}
	}
	return nil
}

// in lists the subgraphs that have the type.
func (t *Type) in() []int { return present(t.In) }

// owners are the subgraphs that resolve the field by themselves.
func (f *Field) owners() []int {
	return slices.DeleteFunc(present(f.In), func(s int) bool { return f.In[s].External })
}

func present[T any](in []*T) []int {
	var ids []int
	for id, v := range in {
		if v != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// members are the object types that an object of type t may have at run time anywhere in the graph.
func (t *Type) members() []*Type {
	if t.Kind == ast.Object {
		return []*Type{t}
	}
	var all []*Type
	for _, in := range t.In {
		if in == nil {
			continue
		}
		for _, m := range in.Members {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// membersIn are those that it may have in one subgraph.
func (t *Type) membersIn(s int) []*Type {
	if in := t.In[s]; t.Kind != ast.Object && in != nil && !in.InterfaceObject {
		return in.Members
	}
	return t.members()
}

// runtime are the object types that all who resolve the field can return.
func (g *Graph) runtime(f *Field) []*Type {
	t := g.types[f.Type.Name()]
	types := slices.Clone(t.members())
	for _, s := range f.owners() {
		in := t.membersIn(s)
		if narrow := f.In[s].Type; narrow != nil {
			in = g.types[narrow.Name()].membersIn(s)
		}
		types = slices.DeleteFunc(types, func(m *Type) bool { return !slices.Contains(in, m) })
	}
	return types
}

// values are the enum values that all who resolve the field can return.
func (g *Graph) values(f *Field) []string {
	t := g.types[f.Type.Name()]
	var values []string
	for _, s := range f.owners() {
		if values == nil {
			values = slices.Clone(t.In[s].Values)
		}
		values = slices.DeleteFunc(values, func(v string) bool { return !slices.Contains(t.In[s].Values, v) })
	}
	return values
}

// implementsIn reports whether a subgraph may return the object type where the abstract one is asked for.
func (g *Graph) implementsIn(m, abstract *Type, s int) bool {
	return abstract.Kind == ast.Union || slices.Contains(g.implements(m, s), abstract)
}

// implements are the interfaces of an object type, in one subgraph or, with s < 0, in the graph.
func (g *Graph) implements(t *Type, s int) []*Type {
	var all []*Type
	for _, i := range g.Types {
		if i.Kind != ast.Interface {
			continue
		}
		of := i.members()
		if s >= 0 {
			if i.In[s] == nil || i.In[s].InterfaceObject {
				continue
			}
			of = i.In[s].Members
		}
		if slices.Contains(of, t) {
			all = append(all, i)
		}
	}
	return all
}
