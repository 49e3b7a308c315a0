package composition

import "github.com/vektah/gqlparser/v2/ast"

// kind is a directive that composition knows by its meaning, whatever its name is in a subgraph.
type kind uint8

const (
	dCustom kind = iota
	dLink
	dKey
	dRequires
	dProvides
	dExternal
	dExtends
	dShareable
	dOverride
	dTag
	dInaccessible
	dComposeDirective
	dInterfaceObject
	dAuthenticated
	dRequiresScopes
	dPolicy
	dContext
	dFromContext
	dCost
	dListSize
	dCacheTag
	dSource
	dConnect
	dBatched
	dDeprecated
	dSpecifiedBy
	dOneOf
)

// spec is what a specification says of one of its directives.
type spec struct {
	kind kind
	name string
	// since is the first version of Federation 2 that has the directive; one: Federation 1 has it too.
	since version
	one   bool
	args  []specArg
	// locations, separated by spaces.
	locations  string
	repeatable bool
}

// specArg is an argument: its type and its default as written in SDL.
type specArg struct {
	name, typ, def string
	// optional arguments need not be in a subgraph's own definition of the directive.
	optional bool
	// since is the first version that has the argument.
	since version
}

const anywhere = "FIELD_DEFINITION OBJECT INTERFACE UNION ARGUMENT_DEFINITION SCALAR ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION"

// specs are the directives of the federation specification, in the order in which it gained them.
var specs = []spec{
	{dKey, "key", v(2, 0), true, []specArg{{name: "fields", typ: "FieldSet!"}, {name: "resolvable", typ: "Boolean", def: "true", optional: true}}, "OBJECT INTERFACE", true},
	{dRequires, "requires", v(2, 0), true, []specArg{{name: "fields", typ: "FieldSet!"}}, "FIELD_DEFINITION", false},
	{dProvides, "provides", v(2, 0), true, []specArg{{name: "fields", typ: "FieldSet!"}}, "FIELD_DEFINITION", false},
	{dExternal, "external", v(2, 0), true, []specArg{{name: "reason", typ: "String", optional: true}}, "OBJECT FIELD_DEFINITION", false},
	{dTag, "tag", v(2, 0), true, []specArg{{name: "name", typ: "String!"}}, anywhere + " SCHEMA", true},
	{dExtends, "extends", v(2, 0), true, nil, "OBJECT INTERFACE", false},
	{dShareable, "shareable", v(2, 0), false, nil, "OBJECT FIELD_DEFINITION", true},
	{dInaccessible, "inaccessible", v(2, 0), false, nil, anywhere, false},
	{dOverride, "override", v(2, 0), false, []specArg{{name: "from", typ: "String!"}, {name: "label", typ: "String", optional: true, since: v(2, 7)}}, "FIELD_DEFINITION", false},
	{dComposeDirective, "composeDirective", v(2, 1), false, []specArg{{name: "name", typ: "String"}}, "SCHEMA", true},
	{dInterfaceObject, "interfaceObject", v(2, 3), false, nil, "OBJECT", false},
	{dAuthenticated, "authenticated", v(2, 5), false, nil, "FIELD_DEFINITION OBJECT INTERFACE SCALAR ENUM", false},
	{dRequiresScopes, "requiresScopes", v(2, 5), false, []specArg{{name: "scopes", typ: "[[Scope!]!]!"}}, "FIELD_DEFINITION OBJECT INTERFACE SCALAR ENUM", false},
	{dPolicy, "policy", v(2, 6), false, []specArg{{name: "policies", typ: "[[Policy!]!]!"}}, "FIELD_DEFINITION OBJECT INTERFACE SCALAR ENUM", false},
	{dContext, "context", v(2, 8), false, []specArg{{name: "name", typ: "String!"}}, "INTERFACE OBJECT UNION", true},
	{dFromContext, "fromContext", v(2, 8), false, []specArg{{name: "field", typ: "ContextFieldValue"}}, "ARGUMENT_DEFINITION", false},
	{dCost, "cost", v(2, 9), false, []specArg{{name: "weight", typ: "Int!"}}, "ARGUMENT_DEFINITION ENUM FIELD_DEFINITION INPUT_FIELD_DEFINITION OBJECT SCALAR", false},
	{dListSize, "listSize", v(2, 9), false, []specArg{{name: "assumedSize", typ: "Int"}, {name: "slicingArguments", typ: "[String!]"}, {name: "sizedFields", typ: "[String!]"}, {name: "requireOneSlicingArgument", typ: "Boolean", def: "true"}}, "FIELD_DEFINITION", false},
	{dCacheTag, "cacheTag", v(2, 12), false, []specArg{{name: "format", typ: "String!"}}, "OBJECT FIELD_DEFINITION", true},
}

// builtins are the directives that every schema has.
var builtins = []spec{
	{dDeprecated, "deprecated", version{}, true, []specArg{{name: "reason", typ: "String", def: `"No longer supported"`}}, "FIELD_DEFINITION ARGUMENT_DEFINITION INPUT_FIELD_DEFINITION ENUM_VALUE", false},
	{dSpecifiedBy, "specifiedBy", version{}, true, []specArg{{name: "url", typ: "String!"}}, "SCALAR", false},
	{dOneOf, "oneOf", version{}, true, nil, "INPUT_OBJECT", false},
	{dCustom, "skip", version{}, true, []specArg{{name: "if", typ: "Boolean!"}}, "FIELD FRAGMENT_SPREAD INLINE_FRAGMENT", false},
	{dCustom, "include", version{}, true, []specArg{{name: "if", typ: "Boolean!"}}, "FIELD FRAGMENT_SPREAD INLINE_FRAGMENT", false},
}

// linkSpec is @link itself.
var linkSpec = spec{dLink, "link", version{}, true, []specArg{{name: "url", typ: "String"}, {name: "as", typ: "String"}, {name: "for", typ: "Purpose"}, {name: "import", typ: "[Import]"}}, "SCHEMA", true}

// fieldSetTypes are the scalars of the federation specification, by the version that introduced them.
var specTypes = []struct {
	name  string
	since version
}{{"FieldSet", v(2, 0)}, {"Scope", v(2, 5)}, {"Policy", v(2, 6)}, {"ContextFieldValue", v(2, 8)}}

// version of a specification.
type version struct{ major, minor int }

func v(major, minor int) version { return version{major, minor} }

func (a version) less(b version) bool {
	return a.major < b.major || a.major == b.major && a.minor < b.minor
}

// locationOf is where a directive stands when it is applied to a type of that kind.
func locationOf(k ast.DefinitionKind) ast.DirectiveLocation {
	switch k {
	case ast.Scalar:
		return ast.LocationScalar
	case ast.Object:
		return ast.LocationObject
	case ast.Interface:
		return ast.LocationInterface
	case ast.Union:
		return ast.LocationUnion
	case ast.Enum:
		return ast.LocationEnum
	default:
		return ast.LocationInputObject
	}
}
