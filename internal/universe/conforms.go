package universe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Conforms says where data is not what the operation may be answered with: a key too many or missing, null where
// none may be, a leaf or a list that its type does not have.
func (m *Monolith) Conforms(op *Operation, data []byte) error {
	document, errs := gqlparser.LoadQueryWithRules(m.Schema, op.Text, rules.NewDefaultRules())
	if len(errs) > 0 {
		return fmt.Errorf("the operation: %w", errs)
	}
	value, err := decode(data)
	if err != nil || value == nil {
		return err
	}
	e := &evaluation{schema: m.Schema, variables: op.Variables}
	o, root := document.Operations[0], m.Schema.Query
	if o.Operation == ast.Mutation {
		root = m.Schema.Mutation
	}
	return e.conformsObject(value, root, []ast.SelectionSet{o.SelectionSet}, "data")
}

// conformsAny: an abstract value conforms as one of the objects that it may be.
func (e *evaluation) conformsAny(value any, t *ast.Definition, sets []ast.SelectionSet, at string) error {
	var err error
	for _, possible := range e.schema.GetPossibleTypes(t) {
		if err = e.conformsObject(value, possible, sets, at); err == nil {
			return nil
		}
	}
	return err
}

func (e *evaluation) conformsObject(value any, t *ast.Definition, sets []ast.SelectionSet, at string) error {
	object, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is %v, no object", at, value)
	}
	var groups []*group
	for _, set := range sets {
		groups = e.collect(t.Name, set, groups)
	}
	if len(groups) != len(object) {
		return fmt.Errorf("%s has %d members, not %d", at, len(object), len(groups))
	}
	for _, g := range groups {
		member, has := object[g.key]
		if !has {
			return fmt.Errorf("%s lacks %s", at, g.key)
		}
		typ := ast.NonNullNamedType("String", nil)
		if g.fields[0].Name == "__typename" && member != t.Name {
			return fmt.Errorf("%s.%s is %v, not %s", at, g.key, member, t.Name)
		} else if g.fields[0].Name != "__typename" {
			typ = t.Fields.ForName(g.fields[0].Name).Type
		}
		var inner []ast.SelectionSet
		for _, f := range g.fields {
			inner = append(inner, f.SelectionSet)
		}
		if err := e.conformsValue(member, typ, inner, at+"."+g.key); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluation) conformsValue(value any, typ *ast.Type, sets []ast.SelectionSet, at string) error {
	if value == nil {
		if typ.NonNull {
			return fmt.Errorf("%s is null", at)
		}
		return nil
	}
	if typ.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			return fmt.Errorf("%s is %v, no list", at, value)
		}
		for i, element := range list {
			if err := e.conformsValue(element, typ.Elem, sets, fmt.Sprint(at, "[", i, "]")); err != nil {
				return err
			}
		}
		return nil
	}
	if t := e.schema.Types[typ.NamedType]; t.IsCompositeType() {
		return e.conformsAny(value, t, sets, at)
	} else if !legal(t, value) {
		return fmt.Errorf("%s is %v, no %s", at, value, t.Name)
	}
	return nil
}

// legal reports whether a leaf is what its type allows, chapter 3.5 of the specification.
func legal(t *ast.Definition, value any) bool {
	n, isNumber := value.(json.Number)
	s, isString := value.(string)
	switch t.Name {
	case "Int":
		_, err := strconv.ParseInt(n.String(), 10, 32)
		return isNumber && err == nil
	case "Float":
		return isNumber
	case "Boolean":
		_, ok := value.(bool)
		return ok
	case "String", "ID":
		return isString
	case "JSON":
		return true
	}
	return isString && slices.ContainsFunc(t.EnumValues, func(v *ast.EnumValueDefinition) bool { return v.Name == s })
}
