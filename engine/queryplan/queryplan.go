// Package queryplan is what the planner hands to the executor: which fetches to make, what each needs, and
// what the response looks like.
//
// A Plan is immutable, printable and cacheable, and needs neither schema nor operation to run. Data has two
// names in it, and telling them apart keeps the executor simple:
//
//	name   under which a value is kept while the plan runs: what the subgraph was asked to call it
//	key    under which the client gets it
//
// At one place of the response (one merged object) a name means one thing: the planner gives an alias to
// whatever would clash (two subgraphs' views of a field, a key hidden behind a client's alias). The Shape
// says under which key, in which order and for which run-time types each name is answered, so nothing is
// ever renamed in flight:
//
//	fetch  ->  objects {name: value}  <- fetch (entities, merged into the objects of Path)
//	                   |
//	                 Shape  ->  {key: value} with nulls propagated
package queryplan

import "github.com/vektah/gqlparser/v2/ast"

// Introspection is the Subgraph of fetches that the engine answers itself, from the API schema.
const Introspection = "__introspection"

// Typename is the name under which the run-time type of an object is kept.
const Typename = "__typename"

// Plan says how to answer one operation.
type Plan struct {
	Kind ast.Operation
	// Fetches in an order in which each stands after all that it depends on; Fetches[i].ID == i.
	Fetches []*Fetch
	// Shape of the response's data; without what is deferred.
	Shape *Shape
	// Deferred are the parts of the response that are sent later (@defer), each after its parent. Operations cannot
	// ask for any yet, and the executor refuses plans that have some.
	Deferred []*Deferred
	// Considered counts the paths that the planner looked at.
	Considered int
	// Denied are the paths of what the caller may not read: an error is reported for each.
	Denied []Denied
}

// Denied is a path of response keys, with List for the elements of a list.
type Denied []string

// Events is the fetch whose answers are the events of a subscription: the only one of its kind, on which all others
// depend, which run anew for each event. It is nil for queries and mutations.
func (p *Plan) Events() *Fetch {
	if p.Kind != ast.Subscription {
		return nil
	}
	for _, f := range p.Fetches {
		if f.Kind == ast.Subscription {
			return f
		}
	}
	return nil
}

// Deferred is a part of the response that is sent when the fetches that only it needs have ended.
type Deferred struct {
	// Label is the directive's, "" if it has none.
	Label string
	// Parent is the index of the deferred part that this one is in; -1 if it is in none.
	Parent int
	// Path leads to the objects that the part completes.
	Path Path
	// Fetches are the IDs of those that only this part needs, ascending.
	Fetches []int
	// Shape of what is added to each of the objects.
	Shape *Shape
}

// Fetch is one request to one subgraph.
type Fetch struct {
	ID int
	// Subgraph by name.
	Subgraph string
	// Kind of the operation that is sent.
	Kind ast.Operation
	// Path leads to the objects that the fetch extends; empty for a fetch of the operation's root fields. Without
	// representations it leads to objects that are the root of queries: each gets the same root fields.
	Path Path
	// Also are further paths whose objects the fetch extends in the same way: what is selected goes under the same
	// names. All objects are sent in one request.
	Also []Target
	// Representations say how to identify those objects to the subgraph, by run-time type; empty for root fields.
	// For an object the first entry that matches its type is used.
	Representations []*Representation
	// Selections on the root type, or, for an entity fetch, on the entities (inline fragments by type).
	Selections []*Selection
	// Operation is the document to send, OperationName its name ("" if anonymous). An entity fetch takes the
	// representations in the variable "representations".
	Operation, OperationName string
	// Variables are the names of the client's variables that Operation uses, with their types, in order.
	Variables []*Variable
	// Contextual, if not nil, says which arguments are filled from objects above those that the fetch extends.
	Contextual *Contextual
	// DependsOn are the IDs of fetches that must have ended before this one starts, ascending.
	DependsOn []int
	// Sides says for which override labels the fetch answers what they decide; nil for most.
	Sides []Side
}

