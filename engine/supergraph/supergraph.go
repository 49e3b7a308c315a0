// Package supergraph holds the composed graph: which types and fields there are, and which subgraphs can
// answer each of them, by which keys and under which conditions.
//
// A Supergraph is read once from supergraph SDL (Read), is immutable from then on, and is shared by every
// request. Two views of the same graph live here:
//
//	the API schema   what clients see: no join directives, nothing that is @inaccessible (Supergraph.API)
//	the joins        what each subgraph knows: TypeIn of a type, FieldIn of a field, by the subgraph's ID
//
// A slice called In is as long as Supergraph.Subgraphs and is indexed by Subgraph.ID; nil means that the
// subgraph does not have the type or the field.
package supergraph

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// Supergraph is the composed graph. It is immutable once read.
type Supergraph struct {
	// SDL is the text that it was read from.
	SDL string
	// Subgraphs in the order of the join__Graph enum; Subgraphs[i].ID == i.
	Subgraphs []*Subgraph
	// Types of the graph in the order of the SDL, without those of the join, link and core specs.
	Types []*Type
	// Query, Mutation and Subscription are the root types; nil where the graph has none.
	Query, Mutation, Subscription *Type
	// API is the schema that clients see; operations are validated against it.
	API *ast.Schema
	// Labels are the progressive override labels that occur, sorted, each once.
	Labels []string
	// Applied are the directives that subgraphs applied to their schema definition and that composition
	// carried along (join__directive), such as @link and @source.
	Applied []*Applied
	// Security are the names of the linked specs that restrict access (authenticated, requiresScopes, policy).
	Security []string

	byName map[string]*Type
}

// Subgraph is one of the services behind the graph.
type Subgraph struct {
	// ID is the index in Supergraph.Subgraphs.
	ID int
	// Enum is the value of join__Graph, Name the subgraph's own name, URL where it is served ("" if nowhere).
	Enum, Name, URL string
	// Of names the subgraph that this one was expanded from, when it stands for one connector of it;
	// "" for a subgraph as composed.
	Of string
}

// Type is a named type of the graph with everything that any subgraph knows of it.
type Type struct {
	Name        string
	Kind        ast.DefinitionKind
	Description string
	// Fields of objects, interfaces and inputs in the order of the SDL.
	Fields []*Field
	// Interfaces that the type implements in the graph.
	Interfaces []string
	// Members are the object types that a value of an abstract type can have in the graph, in order: the
	// members of a union, the implementing object types of an interface. An object has itself, and so has an
	// interface without implementations that a subgraph has as an @interfaceObject.
	Members []string
	// Values of an enum.
	Values       []*EnumValue
	Inaccessible bool
	// In says by Subgraph.ID what each subgraph knows of the type.
	In []*TypeIn
	// Applied are directives carried by join__directive, such as @connect.
	Applied []*Applied
	// Access restricts who may read objects of the type; nil if nothing does.
	Access *Access
	// Cost of a value or an object of the type.
	Cost Cost
	// Contexts are those that the type's objects set for what is beneath them (@context), by name in the graph.
	Contexts []string
	// Directives as written on the type in the supergraph SDL (@tag, @authenticated, ...), without joins.
	Directives ast.DirectiveList

	byName map[string]*Field
}

// TypeIn is what one subgraph knows of a type (its join__type applications, taken together).
type TypeIn struct {
	// Keys of an entity, in order; a key that is not resolvable identifies but cannot be used to enter.
	Keys []*Key
	// InterfaceObject: the type is an interface in the graph, and an object type in this subgraph.
	InterfaceObject bool
	// Extension: a Federation 1 extension of a type that another subgraph owns.
	Extension bool
	// Interfaces that the type implements in this subgraph.
	Interfaces []string
	// Members are the object types of an abstract type in this subgraph, in order. An object has itself.
	Members []string
	// Values are the names of an enum's values in this subgraph.
	Values []string
}

