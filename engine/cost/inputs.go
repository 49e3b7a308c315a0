package cost

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// weighs reports whether something within values of an input type costs anything.
func (c *compiler) weighs(typ string, seen map[string]bool) bool {
	t := c.sg.Type(typ)
	if t == nil || t.Kind != ast.InputObject || seen[typ] {
		return false
	}
	seen[typ] = true
	for _, f := range t.Fields {
		if inputWeight(c.sg, f) != 0 || c.weighs(f.Type.Name(), seen) {
			return true
		}
	}
	return false
}

// inputWeight is what a field of an input object costs where it is given.
func inputWeight(sg *supergraph.Supergraph, f *supergraph.Field) int {
	if f.Cost.Weighted {
		return f.Cost.Weight
	}
	if t := sg.Type(f.Type.Name()); t != nil {
		return t.Cost.Weight
	}
	return 0
}

// within is what the fields within an argument's value cost.
func (v *evaluation) within(a argument, value *ast.Value, typ string) int {
	t := a.sg.Type(typ)
	switch {
	case t == nil || t.Kind != ast.InputObject:
		return 0
	case value.Kind == ast.Variable:
		var decoded any
		if json.Unmarshal(v.values.Get(value.Raw), &decoded) != nil {
			return 0
		}
		return decodedCost(a.sg, decoded, t)
	}
	total := 0
	for _, child := range value.Children {
		if value.Kind == ast.ListValue {
			total = plus(total, v.within(a, child.Value, typ))
		} else if f := t.Field(child.Name); f != nil && v.has(child.Value) {
			total = plus(total, plus(inputWeight(a.sg, f), v.within(a, child.Value, f.Type.Name())))
		}
	}
	return total
}

// decodedCost is the same of a variable's value.
func decodedCost(sg *supergraph.Supergraph, value any, t *supergraph.Type) int {
	total := 0
	switch value := value.(type) {
	case []any:
		for _, el := range value {
			total = plus(total, decodedCost(sg, el, t))
		}
	case map[string]any:
		for _, f := range t.Fields {
			inner, ok := value[f.Name]
			if !ok || inner == nil {
				continue
			}
			total = plus(total, inputWeight(sg, f))
			if of := sg.Type(f.Type.Name()); of != nil && of.Kind == ast.InputObject {
				total = plus(total, decodedCost(sg, inner, of))
			}
		}
	}
	return total
}
