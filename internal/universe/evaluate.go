package universe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// node is an object where the evaluator stands, with what a subgraph knows of it there.
type node struct {
	Object
	root  bool
	place *place
}

// evaluation runs one operation over a schema: the algorithms of the specification, chapter 6.
type evaluation struct {
	schema    *ast.Schema
	variables map[string]any
	// typename of an object in this schema.
	typename func(node) string
	// resolve gives the value of a field: nil, node, []any, or json.RawMessage.
	resolve func(n node, f *ast.Field, args map[string]any) (any, error)
	errors  []Path
}

func (e *evaluation) run(op *ast.OperationDefinition) Answer {
	root := e.schema.Query
	if op.Operation == ast.Mutation {
		root = e.schema.Mutation
	}
	data, ok := e.object(node{root: true}, root.Name, []ast.SelectionSet{op.SelectionSet}, nil)
	if !ok {
		data = "null"
	}
	return Answer{Data: data, Errors: e.errors}
}

// group is the fields of one response key.
type group struct {
	key    string
	fields []*ast.Field
}

// collect is CollectFields.
func (e *evaluation) collect(typename string, set ast.SelectionSet, groups []*group) []*group {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if e.skipped(s.Directives) {
				continue
			}
			i := slices.IndexFunc(groups, func(g *group) bool { return g.key == s.Alias })
			if i < 0 {
				i, groups = len(groups), append(groups, &group{key: s.Alias})
			}
			groups[i].fields = append(groups[i].fields, s)
		case *ast.InlineFragment:
			if !e.skipped(s.Directives) && e.applies(s.TypeCondition, typename) {
				groups = e.collect(typename, s.SelectionSet, groups)
			}
		case *ast.FragmentSpread:
			if !e.skipped(s.Directives) && e.applies(s.Definition.TypeCondition, typename) {
				groups = e.collect(typename, s.Definition.SelectionSet, groups)
			}
		}
	}
	return groups
}

func (e *evaluation) skipped(directives ast.DirectiveList) bool {
	for _, d := range directives {
		v, _ := e.literal(d.Arguments.ForName("if").Value, ast.NamedType("Boolean", nil))
		if on, _ := v.(bool); (d.Name == "skip") == on {
			return true
		}
	}
	return false
}

func (e *evaluation) applies(condition, typename string) bool {
	return condition == "" || condition == typename ||
		slices.ContainsFunc(e.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == typename })
}

// object is ExecuteSelectionSet over all sets that were selected; ok is false if it has to be null.
func (e *evaluation) object(n node, typename string, sets []ast.SelectionSet, at Path) (data string, ok bool) {
	var groups []*group
	for _, set := range sets {
		groups = e.collect(typename, set, groups)
	}
	members, ok := make([]string, 0, len(groups)), true
	for _, g := range groups {
		value, fine := e.field(n, typename, g, append(slices.Clip(at), g.key))
		members = append(members, strconv.Quote(g.key)+":"+value)
		ok = ok && fine
	}
	return "{" + strings.Join(members, ",") + "}", ok
}

// field is ExecuteField.
func (e *evaluation) field(n node, typename string, g *group, at Path) (data string, ok bool) {
	f := g.fields[0]
	if f.Name == "__typename" {
		return strconv.Quote(typename), true
	}
	def := e.schema.Types[typename].Fields.ForName(f.Name)
	args, err := e.arguments(f, def)
	var value any
	if err == nil {
		value, err = e.resolve(n, f, args)
	}
	if err != nil {
		e.errors = append(e.errors, at)
		return "null", !def.Type.NonNull
	}
	var sets []ast.SelectionSet
	for _, field := range g.fields {
		sets = append(sets, field.SelectionSet)
	}
	return e.complete(value, def.Type, sets, at)
}

// complete is CompleteValue.
func (e *evaluation) complete(value any, typ *ast.Type, sets []ast.SelectionSet, at Path) (data string, ok bool) {
	switch v := value.(type) {
	case nil:
		if typ.NonNull {
			e.errors = append(e.errors, at)
		}
		return "null", !typ.NonNull
	case []any:
		elements := make([]string, len(v))
		ok = true
		for i, element := range v {
			var fine bool
			elements[i], fine = e.complete(element, typ.Elem, sets, append(slices.Clip(at), i))
			ok = ok && fine
		}
		data = "[" + strings.Join(elements, ",") + "]"
	case node:
		data, ok = e.object(v, e.typename(v), sets, at)
	case json.RawMessage:
		return string(v), true
	default:
		panic(fmt.Sprintf("a value of type %T", value))
	}
	if !ok {
		data = "null"
	}
	return data, ok || !typ.NonNull
}

// arguments is CoerceArgumentValues.
func (e *evaluation) arguments(f *ast.Field, def *ast.FieldDefinition) (map[string]any, error) {
	args := map[string]any{}
	for _, a := range def.Arguments {
		given := f.Arguments.ForName(a.Name)
		if given != nil {
			if v, has := e.literal(given.Value, a.Type); has {
				args[a.Name] = v
				continue
			}
		}
		if a.DefaultValue != nil {
			args[a.Name], _ = e.literal(a.DefaultValue, a.Type)
		} else if a.Type.NonNull {
			return nil, fmt.Errorf("argument %s is missing", a.Name)
		}
	}
	return args, nil
}

// literal is the value of an argument; false if it is a variable without a value.
func (e *evaluation) literal(v *ast.Value, typ *ast.Type) (any, bool) {
	switch v.Kind {
	case ast.Variable:
		value, has := e.variables[v.Raw]
		return e.input(value, typ), has
	case ast.NullValue:
		return nil, true
	case ast.IntValue:
		return json.Number(v.Raw), true
	case ast.BooleanValue:
		return v.Raw == "true", true
	case ast.ListValue:
		list := []any{}
		for _, c := range v.Children {
			value, _ := e.literal(c.Value, typ.Elem)
			list = append(list, value)
		}
		return list, true
	case ast.ObjectValue:
		given := map[string]any{}
		for _, c := range v.Children {
			field := e.schema.Types[typ.Name()].Fields.ForName(c.Name)
			if value, has := e.literal(c.Value, field.Type); has {
				given[c.Name] = value
			}
		}
		return e.input(given, typ), true
	default:
		return v.Raw, true
	}
}

// input fills in the defaults of an input object.
func (e *evaluation) input(value any, typ *ast.Type) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	full := map[string]any{}
	for _, f := range e.schema.Types[typ.Name()].Fields {
		if v, has := object[f.Name]; has {
			full[f.Name] = e.input(v, f.Type)
		} else if f.DefaultValue != nil {
			full[f.Name], _ = e.literal(f.DefaultValue, f.Type)
		}
	}
	return full
}

// canonical is the same text for the same arguments.
func canonical(args map[string]any) string {
	b, err := json.Marshal(args)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
