package universe

import (
	"bytes"
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// fieldSet reads the fields of @key, @requires or @provides, which this package wrote itself.
func fieldSet(text string) ast.SelectionSet {
	document, err := parser.ParseQuery(&ast.Source{Input: "{" + text + "}"})
	if err != nil {
		panic(err)
	}
	return document.Operations[0].SelectionSet
}

// holds reports whether what was given has all of the set, with the object's values.
func (g *Graph) holds(o Object, set ast.SelectionSet, given any) bool {
	members, ok := given.(map[string]any)
	if !ok {
		return false
	}
	for _, s := range set {
		f := s.(*ast.Field)
		value, has := members[f.Name]
		lost := g.Faults && value == nil // with its parent, when another field failed
		if !has || !lost && !g.same(g.truth(o, f.Name), value, f.SelectionSet) {
			return false
		}
	}
	return true
}

// truth is the value of a field that never fails.
func (g *Graph) truth(o Object, name string) any {
	f := o.Type.Field(name)
	if f == nil {
		return nil
	}
	value, err := g.value(o, f, canonical(map[string]any{}))
	if err != nil {
		return err
	}
	return value
}

// same reports whether a value of a representation is the true one, as far as the set goes.
func (g *Graph) same(truth, given any, set ast.SelectionSet) bool {
	switch t := truth.(type) {
	case nil:
		return given == nil
	case Object:
		return g.holds(t, set, given)
	case []any:
		list, ok := given.([]any)
		if !ok || len(list) != len(t) {
			return false
		}
		for i := range t {
			if !g.same(t[i], list[i], set) {
				return false
			}
		}
		return true
	case json.RawMessage:
		return equalJSON(t, given)
	}
	return false
}

func equalJSON(truth json.RawMessage, given any) bool {
	value, err := decode(truth)
	if err != nil {
		return false
	}
	a, errA := json.Marshal(value)
	b, errB := json.Marshal(given)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// decode reads JSON without losing digits.
func decode(text []byte) (any, error) {
	var value any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := d.Decode(&value)
	return value, err
}