// Target is a further path of an entity fetch.
type Target struct {
	Path Path
	// Representations of the objects there; nil where they are those of the fetch.
	Representations []*Representation
}

// IsEntity reports whether the fetch resolves entities by representations.
func (f *Fetch) IsEntity() bool { return len(f.Representations) > 0 }

// Variable is a client's variable as a fetch uses it.
type Variable struct {
	Name string
	// Client is what the client calls it, where that is not Name.
	Client string
	Type   *ast.Type
}

// Path leads from the root of the data to objects, through lists.
type Path []Step

// Step is one step of a path: into the value of a name, or, with Name "@", into each element of a list.
type Step struct {
	Name string
	// Types, if not empty, keeps only objects with one of these run-time types, after the step.
	Types []string
}

// List is the Name of the step into the elements of a list.
const List = "@"

// Representation identifies objects of some run-time types to a subgraph.
type Representation struct {
	// Types are the run-time types that it fits; empty fits all, and then no __typename is needed.
	Types []string
	// Typename is sent as __typename; "" sends the object's own run-time type.
	Typename string
	// Fields of the key and of @requires, in order, without __typename.
	Fields []*Input
}

// Input is one field of a representation, read from the data.
type Input struct {
	// Name of the field in the representation.
	Name string
	// From is the name under which the data has it.
	From string
	// On, if not empty, lists the run-time types of the enclosing object for which the field is sent.
	On []string
	// Required: the object has no representation without a value; a key field. Otherwise null is sent.
	Required bool
	// Typename: nested objects are sent with their __typename.
	Typename bool
	// Fields of a nested object (or of each in a list); empty for leaves.
	Fields []*Input
}

// Selection is a field or an inline fragment of a fetch.
type Selection struct {
	// On is the type condition of an inline fragment; then only Selections is set beside it.
	On string
	// Name is what the subgraph is asked to call the value (its alias, or the field's name).
	Name string
	// Field is the field's name in the subgraph's schema.
	Field     string
	Arguments []*Argument
	// Type is the field's type in the subgraph; nil for __typename.
	Type *ast.Type
	// Parent is the type, in the subgraph, on which the field is selected.
	Parent     string
	Selections []*Selection
}

// Argument is an argument of a field in a fetch. Variables in the value are the client's.
type Argument struct {
	Name  string
	Value *ast.Value
}

// Shape is how an object of the response is written: which fields for which run-time types.
type Shape struct {
	// Typed: the run-time type, kept under Typename, selects the variant, and one that no variant has is an
	// error. Otherwise there is exactly one variant, for every object.
	Typed    bool
	Variants []*Variant
}

// Variant is the fields that objects of some types are answered with.
type Variant struct {
	// Types are the run-time types; empty if the shape is not Typed.
	Types  []string
	Fields []*Field
}

// Field is one member of an object of the response.
type Field struct {
	// Key in the response.
	Key string
	// Name of the value in the data.
	Name string
	// Typename, if not "", is the value itself: a __typename that is known from the plan. When Name is
	// Typename the object's run-time type is written instead.
	Typename string
	// Null: the value is null, and nothing was asked for it; there is no Leaf and no Shape then. Where none may stand,
	// as where the caller may not read the field, the object around it is null, and Plan.Denied says why.
	Null bool
	// Type says where null may stand and where lists are.
	Type *Type
	// Leaf says how a leaf value is checked; nil for composite values.
	Leaf *Leaf
	// Shape of a composite value (of each element in a list); nil for leaves.
	Shape *Shape
}

// Type is the nullability and list structure of a field.
type Type struct {
	NonNull bool
	// Elem is the type of a list's elements; nil if this is not a list.
	Elem *Type
	// Named is the name of the innermost type, for messages.
	Named string
}

// LeafKind is how a leaf value is checked.
type LeafKind uint8

// The kinds of leaf values.
const (
	Any LeafKind = iota // a custom scalar: any JSON value
	Int
	Float
	String
	Boolean
	ID
	Enum
)

// Leaf says which leaf values are legal.
type Leaf struct {
	Kind LeafKind
	// Values of an enum that clients may see.
	Values []string
}
