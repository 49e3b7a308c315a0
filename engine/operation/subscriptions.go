package operation

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkSubscriptions refuses a subscription with more than one root field, or one of introspection, or one that
// depends on a variable: what is subscribed to must be known from the document.
// https://spec.graphql.org/September2025/#sec-Single-Root-Field
func checkSubscriptions(api *ast.Schema, doc *ast.QueryDocument) Errors {
	var out Errors
	if api.Subscription == nil {
		return nil
	}
	for _, op := range doc.Operations {
		if op.Operation == ast.Subscription {
			c := &subscriptionCheck{visited: map[*ast.FragmentDefinition]bool{}, keys: map[string]bool{}, name: "Anonymous Subscription"}
			if op.Name != "" {
				c.name = fmt.Sprintf("Subscription %q", op.Name)
			}
			c.set(op.SelectionSet)
			out = append(out, c.errs...)
		}
	}
	return out
}

type subscriptionCheck struct {
	name    string
	visited map[*ast.FragmentDefinition]bool
	// keys in the response that were met.
	keys map[string]bool
	errs Errors
}

func (c *subscriptionCheck) set(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if c.included(s.Directives) {
				c.field(s)
			}
		case *ast.InlineFragment:
			if c.included(s.Directives) {
				c.set(s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if c.included(s.Directives) && s.Definition != nil && !c.visited[s.Definition] {
				c.visited[s.Definition] = true
				c.set(s.Definition.SelectionSet)
			}
		}
	}
}

func (c *subscriptionCheck) field(f *ast.Field) {
	if c.keys[f.Alias] {
		return
	}
	c.keys[f.Alias] = true
	if len(c.keys) == 2 {
		c.fail(f.Position, "%s must select only one top level field.", c.name)
	}
	if strings.HasPrefix(f.Name, "__") {
		c.fail(f.Position, "%s must not select an introspection top level field.", c.name)
	}
}

// included decides conditions that are written out, and refuses those that are variables.
func (c *subscriptionCheck) included(list ast.DirectiveList) bool {
	for _, d := range list {
		v := condition(d)
		switch {
		case v == nil:
		case v.Kind == ast.Variable:
			c.fail(d.Position, "%s must not make its top level field depend on a variable: remove @%s.", c.name, d.Name)
		case (v.Raw == "true") == (d.Name == "skip"):
			return false
		}
	}
	return true
}

func (c *subscriptionCheck) fail(where *ast.Position, format string, args ...any) {
	c.errs = append(c.errs, &Error{Code: CodeValidation, Message: fmt.Sprintf(format, args...), Locations: at(where)})
}
