package operation

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkSpreads refuses fragments that can never apply. A type overlaps with itself even if no object has it:
// `... on Interface` is legal before anything implements the interface. The parser's rule differs there, and
// takes an interface for an object that implements another.
// https://spec.graphql.org/October2021/#sec-Fragment-spread-is-possible
func checkSpreads(api *ast.Schema, doc *ast.QueryDocument) Errors {
	c := &spreadCheck{api: api, types: newTypes(api)}
	for _, op := range doc.Operations {
		c.set(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		c.set(f.SelectionSet)
	}
	return c.errs
}

type spreadCheck struct {
	api   *ast.Schema
	types *types
	errs  Errors
}

func (c *spreadCheck) set(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			c.set(s.SelectionSet)
		case *ast.InlineFragment:
			c.spread("", s.TypeCondition, s.ObjectDefinition, s.Position)
			c.set(s.SelectionSet)
		case *ast.FragmentSpread:
			if s.Definition != nil {
				c.spread(s.Name, s.Definition.TypeCondition, s.ObjectDefinition, s.Position)
			}
		}
	}
}

func (c *spreadCheck) spread(name, on string, parent *ast.Definition, where *ast.Position) {
	cond := c.api.Types[on]
	if parent == nil || cond == nil || !parent.IsCompositeType() || !cond.IsCompositeType() {
		return // other rules'
	}
	if parent.Name == on || c.types.compare(parent, cond) != never {
		return
	}
	subject := "Fragment"
	if name != "" {
		subject = fmt.Sprintf("Fragment %q", name)
	}
	c.errs = append(c.errs, &Error{
		Code: CodeValidation, Locations: at(where),
		Message: fmt.Sprintf("%s cannot be spread here as objects of type %q can never be of type %q.", subject, parent.Name, on),
	})
}
