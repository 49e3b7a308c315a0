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

// fieldsOf are the fields of a set for an object of the type.
func fieldsOf(set ast.SelectionSet, t *Type) []*ast.Field {
	var fields []*ast.Field
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			fields = append(fields, s)
		case *ast.InlineFragment:
			if s.TypeCondition == t.Name {
				fields = append(fields, fieldsOf(s.SelectionSet, t)...)
			}
		}
	}
	return fields
}

// holds reports whether what was given has all of the set, with the object's values. Lost allows for values that
// are not there.
func (g *Graph) holds(o Object, set ast.SelectionSet, given any, lost bool) bool {
	members, ok := given.(map[string]any)
	if !ok {
		return false
	}
	for _, f := range fieldsOf(set, o.Type) {
		value, has := members[f.Name]
		if lost && value == nil {
			continue
		}
		if !has || !g.same(g.truth(o, f), value, f.SelectionSet, lost) {
			return false
		}
	}
	return true
}

// truth is the value of a field that never fails.
func (g *Graph) truth(o Object, selected *ast.Field) any {
	f := o.Type.Field(selected.Name)
	if f == nil {
		return nil
	}
	args := map[string]any{}
	for _, a := range f.Args {
		value := a.DefaultValue
		if given := selected.Arguments.ForName(a.Name); given != nil {
			value = given.Value
		}
		switch {
		case value == nil:
		case value.Kind == ast.IntValue:
			args[a.Name] = json.Number(value.Raw)
		default:
			args[a.Name] = value.Raw
		}
	}
	value, err := g.value(o, f, canonical(args))
	if err != nil {
		return err
	}
	return value
}

// same reports whether a value of a representation is the true one, as far as the set goes.
func (g *Graph) same(truth, given any, set ast.SelectionSet, lost bool) bool {
	switch t := truth.(type) {
	case nil:
		return given == nil
	case Object:
		return g.holds(t, set, given, lost)
	case []any:
		list, ok := given.([]any)
		if !ok || len(list) != len(t) {
			return false
		}
		for i := range t {
			if !g.same(t[i], list[i], set, lost) {
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
