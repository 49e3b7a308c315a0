package introspection

import (
	stdjson "encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// field is one field to answer. All types of introspection are object types, so what is selected on a field
// is known before it is answered.
type field struct {
	key, name string
	below     []*field
	// deprecated is the argument includeDeprecated, typeName the argument name of __type.
	deprecated bool
	typeName   string
}

// resolver reads arguments; variables are decoded when the first is needed.
type resolver struct {
	variables []byte
	decoded   map[string]stdjson.RawMessage
}

// compile dissolves the fragments of selections on a type and merges fields of one key.
func (r *resolver) compile(on string, selections ...[]*queryplan.Selection) ([]*field, error) {
	c := &collector{on: on, index: map[string]int{}}
	for _, set := range selections {
		c.collect(set)
	}
	for i, f := range c.fields {
		first := c.first[i]
		for _, arg := range first.Arguments {
			if err := r.argument(f, arg); err != nil {
				return nil, fmt.Errorf("argument %s of %s: %w", arg.Name, f.name, err)
			}
		}
		if len(c.below[i]) == 0 {
			continue
		}
		var err error
		if f.below, err = r.compile(first.Type.Name(), c.below[i]...); err != nil {
			return nil, err
		}
	}
	return c.fields, nil
}

// collector gathers the fields of a set, in order; first and below go with fields.
type collector struct {
	on     string
	index  map[string]int
	fields []*field
	first  []*queryplan.Selection
	below  [][][]*queryplan.Selection
}

func (c *collector) collect(set []*queryplan.Selection) {
	for _, s := range set {
		if s.On != "" {
			if s.On == c.on {
				c.collect(s.Selections)
			}
			continue
		}
		i, again := c.index[s.Name]
		if !again {
			i = len(c.fields)
			c.index[s.Name] = i
			c.fields = append(c.fields, &field{key: s.Name, name: s.Field})
			c.first = append(c.first, s)
			c.below = append(c.below, nil)
		}
		if len(s.Selections) > 0 {
			c.below[i] = append(c.below[i], s.Selections)
		}
	}
}

func (r *resolver) argument(f *field, arg *queryplan.Argument) error {
	value, err := r.value(arg.Value)
	if err != nil || value == nil {
		return err
	}
	switch arg.Name {
	case "includeDeprecated":
		return stdjson.Unmarshal(value, &f.deprecated)
	case "name":
		return stdjson.Unmarshal(value, &f.typeName)
	}
	return nil
}

// value is an argument's value as JSON, nil for a variable without one.
func (r *resolver) value(v *ast.Value) (stdjson.RawMessage, error) {
	switch v.Kind {
	case ast.Variable:
		if r.decoded == nil && len(r.variables) > 0 {
			if err := stdjson.Unmarshal(r.variables, &r.decoded); err != nil {
				return nil, fmt.Errorf("variables: %w", err)
			}
		}
		return r.decoded[v.Raw], nil
	case ast.StringValue, ast.BlockValue:
		return stdjson.RawMessage(quote(v.Raw)), nil
	}
	return stdjson.RawMessage(v.Raw), nil
}
