package supergraph

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// Access is what it takes to read a type or a field. All that is set must hold.
type Access struct {
	// Authenticated: nobody reads it without a verified token (@authenticated).
	Authenticated bool
	// Scopes (@requiresScopes) and Policies (@policy): all of at least one inner list must hold.
	Scopes, Policies [][]string
}

// access reads the directives that restrict a definition; nil if none does. A directive counts only where its
// spec is linked: another of that name is somebody's own.
func (r *reader) access(list ast.DirectiveList) *Access {
	var a Access
	if r.features.find("authenticated") != nil {
		a.Authenticated = list.ForName(r.features.name("authenticated", "authenticated")) != nil
	}
	a.Scopes = r.alternatives(list, "requiresScopes", "scopes")
	a.Policies = r.alternatives(list, "policy", "policies")
	if !a.Authenticated && a.Scopes == nil && a.Policies == nil {
		return nil
	}
	return &a
}

// alternatives reads a list of lists of names; nil if the directive is not there. One that is there and lists
// nothing can never hold.
func (r *reader) alternatives(list ast.DirectiveList, spec, argument string) [][]string {
	if r.features.find(spec) == nil {
		return nil
	}
	d := list.ForName(r.features.name(spec, spec))
	if d == nil {
		return nil
	}
	out := [][]string{}
	arg := d.Arguments.ForName(argument)
	if arg == nil || arg.Value == nil {
		return out
	}
	for _, all := range elements(arg.Value) {
		names := []string{}
		for _, name := range elements(all) {
			names = append(names, name.Raw)
		}
		out = append(out, names)
	}
	return out
}

// elements of a list; a value that is none stands for a list of itself.
func elements(v *ast.Value) []*ast.Value {
	if v.Kind != ast.ListValue {
		return []*ast.Value{v}
	}
	out := make([]*ast.Value, len(v.Children))
	for i, c := range v.Children {
		out[i] = c.Value
	}
	return out
}