// Key is one @key of an entity in one subgraph.
type Key struct {
	Fields FieldSet
	// Resolvable: the subgraph resolves representations of this key through _entities.
	Resolvable bool
}

// Field is a field of an object, interface or input type.
type Field struct {
	Name        string
	Parent      *Type
	Description string
	// Type in the graph.
	Type         *ast.Type
	Args         ast.ArgumentDefinitionList
	DefaultValue *ast.Value
	Inaccessible bool
	// In says by Subgraph.ID what each subgraph knows of the field.
	In []*FieldIn
	// Applied are directives carried by join__directive, such as @connect.
	Applied []*Applied
	// Access restricts who may read the field; nil if nothing does.
	Access *Access
	// Cost of the field, instead of its type's.
	Cost Cost
	// Directives as written on the field in the supergraph SDL, without joins.
	Directives ast.DirectiveList
}

// FieldIn is what one subgraph knows of a field (its join__field).
type FieldIn struct {
	// Type in this subgraph; it may differ from the graph's (nullability, a narrower type).
	Type *ast.Type
	// External: the subgraph mentions the field but does not resolve it, save where a @provides or a key says so.
	External bool
	// Requires must be sent with the representation for this subgraph to resolve the field.
	Requires FieldSet
	// Provides is what the subgraph also resolves beneath this field.
	Provides FieldSet
	// Override names the subgraph (Subgraph.Name or Of) from which this one takes the field over.
	Override string
	// OverrideLabel, if not "", makes the override hold only where the label is active.
	OverrideLabel string
	// UsedOverridden: overridden by another subgraph, kept because a key or @requires here uses it.
	UsedOverridden bool
	// Contexts are arguments that the gateway sets from @fromContext.
	Contexts []*ContextArgument
}

// ContextArgument is one argument that is filled from a @context of an ancestor.
type ContextArgument struct {
	Name, Context string
	Type          *ast.Type
	// Selection is what of the ancestor is the value, as written; Fields is it parsed, one field at each level.
	Selection string
	Fields    FieldSet
}

// EnumValue is one value of an enum in the graph.
type EnumValue struct {
	Name         string
	Inaccessible bool
	// In says by Subgraph.ID which subgraphs have the value.
	In []bool
}

// Applied is a directive of a subgraph that composition carried along in join__directive.
type Applied struct {
	// Graphs are the IDs of the subgraphs that applied it.
	Graphs []int
	Name   string
	// Args is an object value, or nil.
	Args *ast.Value
}

// Type is the type of that name, or nil.
func (s *Supergraph) Type(name string) *Type { return s.byName[name] }

// Subgraph is the subgraph of that name, or nil.
func (s *Supergraph) Subgraph(name string) *Subgraph {
	for _, g := range s.Subgraphs {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// Root is the root type of an operation of that kind, or nil.
func (s *Supergraph) Root(kind ast.Operation) *Type {
	switch kind {
	case ast.Mutation:
		return s.Mutation
	case ast.Subscription:
		return s.Subscription
	default:
		return s.Query
	}
}

// Field is the field of that name, or nil.
func (t *Type) Field(name string) *Field { return t.byName[name] }

// IsAbstract reports whether the type is an interface or a union in the graph.
func (t *Type) IsAbstract() bool { return t.Kind == ast.Interface || t.Kind == ast.Union }

// IsLeaf reports whether the type is a scalar or an enum.
func (t *Type) IsLeaf() bool { return t.Kind == ast.Scalar || t.Kind == ast.Enum }

// New indexes a graph that was built in memory, for those who derive one supergraph from another. The
// slices are taken over, not copied; Subgraph IDs and the lengths of all In slices must agree.
func New(s Supergraph) *Supergraph {
	out := s
	out.byName = make(map[string]*Type, len(s.Types))
	for _, t := range out.Types {
		out.byName[t.Name] = t
		t.byName = make(map[string]*Field, len(t.Fields))
		for _, f := range t.Fields {
			f.Parent = t
			t.byName[f.Name] = f
		}
	}
	return &out
}
