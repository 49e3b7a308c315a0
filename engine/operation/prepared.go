package operation

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxConditions is how many Boolean variables may decide what is selected: the bits of a mask.
const maxConditions = 64

// Prepared is one operation of a Document, ready to take variables. It is immutable; a Document gives the
// same pointer for the same name, so that it can be part of a cache's key.
type Prepared struct {
	api        *ast.Schema
	fragments  map[string]*ast.FragmentDefinition
	definition *ast.OperationDefinition
	root       *ast.Definition
	bounds     *bounds
	// exceeded are the limits that the document passes, and that are only measured.
	exceeded   []Excess
	variables  []variable
	conditions []string
	introspect bool
}

func prepare(api *ast.Schema, doc *ast.QueryDocument, op *ast.OperationDefinition, b *bounds) *Prepared {
	p := &Prepared{
		api: api, definition: op, bounds: b, root: root(api, op.Operation),
		fragments: make(map[string]*ast.FragmentDefinition, len(doc.Fragments)),
	}
	for _, f := range doc.Fragments {
		p.fragments[f.Name] = f
	}
	for _, v := range op.VariableDefinitions {
		p.variables = append(p.variables, newVariable(api, v))
	}
	visited := map[string]bool{}
	p.findConditions(op.SelectionSet, visited)
	clear(visited)
	p.introspect = p.introspects(op.SelectionSet, visited)
	return p
}

func root(api *ast.Schema, kind ast.Operation) *ast.Definition {
	switch kind {
	case ast.Mutation:
		return api.Mutation
	case ast.Subscription:
		return api.Subscription
	}
	return api.Query
}

// executable refuses an operation of a kind that the schema has no type for. Such a document is valid.
func (p *Prepared) executable() error {
	if p.root != nil {
		return nil
	}
	return Errors{{
		Code: CodeValidation, Locations: at(p.definition.Position),
		Message: fmt.Sprintf("Schema is not configured to execute %s operation.", p.Kind()),
	}}
}

// Kind is query, mutation or subscription.
func (p *Prepared) Kind() ast.Operation { return p.definition.Operation }

// Name is the operation's name, "" if it has none.
func (p *Prepared) Name() string { return p.definition.Name }

// Size is how many bytes the document's text has.
func (p *Prepared) Size() int { return len(p.definition.Position.Src.Input) }

// Introspects reports whether the operation asks for the schema (__schema or __type).
func (p *Prepared) Introspects() bool { return p.introspect }

// Conditions are the names of the Boolean variables that @skip and @include use, in order of appearance;
// the bit i of a mask is the value of the i-th.
func (p *Prepared) Conditions() []string { return slices.Clone(p.conditions) }

// Mask is the values of the Conditions.
func (p *Prepared) Mask(v Values) (uint64, error) {
	if len(p.conditions) > maxConditions {
		return 0, Errors{{
			Code: CodeTooManyConditions, Locations: at(p.definition.Position),
			Message: fmt.Sprintf("The operation uses %d variables in @skip and @include; at most %d can be used.", len(p.conditions), maxConditions),
		}}
	}
	var mask uint64
	for i, name := range p.conditions {
		switch json := v.Get(name); string(json) {
		case "true":
			mask |= 1 << i
		case "false":
		default:
			return 0, Errors{{
				Code: CodeVariable, Extensions: map[string]any{"name": name},
				Message: fmt.Sprintf(`Variable "$%s" is used in @skip or @include and must be true or false, not null.`, name),
			}}
		}
	}
	return mask, nil
}

// findConditions visits each fragment once: the names do not depend on where it is spread.
func (p *Prepared) findConditions(set ast.SelectionSet, visited map[string]bool) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			p.addConditions(s.Directives)
			p.findConditions(s.SelectionSet, visited)
		case *ast.InlineFragment:
			p.addConditions(s.Directives)
			p.findConditions(s.SelectionSet, visited)
		case *ast.FragmentSpread:
			p.addConditions(s.Directives)
			if !visited[s.Name] {
				visited[s.Name] = true
				p.findConditions(p.fragments[s.Name].SelectionSet, visited)
			}
		}
	}
}

func (p *Prepared) addConditions(list ast.DirectiveList) {
	for _, d := range list {
		if v := condition(d); v != nil && v.Kind == ast.Variable && !slices.Contains(p.conditions, v.Raw) {
			p.conditions = append(p.conditions, v.Raw)
		}
	}
}

// condition is the argument of @skip or @include, nil for another directive.
func condition(d *ast.Directive) *ast.Value {
	if d.Name != "skip" && d.Name != "include" {
		return nil
	}
	if arg := d.Arguments.ForName("if"); arg != nil {
		return arg.Value
	}
	return nil
}

func (p *Prepared) introspects(set ast.SelectionSet, visited map[string]bool) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name == "__schema" || s.Name == "__type" {
				return true
			}
		case *ast.InlineFragment:
			if p.introspects(s.SelectionSet, visited) {
				return true
			}
		case *ast.FragmentSpread:
			if !visited[s.Name] {
				visited[s.Name] = true
				if p.introspects(p.fragments[s.Name].SelectionSet, visited) {
					return true
				}
			}
		}
	}
	return false
}

// Root is the names of the fields that are asked of the root type, each once, whatever @skip and @include come to;
// __typename is not told.
func (p *Prepared) Root() []string {
	var out []string
	visited := map[string]bool{}
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if s.Name != "__typename" && !slices.Contains(out, s.Name) {
					out = append(out, s.Name)
				}
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if !visited[s.Name] {
					visited[s.Name] = true
					walk(p.fragments[s.Name].SelectionSet)
				}
			}
		}
	}
	walk(p.definition.SelectionSet)
	return out
}

// RootType is the name of the type that the operation asks.
func (p *Prepared) RootType() string {
	if p.root == nil {
		return ""
	}
	return p.root.Name
}
