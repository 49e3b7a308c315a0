package composition

import (
	"slices"
	"strings"
)

// joinDirectives are the definitions of the join and link specifications.
var joinDirectives = []string{
	"directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION",
	"directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE",
	"directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION",
	"directive @join__graph(name: String!, url: String!) on ENUM_VALUE",
	"directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE",
	"directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR",
	"directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION",
	"directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA",
}

// linkedDefinition is what a linked specification adds to the supergraph.
type linkedDefinition struct {
	spec  string // the name in the @link's URL
	kinds []kind
	sdl   string
	// types are the scalars that the definition needs.
	types []string
}

var linkedDefinitions = []linkedDefinition{
	{"tag", []kind{dTag}, "directive @tag(name: String!) repeatable on " + locations(anywhere+" SCHEMA"), nil},
	{"inaccessible", []kind{dInaccessible}, "directive @inaccessible on " + locations(anywhere), nil},
	{"authenticated", []kind{dAuthenticated}, "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM", nil},
	{"requiresScopes", []kind{dRequiresScopes}, "directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM", []string{"requiresScopes__Scope"}},
	{"policy", []kind{dPolicy}, "directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM", []string{"policy__Policy"}},
	{"context", []kind{dContext}, "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION", nil},
	{"context", []kind{dFromContext}, "directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION", []string{"context__ContextFieldValue"}},
	{"cost", []kind{dCost}, "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR", nil},
	{"cost", []kind{dListSize}, "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION", nil},
}

func locations(names string) string { return strings.Join(strings.Fields(names), " | ") }

// linked are the definitions of the specifications that the graph links to.
func (g *graph) linked() []linkedDefinition {
	var out []linkedDefinition
	for _, d := range linkedDefinitions {
		if slices.ContainsFunc(g.links, func(l link) bool { return strings.HasPrefix(l.url, specHost+"/"+d.spec+"/") }) {
			out = append(out, d)
		}
	}
	return out
}

func (g *graph) linkedDirectives() []string {
	var out []string
	for _, d := range g.linked() {
		out = append(out, d.sdl)
	}
	return out
}

// sdlType is a type of a specification as text.
type sdlType struct{ name, sdl string }

// linkedTypes are the types that the join and link specifications and those linked bring, by name.
func (g *graph) linkedTypes() []sdlType {
	out := []sdlType{
		{"join__ContextArgument", "input join__ContextArgument {\n  name: String!\n  type: String!\n  context: String!\n  selection: join__FieldValue!\n}"},
		{"join__DirectiveArguments", "scalar join__DirectiveArguments"},
		{"join__FieldSet", "scalar join__FieldSet"},
		{"join__FieldValue", "scalar join__FieldValue"},
		{"join__Graph", g.graphEnum()},
		{"link__Import", "scalar link__Import"},
		{"link__Purpose", "enum link__Purpose {\n  \"\"\"\n  `SECURITY` features provide metadata necessary to securely resolve fields.\n  \"\"\"\n  SECURITY\n\n  \"\"\"\n  `EXECUTION` features provide metadata necessary for operation execution.\n  \"\"\"\n  EXECUTION\n}"},
	}
	for _, d := range g.linked() {
		for _, t := range d.types {
			out = append(out, sdlType{t, "scalar " + t})
		}
	}
	slices.SortFunc(out, func(a, b sdlType) int { return compareNames(a.name, b.name) })
	return out
}

func (g *graph) graphEnum() string {
	var b strings.Builder
	b.WriteString("enum join__Graph {\n")
	for _, s := range g.schemas {
		b.WriteString("  " + s.enum + " @join__graph(name: ")
		writeString(&b, s.Name)
		b.WriteString(", url: ")
		writeString(&b, s.URL)
		b.WriteString(")\n")
	}
	b.WriteString("}")
	return b.String()
}

// joins writes what each subgraph knows of a field.
func (p *printer) joins(js []join) {
	if p.api {
		return
	}
	for _, j := range js {
		p.put(" @join__field")
		if j.graph == nil {
			continue
		}
		p.put("(graph: " + j.graph.enum)
		p.joinString("requires", j.requires)
		p.joinString("provides", j.provides)
		p.joinString("type", j.typ)
		if j.external {
			p.put(", external: true")
		}
		p.joinString("override", j.override)
		if j.usedOverridden {
			p.put(", usedOverridden: true")
		}
		p.joinString("overrideLabel", j.label)
		p.contextArguments(j.contextual)
		p.put(")")
	}
}

func (p *printer) joinString(name, val string) {
	if val == "" {
		return
	}
	p.put(", " + name + ": ")
	writeString(&p.b, val)
}

func (p *printer) contextArguments(args []*contextArg) {
	if len(args) == 0 {
		return
	}
	p.put(", contextArguments: [")
	for i, a := range args {
		if i > 0 {
			p.put(", ")
		}
		p.put("{context: ")
		writeString(&p.b, a.context)
		p.put(", name: ")
		writeString(&p.b, a.arg.name)
		p.put(", type: ")
		writeString(&p.b, a.arg.typ.String())
		p.put(", selection: ")
		writeString(&p.b, a.text)
		p.put("}")
	}
	p.put("]")
}
