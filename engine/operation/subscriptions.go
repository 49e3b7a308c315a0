package operation

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkSubscriptions refuses a subscription whose root field depends on a variable: whether there is anything
// to subscribe to must be known from the document.
// https://spec.graphql.org/September2025/#sec-Single-Root-Field
func checkSubscriptions(doc *ast.QueryDocument) Errors {
	c := &subscriptionCheck{visited: map[*ast.FragmentDefinition]bool{}}
	for _, op := range doc.Operations {
		if op.Operation == ast.Subscription {
			c.set(op.SelectionSet)
		}
	}
	return c.errs
}

type subscriptionCheck struct {
	visited map[*ast.FragmentDefinition]bool
	errs    Errors
}

func (c *subscriptionCheck) set(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			c.directives(s.Directives)
		case *ast.InlineFragment:
			c.directives(s.Directives)
			c.set(s.SelectionSet)
		case *ast.FragmentSpread:
			c.directives(s.Directives)
			if s.Definition != nil && !c.visited[s.Definition] {
				c.visited[s.Definition] = true
				c.set(s.Definition.SelectionSet)
			}
		}
	}
}

func (c *subscriptionCheck) directives(list ast.DirectiveList) {
	for _, d := range list {
		if v := condition(d); v != nil && v.Kind == ast.Variable {
			c.errs = append(c.errs, &Error{
				Code: CodeValidation, Locations: at(d.Position),
				Message: fmt.Sprintf("The root field of a subscription cannot depend on a variable: remove @%s.", d.Name),
			})
		}
	}
}
