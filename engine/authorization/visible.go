package authorization

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// All are the conditions that decide what of the whole graph a caller may read. Policies that look at arguments are not
// among them: without arguments nobody can say.
func (r *Rules) All() Needs {
	n := Needs{api: r.graph.API}
	for _, t := range r.graph.Types {
		r.whole(&n, t.Access, false)
		for _, f := range t.Fields {
			r.whole(&n, f.Access, true)
		}
	}
	for _, list := range []*[]string{&n.Scopes, &n.Policies} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return n
}

func (r *Rules) whole(n *Needs, a *supergraph.Access, field bool) {
	if a == nil {
		return
	}
	n.Authenticated = n.Authenticated || a.Authenticated
	n.Scopes = append(n.Scopes, slices.Concat(a.Scopes...)...)
	for _, p := range slices.Concat(a.Policies...) {
		if !field || !slices.Contains(r.byArguments, p) {
			n.Policies = append(n.Policies, p)
		}
	}
}

// Visible is the API schema as far as a caller may read it: fields that are denied are left out, then types of which
// nothing is left, and what nobody can reach any more. A field whose policy looks at arguments is there. An interface has
// the fields that the caller may read on all of its types, so that the schema stays a valid one. The query type stays
// even if it has no fields, as each schema must have one.
func (r *Rules) Visible(g Grant) *ast.Schema {
	v := &view{restriction: &restriction{Rules: r, grant: g.set(), open: true}, api: r.graph.API, types: map[string]*ast.Definition{}}
	for _, name := range slices.Sorted(maps.Keys(v.api.Types)) {
		v.types[name] = v.readable(v.api.Types[name])
	}
	v.prune(false)
	v.prune(true)
	v.reach()
	return v.schema()
}

// view is an API schema being cut down.
type view struct {
	*restriction
	api *ast.Schema
	// types are copies of those that are left.
	types map[string]*ast.Definition
	// reached are those that something leads to.
	reached map[string]bool
}

// readable is a copy of a type with the fields that are allowed by themselves.
func (v *view) readable(def *ast.Definition) *ast.Definition {
	out := *def
	t := v.graph.Type(def.Name)
	if t == nil || def.Kind != ast.Object && def.Kind != ast.Interface {
		return &out
	}
	out.Fields = nil
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "__") || v.allows(v.restricting(nil, t, f.Name), "") {
			out.Fields = append(out.Fields, f)
		}
	}
	return &out
}

// prune takes out types of which nothing is left, and what is of those types. Each round takes out a type at least.
// Interfaces are cut down to what their types have only once it is known which types are left.
func (v *view) prune(interfaces bool) {
	for gone := true; gone; {
		gone = false
		for _, name := range slices.Sorted(maps.Keys(v.types)) {
			if def := v.types[name]; !v.narrow(def, interfaces) && def != v.types[v.api.Query.Name] {
				delete(v.types, name)
				gone = true
			}
		}
	}
}

// narrow takes out of a type what is of types that are gone, and says whether anything is left.
func (v *view) narrow(def *ast.Definition, interfaces bool) bool {
	switch def.Kind {
	case ast.Object, ast.Interface:
		def.Fields = slices.DeleteFunc(slices.Clone(def.Fields), func(f *ast.FieldDefinition) bool { return v.types[f.Type.Name()] == nil })
		if def.Kind == ast.Interface && interfaces {
			def.Fields = slices.DeleteFunc(def.Fields, func(f *ast.FieldDefinition) bool { return v.lacking(def.Name, f.Name) })
		}
		def.Interfaces = v.left(def.Interfaces)
		return slices.ContainsFunc(def.Fields, func(f *ast.FieldDefinition) bool { return !strings.HasPrefix(f.Name, "__") }) || strings.HasPrefix(def.Name, "__")
	case ast.Union:
		def.Types = v.left(def.Types)
		return len(def.Types) > 0
	}
	return true
}

// lacking says whether a type of an interface does not have the field any more.
func (v *view) lacking(name, field string) bool {
	return slices.ContainsFunc(v.api.PossibleTypes[name], func(member *ast.Definition) bool {
		left := v.types[member.Name]
		return left != nil && left.Fields.ForName(field) == nil
	})
}

// left are those of the types that are left.
func (v *view) left(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return v.types[name] == nil })
}

// reach marks what the root types lead to.
func (v *view) reach() {
	v.reached = map[string]bool{}
	for _, root := range []*ast.Definition{v.api.Query, v.api.Mutation, v.api.Subscription} {
		if root != nil {
			v.mark(root.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.api.Directives)) {
		for _, a := range v.api.Directives[name].Arguments {
			v.mark(a.Type.Name())
		}
	}
}

func (v *view) mark(name string) {
	def := v.types[name]
	if def == nil || v.reached[name] {
		return
	}
	v.reached[name] = true
	for _, f := range def.Fields {
		v.mark(f.Type.Name())
		for _, a := range f.Arguments {
			v.mark(a.Type.Name())
		}
	}
	for _, other := range slices.Concat(def.Interfaces, def.Types) {
		v.mark(other)
	}
	if def.Kind == ast.Interface {
		for _, member := range v.api.PossibleTypes[name] {
			v.mark(member.Name)
		}
	}
}

// schema is what is left.
func (v *view) schema() *ast.Schema {
	out := *v.api
	out.Types, out.PossibleTypes, out.Implements = map[string]*ast.Definition{}, map[string][]*ast.Definition{}, map[string][]*ast.Definition{}
	for name, def := range v.types {
		if v.reached[name] || def.BuiltIn || strings.HasPrefix(name, "__") {
			out.Types[name] = def
		}
	}
	among := func(from map[string][]*ast.Definition, into map[string][]*ast.Definition) {
		for name, list := range from {
			for _, def := range list {
				if left := out.Types[def.Name]; out.Types[name] != nil && left != nil {
					into[name] = append(into[name], left)
				}
			}
		}
	}
	among(v.api.PossibleTypes, out.PossibleTypes)
	among(v.api.Implements, out.Implements)
	root := func(def *ast.Definition) *ast.Definition {
		if def == nil {
			return nil
		}
		return out.Types[def.Name]
	}
	out.Query, out.Mutation, out.Subscription = root(v.api.Query), root(v.api.Mutation), root(v.api.Subscription)
	return &out
}
