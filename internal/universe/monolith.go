package universe

import (
	"fmt"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Monolith answers operations from one schema over all data.
type Monolith struct {
	g *Graph
	// Schema is what clients see.
	Schema *ast.Schema
}

// NewMonolith is the graph as one schema.
func NewMonolith(g *Graph) (*Monolith, error) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "api", Input: g.API()})
	if err != nil {
		return nil, fmt.Errorf("the API schema: %w", err)
	}
	return &Monolith{g, schema}, nil
}

// Answer of an operation, which must be valid.
func (m *Monolith) Answer(op *Operation) (Answer, error) {
	document, err := gqlparser.LoadQueryWithRules(m.Schema, op.Text, rules.NewDefaultRules())
	if err != nil {
		return Answer{}, fmt.Errorf("the operation: %w", err)
	}
	var changes []string
	e := &evaluation{
		schema: m.Schema, variables: op.Variables,
		typename: func(n node) string { return n.Type.Name },
		resolve: func(n node, f *ast.Field, args map[string]any) (any, error) {
			t := n.Type
			if n.root {
				t = m.g.types[f.ObjectDefinition.Name]
				changes = append(changes, change(t, f, args)...)
			}
			value, err := m.g.value(n.Object, t.Field(f.Name), canonical(args))
			return nodes(value, nil), err
		},
	}
	answer := e.run(document.Operations[0])
	answer.Changes = changes
	return answer, nil
}

// change is what running a field of the root type changes: nothing if that is no mutation.
func change(root *Type, f *ast.Field, args map[string]any) []string {
	if root.Name != "Mutation" {
		return nil
	}
	return []string{f.Name + canonical(args)}
}

// nodes places the objects of a value.
func nodes(value any, p *place) any {
	switch v := value.(type) {
	case Object:
		return node{Object: v, place: p}
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = nodes(element, p)
		}
		return list
	}
	return value
}
