package monolith

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// arguments are a field's arguments as $args: what was given, and the defaults of what was not.
func (r *run) arguments(given []*queryplan.Argument) mapping.Value {
	keys := make([]string, 0, len(r.args))
	vals := make([]mapping.Value, 0, len(r.args))
	for _, def := range r.args {
		v := mapping.Value{}
		for _, a := range given {
			if a.Name == def.Name {
				v = r.input(a.Value, def.Type)
			}
		}
		if v.IsMissing() && def.DefaultValue != nil {
			v = r.input(def.DefaultValue, def.Type)
		}
		keys, vals = append(keys, def.Name), append(vals, v)
	}
	return mapping.ObjectValue(keys, vals)
}

// input is a value of an input type with its variables and defaults; missing if it is a variable that was not given.
func (r *run) input(v *ast.Value, typ *ast.Type) mapping.Value {
	switch v.Kind {
	case ast.Variable:
		return r.variables.Get(v.Raw)
	case ast.NullValue:
		return mapping.NullValue()
	case ast.BooleanValue:
		return mapping.BoolValue(v.Raw == "true")
	case ast.IntValue, ast.FloatValue:
		if typ != nil && typ.Elem == nil && typ.NamedType == "ID" {
			return mapping.StringValue(v.Raw)
		}
		return listed(mapping.NumberValue(v.Raw), typ)
	case ast.ListValue:
		elems := make([]mapping.Value, len(v.Children))
		for i, c := range v.Children {
			elems[i] = r.input(c.Value, elemOf(typ))
		}
		return mapping.ListValue(elems)
	case ast.ObjectValue:
		return listed(r.inputObject(v, typ), typ)
	}
	return listed(mapping.StringValue(v.Raw), typ)
}

// listed is a single value where a list is wanted, as the list of it.
func listed(v mapping.Value, typ *ast.Type) mapping.Value {
	if typ == nil || typ.Elem == nil {
		return v
	}
	return mapping.ListValue([]mapping.Value{listed(v, typ.Elem)})
}

func elemOf(typ *ast.Type) *ast.Type {
	if typ == nil {
		return nil
	}
	return typ.Elem
}

func (r *run) inputObject(v *ast.Value, typ *ast.Type) mapping.Value {
	var keys []string
	var vals []mapping.Value
	def := r.inputs[typ.Name()]
	for _, c := range v.Children {
		var inner *ast.Type
		if def != nil && def.Field(c.Name) != nil {
			inner = def.Field(c.Name).Type
		}
		keys, vals = append(keys, c.Name), append(vals, r.input(c.Value, inner))
	}
	if def != nil {
		for _, f := range def.Fields {
			if f.DefaultValue != nil && v.Children.ForName(f.Name) == nil {
				keys, vals = append(keys, f.Name), append(vals, r.input(f.DefaultValue, f.Type))
			}
		}
	}
	return mapping.ObjectValue(keys, vals)
}
