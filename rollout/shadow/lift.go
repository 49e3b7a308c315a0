package shadow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// lift puts variables in the place of the values that an argument holds. Booleans, enum values and nulls stay: they are
// part of the operation rather than of somebody's data.
func (p *pruner) lift(v *ast.Value, t *ast.Type, coordinate string) (*ast.Value, error) {
	switch v.Kind {
	case ast.Variable:
		p.uses(v)
		return v, nil
	case ast.BooleanValue, ast.NullValue, ast.EnumValue:
		return v, nil
	case ast.ListValue:
		if t.Elem != nil {
			return p.liftChildren(v, coordinate, func(*ast.ChildValue) *ast.Type { return t.Elem })
		}
	case ast.ObjectValue:
		if def := p.API.Types[t.Name()]; def != nil && def.Kind == ast.InputObject {
			return p.liftChildren(v, coordinate, func(c *ast.ChildValue) *ast.Type {
				if f := def.Fields.ForName(c.Name); f != nil {
					return f.Type
				}
				return nil
			})
		}
	}
	return p.variable(v, t, coordinate)
}

func (p *pruner) liftChildren(v *ast.Value, coordinate string, typ func(*ast.ChildValue) *ast.Type) (*ast.Value, error) {
	out := &ast.Value{Kind: v.Kind, Position: v.Position}
	for _, c := range v.Children {
		t := typ(c)
		if t == nil {
			return nil, fmt.Errorf("prune: %s is no field of its input", c.Name)
		}
		lifted, err := p.lift(c.Value, t, coordinate)
		if err != nil {
			return nil, err
		}
		out.Children = append(out.Children, &ast.ChildValue{Name: c.Name, Value: lifted})
	}
	return out, nil
}

// variable is a new one that holds the value. It is never null, so that it fits where a value must be.
func (p *pruner) variable(v *ast.Value, t *ast.Type, coordinate string) (*ast.Value, error) {
	text, err := valueJSON(v)
	if err != nil {
		return nil, err
	}
	name := ""
	for i := len(p.out.written) + 1; name == "" || p.op.VariableDefinitions.ForName(name) != nil; i++ {
		name = "written" + strconv.Itoa(i)
	}
	typ := *t
	typ.NonNull = true
	p.out.written = append(p.out.written, written{name, coordinate, text})
	p.vars = append(p.vars, &ast.VariableDefinition{Variable: name, Type: &typ})
	return &ast.Value{Kind: ast.Variable, Raw: name}, nil
}

// uses notes the variables in a value.
func (p *pruner) uses(v *ast.Value) {
	if v.Kind == ast.Variable {
		p.used[v.Raw] = true
	}
}

// declare declares the client's variables that are left, without the values that they have by default: those go along with
// the others. What has a default may stand where a value must be, and so is declared as never null.
func (p *pruner) declare() {
	var own ast.VariableDefinitionList
	for _, d := range p.op.VariableDefinitions {
		if !p.used[d.Variable] {
			continue
		}
		p.out.variables = append(p.out.variables, d.Variable)
		typ := *d.Type
		if d.DefaultValue != nil {
			text, err := valueJSON(d.DefaultValue)
			if err != nil {
				continue // a default cannot hold variables
			}
			if p.out.defaults == nil {
				p.out.defaults = map[string]json.RawMessage{}
			}
			p.out.defaults[d.Variable] = text
			typ.NonNull = typ.NonNull || d.DefaultValue.Kind != ast.NullValue
		}
		own = append(own, &ast.VariableDefinition{Variable: d.Variable, Type: &typ})
	}
	p.vars = slices.Concat(own, p.vars)
}

// valueJSON is a value without variables as JSON.
func valueJSON(v *ast.Value) (json.RawMessage, error) {
	switch v.Kind {
	case ast.Variable:
		return nil, fmt.Errorf("prune: $%s is inside of a scalar", v.Raw)
	case ast.NullValue, ast.BooleanValue, ast.IntValue, ast.FloatValue:
		return json.RawMessage(v.Raw), nil
	case ast.ListValue:
		list := make([]json.RawMessage, 0, len(v.Children))
		for _, c := range v.Children {
			one, err := valueJSON(c.Value)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
		return json.Marshal(list)
	case ast.ObjectValue:
		object := make(map[string]json.RawMessage, len(v.Children))
		for _, c := range v.Children {
			one, err := valueJSON(c.Value)
			if err != nil {
				return nil, err
			}
			object[c.Name] = one
		}
		return json.Marshal(object)
	default:
		return json.Marshal(v.Raw)
	}
}
