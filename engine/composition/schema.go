package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// schema is one subgraph as the rules see it: extensions are folded into their types, directives have their
// canonical names whatever they were imported as, and root types have their default names.
type schema struct {
	Subgraph
	// index in the order of the subgraphs' names; enum is the subgraph's value in join__Graph.
	index int
	enum  string
	// fed2: the schema links to the federation specification, in this version.
	fed2 bool
	// declared are the types of specifications that the subgraph spells out; composition writes its own.
	declared map[string]ast.DefinitionKind
	// skipped are the directives on them.
	skipped []*applied
	// within are the directives inside of them, and dropped the fields of the query root that all services have.
	within  []placed
	dropped []*fieldDef
	// badRoots are the errors of the schema definition, told with those of the directives' definitions.
	badRoots Errors
	version  version

	types  []*typeDef
	byName map[string]*typeDef
	// implementers is kept by implementations.
	implementers map[string][]string
	directives   []*directiveDef
	names        *names
	// used are the kinds of directives that are applied, once they were asked for.
	used map[kind]string
	// applied are the directives on the schema definition, roots the root types by kind of operation.
	applied []*applied
	roots   [len(operations)]*typeDef
}

// operations are the kinds of root type, by the index used in schema.roots.
var operations = [...]struct {
	kind ast.Operation
	name string
	used Code
}{
	{ast.Query, "Query", RootQueryUsed},
	{ast.Mutation, "Mutation", RootMutationUsed},
	{ast.Subscription, "Subscription", RootSubscriptionUsed},
}

// element is what types, fields, arguments and enum values have in common.
type element struct {
	name    string
	desc    string
	applied []*applied
	pos     *ast.Position
}

// typeDef is a named type of one subgraph.
type typeDef struct {
	element
	kind       ast.DefinitionKind
	in         *schema
	interfaces []string
	fields     []*fieldDef
	inputs     []*inputDef
	members    []string
	values     []*element
	// based: there is a definition, not only extensions of it.
	based bool

	fieldByName map[string]*fieldDef
	inputByName map[string]*inputDef
	valueByName map[string]*element
	keys        []*keyDef
}

// fieldDef is a field of an object or interface type of one subgraph.
type fieldDef struct {
	element
	parent *typeDef
	typ    *ast.Type
	args   []*inputDef
	// fromExtension: declared in an extension of the type.
	fromExtension bool

	facts
}

// facts are what the federation directives say of a field, gathered once (facts.go).
type facts struct {
	// external is the @external that applies to the field, from the field or from its type; nil if none.
	external *applied
	// historic: @external, but as a key of a type extension, where the directive never had a meaning.
	historic bool
	// provided by a @provides of this subgraph, used by any directive that gives @external a meaning.
	provided, used bool
	// inKey: part of a key, hence shareable; shareable: by @shareable on the field or its type.
	inKey, shareable bool
	// requires, provides are the parsed arguments; nil where there is none or it is not valid.
	requires, provides selection
	requiresText       string
	providesText       string
	override           *overrideDef
	contextual         []*contextArg
}

// inputDef is an argument or an input field.
type inputDef struct {
	element
	typ *ast.Type
	def *ast.Value
}

// applied is a directive as it was applied to an element.
type applied struct {
	kind kind
	// name is canonical for directives of known specs and as written for others.
	name string
	args ast.ArgumentList
	pos  *ast.Position
	// ext: applied to an extension of the element.
	ext bool
}

// directiveDef is a directive that the subgraph defines itself.
type directiveDef struct {
	element
	def *ast.DirectiveDefinition
}

// keyDef is one valid @key.
type keyDef struct {
	text       string
	fields     selection
	resolvable bool
	// said: resolvable was written, even if only to say what holds without it.
	said bool
	app  *applied
}

// overrideDef is one @override.
type overrideDef struct {
	from, label string
	app         *applied
}

func (t *typeDef) field(name string) *fieldDef { return t.fieldByName[name] }

// extension reports whether the subgraph says that the type belongs to another one.
func (t *typeDef) extension() bool { return !t.based || t.has(dExtends) }

func (t *typeDef) interfaceObject() bool { return t.has(dInterfaceObject) }

func (t *typeDef) composite() bool { return t.kind == ast.Object || t.kind == ast.Interface }

func (t *typeDef) implements(name string) bool { return slices.Contains(t.interfaces, name) }

// root reports whether the type is a root type of its subgraph.
func (t *typeDef) root() bool { return slices.Contains(t.in.roots[:], t) }

// isExternal reports whether the subgraph does not resolve the field on its own account.
func (f *fieldDef) isExternal() bool { return f.external != nil && !f.historic }

// resolves reports whether the subgraph can resolve the field on some path.
func (f *fieldDef) resolves() bool { return !f.isExternal() || f.provided }

func (f *fieldDef) coord() string { return f.parent.name + "." + f.name }

func (f *fieldDef) arg(name string) *inputDef {
	for _, a := range f.args {
		if a.name == name {
			return a
		}
	}
	return nil
}

func (t *typeDef) input(name string) *inputDef { return t.inputByName[name] }

func (t *typeDef) value(name string) *element { return t.valueByName[name] }

// all are the applications of one kind of directive, in order.
func (e *element) all(k kind) []*applied {
	var out []*applied
	for _, a := range e.applied {
		if a.kind == k {
			out = append(out, a)
		}
	}
	return out
}

// first is the first application of that kind of directive, or nil.
func (e *element) first(k kind) *applied {
	for _, a := range e.applied {
		if a.kind == k {
			return a
		}
	}
	return nil
}

func (e *element) has(k kind) bool { return e.first(k) != nil }

// arg is the value of an argument, or nil.
func (a *applied) arg(name string) *ast.Value {
	if v := a.args.ForName(name); v != nil {
		return v.Value
	}
	return nil
}

// str is the value of a string argument, or "".
func (a *applied) str(name string) string {
	if v := a.arg(name); v != nil && (v.Kind == ast.StringValue || v.Kind == ast.BlockValue) {
		return v.Raw
	}
	return ""
}

// runtimeTypes are the object types that a value of the type can have in its subgraph, in order.
func (t *typeDef) runtimeTypes() []string {
	switch t.kind {
	case ast.Object:
		return []string{t.name}
	case ast.Union:
		return t.members
	case ast.Interface:
		return t.in.implementations()[t.name]
	}
	return nil
}

// implementations are the object types by the interfaces that they implement, in order.
func (s *schema) implementations() map[string][]string {
	if s.implementers == nil {
		s.implementers = map[string][]string{}
		for _, o := range s.types {
			if o.kind != ast.Object {
				continue
			}
			for _, i := range o.interfaces {
				s.implementers[i] = append(s.implementers[i], o.name)
			}
		}
	}
	return s.implementers
}
