package universe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// view is who a schema is printed for: a subgraph to be composed, what a subgraph executes, or the clients of all.
type view struct {
	g *Graph
	// s is the subgraph's ID; -1 for clients.
	s int
	// federation directives are written.
	federation bool
	strings.Builder
}

// SDL is the subgraph's schema as it is composed.
func (g *Graph) SDL(s int) string { return g.print(s, true) }

// Executable is the subgraph's schema as a GraphQL server has it.
func (g *Graph) Executable(s int) string { return g.print(s, false) }

// API is the schema of the whole graph, as clients see it.
func (g *Graph) API() string { return g.print(-1, false) }

func (g *Graph) print(s int, federation bool) string {
	v := &view{g: g, s: s, federation: federation}
	v.header()
	for _, t := range g.Types {
		if (s >= 0 && t.In[s] == nil) || (s < 0 && (t.Inaccessible || len(t.in()) == 0)) {
			continue
		}
		v.definition(t)
	}
	if s >= 0 && !federation {
		v.entities()
	}
	return v.String()
}

func (v *view) put(text string) { fmt.Fprint(v, text) }

func (v *view) header() {
	v.put("scalar JSON\n")
	if v.s < 0 {
		return
	}
	s := v.g.Subgraphs[v.s]
	if v.federation && !s.Fed1 {
		names := `import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject"]`
		if s.Prefix != "" {
			names = `as: "fed", import: ["@inaccessible"]`
		}
		fmt.Fprintf(v, "extend schema @link(url: \"https://specs.apollo.dev/link/v1.0\") @link(url: \"https://specs.apollo.dev/federation/v2.7\", %s)\n", names)
	}
	mutation := ""
	if m := v.g.types["Mutation"]; m != nil && m.In[v.s] != nil {
		mutation = " mutation: " + s.Mutation
	}
	fmt.Fprintf(v, "schema { query: %s%s }\n", s.Query, mutation)
}

// rename is what the subgraph calls the type.
func (v *view) rename(name string) string {
	if v.s >= 0 && name == "Query" {
		return v.g.Subgraphs[v.s].Query
	}
	if v.s >= 0 && name == "Mutation" {
		return v.g.Subgraphs[v.s].Mutation
	}
	return name
}

func (v *view) definition(t *Type) {
	kind := map[ast.DefinitionKind]string{ast.Object: "type", ast.Interface: "interface", ast.Union: "union", ast.Enum: "enum", ast.InputObject: "input"}[t.Kind]
	if v.s >= 0 && t.In[v.s].InterfaceObject {
		kind = "type"
	}
	if v.federation && t.In[v.s].Extend && v.extends(t) {
		kind = "extend " + kind
	}
	v.put(kind + " " + v.rename(t.Name))
	if t.Kind == ast.Object {
		for i, face := range v.g.implements(t, v.s) {
			v.put([]string{" implements ", " & "}[min(i, 1)] + face.Name)
		}
	}
	if v.federation {
		v.typeDirectives(t)
	}
	switch t.Kind {
	case ast.Union:
		v.put(" = " + strings.Join(names(v.members(t)), " | ") + "\n")
	case ast.Enum:
		v.put(" { " + strings.Join(v.values(t), " ") + " }\n")
	default:
		v.fields(t)
	}
}

// extends reports whether an extension has a definition to stand on.
func (v *view) extends(t *Type) bool {
	return slices.ContainsFunc(t.in(), func(s int) bool { return !t.In[s].Extend })
}

func names(types []*Type) []string {
	all := make([]string, len(types))
	for i, t := range types {
		all[i] = t.Name
	}
	return all
}

func (v *view) members(t *Type) []*Type {
	if v.s >= 0 {
		return t.In[v.s].Members
	}
	return t.members()
}

func (v *view) values(t *Type) []string {
	if v.s >= 0 {
		return t.In[v.s].Values
	}
	var all []string
	for _, in := range t.In {
		for _, value := range in.Values {
			if !slices.Contains(all, value) {
				all = append(all, value)
			}
		}
	}
	return all
}

func (v *view) fields(t *Type) {
	v.put(" {\n")
	for _, f := range t.Fields {
		if v.s >= 0 && f.In[v.s] != nil || v.s < 0 && !f.Inaccessible && len(f.owners()) > 0 {
			v.field(t, f)
		}
	}
	if v.s >= 0 && !v.federation && t.Name == "Query" {
		v.put("  _entities(representations: [_Any!]!): [_Entity]!\n")
	}
	v.put("}\n")
}

func (v *view) field(t *Type, f *Field) {
	v.put("  " + f.Name)
	for i, a := range f.Args {
		v.put([]string{"(", ", "}[min(i, 1)] + a.Name + ": " + a.Type.String())
		if a.DefaultValue != nil {
			v.put(" = " + a.DefaultValue.String())
		}
	}
	if len(f.Args) > 0 {
		v.put(")")
	}
	v.put(": " + v.typeOf(f).String())
	if f.Default != "" {
		v.put(" = " + f.Default)
	}
	if v.federation && (t.Kind == ast.Object || t.In[v.s].InterfaceObject) {
		v.fieldDirectives(t, f)
	}
	v.put("\n")
}

// typeOf is the field's type in this view: the weakest of all for clients.
func (v *view) typeOf(f *Field) *ast.Type {
	for s, in := range f.In {
		if in != nil && in.Type != nil && (v.s < 0 && in.Type.Name() == f.Type.Name() || v.s == s) {
			return in.Type
		}
	}
	return f.Type
}

func (v *view) directive(name, args string) {
	v.put(" @" + v.g.Subgraphs[v.s].Prefix + name + args)
}

func (v *view) typeDirectives(t *Type) {
	in := t.In[v.s]
	for _, k := range in.Keys {
		args := fmt.Sprintf("(fields: %q)", k.Fields)
		if !k.Resolvable {
			args = fmt.Sprintf("(fields: %q, resolvable: false)", k.Fields)
		}
		v.directive("key", args)
	}
	if in.InterfaceObject {
		v.directive("interfaceObject", "")
	}
}

func (v *view) fieldDirectives(t *Type, f *Field) {
	in, modern := f.In[v.s], !v.g.Subgraphs[v.s].Fed1
	if in.External || !modern && t.Entity && f.Filled && t.In[v.s].Extend && v.extends(t) { // a key of an extension
		v.directive("external", "")
	}
	if in.Requires != "" {
		v.directive("requires", fmt.Sprintf("(fields: %q)", in.Requires))
	}
	if in.Provides != "" {
		v.directive("provides", fmt.Sprintf("(fields: %q)", in.Provides))
	}
	if in.Shareable && modern {
		v.directive("shareable", "")
	}
	switch {
	case in.Label != "":
		v.directive("override", fmt.Sprintf("(from: %q, label: %q)", in.Override, in.Label))
	case in.Override != "":
		v.directive("override", fmt.Sprintf("(from: %q)", in.Override))
	}
	if f.Inaccessible && modern && !in.External {
		v.put(" @inaccessible") // composition asks for one name in all subgraphs
	}
}

// entities are the types of _entities.
func (v *view) entities() {
	var of []string
	for _, t := range v.g.Types {
		if in := t.In[v.s]; in != nil && (t.Entity || in.InterfaceObject) {
			of = append(of, t.Name)
		}
	}
	if len(of) == 0 {
		of = []string{v.g.Subgraphs[v.s].Query}
	}
	v.put("scalar _Any\nunion _Entity = " + strings.Join(of, " | ") + "\n")
}
