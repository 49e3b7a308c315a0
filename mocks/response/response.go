// Package response reads the answer to an operation along what the operation selected.
//
// An answer by itself is JSON; what a place in it may hold follows from the schema, the selections and the types of the
// objects around it. An Operation knows these, and leads through an answer from the root down:
//
//	Value (JSON, in its order)   +   type, selection sets   ->   the fields at this place, each with its own two
//
// Judge says where an answer breaks the promises of its schema. The recorder of scenarios reads answers the same way.
package response

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Operation is one operation of a document, valid by its schema, with its variables.
type Operation struct {
	Schema    *ast.Schema
	Document  *ast.QueryDocument
	Def       *ast.OperationDefinition
	Variables map[string]any
}

// Read reads the operation of that name, which may be "" where there is one only. The variables are as JSON has them.
func Read(schema *ast.Schema, text, name string, variables map[string]any) (*Operation, error) {
	doc, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: text})
	if err != nil {
		return nil, plain(err)
	}
	if found := validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()); len(found) > 0 {
		var errs []error
		for _, e := range found {
			errs = append(errs, plain(e))
		}
		return nil, errors.Join(errs...)
	}
	def, err := choose(doc, name)
	if err != nil {
		return nil, err
	}
	coerced, err := validator.VariableValues(schema, def, variables)
	if err != nil {
		return nil, plain(err)
	}
	return &Operation{schema, doc, def, coerced}, nil
}

func choose(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, error) {
	if name == "" && len(doc.Operations) == 1 {
		return doc.Operations[0], nil
	}
	if name == "" {
		return nil, fmt.Errorf("the document has %d operations; say which one", len(doc.Operations))
	}
	if def := doc.Operations.ForName(name); def != nil {
		return def, nil
	}
	return nil, fmt.Errorf("the document has no operation %s", name)
}

// plain is an error with its place in front, as line:column.
func plain(err error) error {
	var e *gqlerror.Error
	if errors.As(err, &e) && len(e.Locations) > 0 {
		return fmt.Errorf("%d:%d: %s", e.Locations[0].Line, e.Locations[0].Column, e.Message)
	}
	return err
}

// Root is the type of the whole answer's data.
func (o *Operation) Root() *ast.Definition {
	switch o.Def.Operation {
	case ast.Mutation:
		return o.Schema.Mutation
	case ast.Subscription:
		return o.Schema.Subscription
	default:
		return o.Schema.Query
	}
}

// Field is what is selected under one key of an object.
type Field struct {
	// Key is what the answer calls it.
	Key string
	*ast.Field
	// Sets are the selection sets beneath: several where the operation selects it in several places.
	Sets []ast.SelectionSet
}

// Fields are those that apply to an object of the type, each key once, in the order in which an answer has them.
func (o *Operation) Fields(t *ast.Definition, sets ...ast.SelectionSet) []*Field {
	var out []*Field
	for _, set := range sets {
		out = o.collect(out, t, set)
	}
	return out
}

func (o *Operation) collect(into []*Field, t *ast.Definition, set ast.SelectionSet) []*Field {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if o.included(s.Directives) {
				into = join(into, s)
			}
		case *ast.InlineFragment:
			if o.included(s.Directives) && o.applies(t, s.TypeCondition) {
				into = o.collect(into, t, s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if o.included(s.Directives) && s.Definition != nil && o.applies(t, s.Definition.TypeCondition) {
				into = o.collect(into, t, s.Definition.SelectionSet)
			}
		}
	}
	return into
}

func join(into []*Field, f *ast.Field) []*Field {
	i := slices.IndexFunc(into, func(other *Field) bool { return other.Key == f.Alias })
	if i < 0 {
		into, i = append(into, &Field{Key: f.Alias, Field: f}), len(into)
	}
	if len(f.SelectionSet) > 0 {
		into[i].Sets = append(into[i].Sets, f.SelectionSet)
	}
	return into
}

// included decides @skip and @include.
func (o *Operation) included(list ast.DirectiveList) bool {
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		arg := d.Arguments.ForName("if")
		if arg == nil {
			continue
		}
		v, err := arg.Value.Value(o.Variables)
		if on, ok := v.(bool); err == nil && ok && on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

// applies reports whether an object of the type meets the type condition.
func (o *Operation) applies(t *ast.Definition, condition string) bool {
	if condition == "" || condition == t.Name {
		return true
	}
	c := o.Schema.Types[condition]
	return c != nil && c.IsAbstractType() && slices.ContainsFunc(o.Schema.GetPossibleTypes(c), func(p *ast.Definition) bool { return p.Name == t.Name })
}

// Possible are the object types that a value of the named type can be of, in the order of their names.
func (o *Operation) Possible(name string) []*ast.Definition {
	t := o.Schema.Types[name]
	if t == nil {
		return nil
	}
	if !t.IsAbstractType() {
		return []*ast.Definition{t}
	}
	out := slices.Clone(o.Schema.GetPossibleTypes(t))
	slices.SortFunc(out, func(x, y *ast.Definition) int {
		if x.Name < y.Name {
			return -1
		}
		return 1
	})
	return out
}
