package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// answerer executes one request over the facts. As a subgraph it keeps strictly to its contract: it fails an
// @external field that it did not promise to provide, and a field whose @requires the representation does not
// fulfill. With the API schema it is the monolith that the graph must answer like.
type answerer struct {
	*contract
	facts  *facts
	vars   map[string]any
	errors []map[string]any
}

// request is GraphQL over HTTP's.
type request struct {
	Query         string
	OperationName string
	Variables     map[string]any
}

// answer is the body of the response; the error says that the request is not valid.
func (a *answerer) answer(r request) ([]byte, error) {
	doc, errs := gqlparser.LoadQueryWithRules(a.schema, r.Query, nil)
	if len(errs) > 0 {
		return nil, errs
	}
	op := doc.Operations.ForName(r.OperationName)
	vars, err := validator.VariableValues(a.schema, op, r.Variables)
	if err != nil {
		return nil, err
	}
	a.vars = vars
	root, name := a.schema.Query, "Query"
	switch op.Operation {
	case ast.Mutation:
		root, name = a.schema.Mutation, "Mutation"
	case ast.Subscription:
		root, name = a.schema.Subscription, "Subscription"
	}
	data, ok := a.object(&object{typename: root.Name, fields: a.facts.objects[name]}, root.Name, []ast.SelectionSet{op.SelectionSet}, nil)
	if !ok {
		data = json.RawMessage("null")
	}
	out := map[string]any{"data": data}
	if len(a.errors) > 0 {
		out["errors"] = a.errors
	}
	return json.Marshal(out)
}

// member is one key of an object with the fields that were asked for under it.
type member struct {
	key    string
	fields []*ast.Field
}

func (a *answerer) collect(runtime string, set ast.SelectionSet, into []member) []member {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !a.included(s.Directives) {
				continue
			}
			i := slices.IndexFunc(into, func(m member) bool { return m.key == s.Alias })
			if i < 0 {
				i, into = len(into), append(into, member{key: s.Alias})
			}
			into[i].fields = append(into[i].fields, s)
		case *ast.InlineFragment:
			if a.included(s.Directives) && a.is(runtime, s.TypeCondition) {
				into = a.collect(runtime, s.SelectionSet, into)
			}
		case *ast.FragmentSpread:
			if a.included(s.Directives) && a.is(runtime, s.Definition.TypeCondition) {
				into = a.collect(runtime, s.Definition.SelectionSet, into)
			}
		}
	}
	return into
}

func (a *answerer) included(list ast.DirectiveList) bool {
	for _, d := range list {
		on, _ := d.ArgumentMap(a.vars)["if"].(bool)
		if d.Name == "skip" && on || d.Name == "include" && !on {
			return false
		}
	}
	return true
}

func (a *answerer) is(runtime, condition string) bool {
	return condition == "" || condition == runtime ||
		slices.ContainsFunc(a.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == runtime })
}

// object is the JSON of an object; false means that null must take its place.
func (a *answerer) object(o *object, static string, sets []ast.SelectionSet, path []any) (json.RawMessage, bool) {
	runtime, err := a.runtime(o, static)
	if err != nil {
		a.fail(path, err.Error(), "")
		return nil, false
	}
	var members []member
	for _, set := range sets {
		members = a.collect(runtime, set, members)
	}
	var parts []string
	for _, m := range members {
		here := append(slices.Clone(path), m.key)
		value, ok := a.field(o, runtime, m, here)
		if !ok {
			return nil, false
		}
		parts = append(parts, canonical(m.key)+":"+string(value))
	}
	return json.RawMessage("{" + strings.Join(parts, ",") + "}"), true
}

// runtime is what this schema calls the object's type.
func (a *answerer) runtime(o *object, static string) (string, error) {
	if a.schema.Types[static].Kind == ast.Object {
		return static, nil
	}
	for _, possible := range a.schema.PossibleTypes[static] {
		if possible.Name == o.typename || a.of(possible.Name).interfaceObject && slices.Contains(a.facts.implements[o.typename], possible.Name) {
			return possible.Name, nil
		}
	}
	return "", fmt.Errorf("%s is no %s", o.typename, static)
}

func (a *answerer) field(o *object, runtime string, m member, path []any) (json.RawMessage, bool) {
	f := m.fields[0]
	if f.Name == "__typename" {
		return json.RawMessage(canonical(runtime)), true
	}
	var value any
	if f.Name == "_entities" {
		value = a.entities(f)
	} else if err := a.promised(o, runtime, f); err != nil {
		value = map[string]any{"$error": err.Error()}
	} else {
		value = a.facts.lookup(o, f.Name, f.ArgumentMap(a.vars))
	}
	var sets []ast.SelectionSet
	for _, same := range m.fields {
		sets = append(sets, same.SelectionSet)
	}
	provides := a.of(runtime).field(f.Name).provides
	for _, item := range o.provides {
		if item.Name == f.Name {
			provides = append(provides, item.Fields...)
		}
	}
	return a.value(value, f.Definition.Type, sets, provides, path)
}

// promised says why the subgraph cannot answer the field here.
func (a *answerer) promised(o *object, runtime string, f *ast.Field) error {
	t := a.of(runtime)
	fc := t.field(f.Name)
	if fc.external && !slices.ContainsFunc(t.keys, func(key supergraph.FieldSet) bool { return contains(key, f.Name, runtime) }) && !contains(o.provides, f.Name, runtime) {
		return fmt.Errorf("%s.%s is external", runtime, f.Name)
	}
	if len(fc.requires) == 0 {
		return nil
	}
	if !o.entered {
		return fmt.Errorf("%s.%s requires %s, and there is no representation", runtime, f.Name, fc.requires)
	}
	if err := a.facts.holds(o, o.rep, fc.requires); err != nil {
		return fmt.Errorf("%s.%s requires %s: %w", runtime, f.Name, fc.requires, err)
	}
	return nil
}

func contains(set supergraph.FieldSet, field, runtime string) bool {
	return slices.ContainsFunc(set, func(i *supergraph.FieldSetItem) bool {
		return i.Name == field || i.Name == "" && contains(i.Fields, field, runtime)
	})
}

func (a *answerer) entities(f *ast.Field) any {
	var out []any
	reps, _ := f.ArgumentMap(a.vars)["representations"].([]any)
	for _, r := range reps {
		rep, _ := r.(map[string]any)
		o, err := a.facts.find(a.contract, rep)
		switch {
		case err != nil:
			out = append(out, map[string]any{"$error": err.Error()})
		case o == nil:
			out = append(out, nil)
		default:
			if name, _ := rep["__typename"].(string); a.schema.Types[name].Kind == ast.Object {
				o.typename = name // an interface object goes by its own name
			}
			out = append(out, o)
		}
	}
	return out
}

// value is the JSON of a value; false means that null must take the place of the object around it.
func (a *answerer) value(value any, typ *ast.Type, sets []ast.SelectionSet, provides supergraph.FieldSet, path []any) (json.RawMessage, bool) {
	if fault, ok := value.(map[string]any); ok && fault["$error"] != nil {
		code, _ := fault["code"].(string)
		a.fail(path, fmt.Sprint(fault["$error"]), code)
		return json.RawMessage("null"), !typ.NonNull
	}
	if value == nil {
		if typ.NonNull {
			a.fail(path, "null for "+typ.String(), "")
		}
		return json.RawMessage("null"), !typ.NonNull
	}
	out, ok := a.present(value, typ, sets, provides, path)
	if !ok {
		return json.RawMessage("null"), !typ.NonNull
	}
	return out, true
}

func (a *answerer) present(value any, typ *ast.Type, sets []ast.SelectionSet, provides supergraph.FieldSet, path []any) (json.RawMessage, bool) {
	if list, ok := value.([]any); ok && typ.Elem != nil {
		var parts []string
		for i, element := range list {
			part, ok := a.value(element, typ.Elem, sets, provides, append(slices.Clone(path), i))
			if !ok {
				return nil, false
			}
			parts = append(parts, string(part))
		}
		return json.RawMessage("[" + strings.Join(parts, ",") + "]"), true
	}
	if typ.Elem != nil || !a.schema.Types[typ.NamedType].IsCompositeType() {
		return json.RawMessage(canonical(value)), true
	}
	o, ok := value.(*object)
	if !ok {
		var err error
		if o, err = a.facts.resolve(value, typ.NamedType); err != nil {
			// not an object: sent as it stands, a fault that the scenario is about
			return json.RawMessage(canonical(value)), true
		}
		o.provides = provides
	}
	return a.object(o, typ.NamedType, sets, path)
}

func (a *answerer) fail(path []any, message, code string) {
	e := map[string]any{"message": message, "path": path}
	if code != "" {
		e["extensions"] = map[string]any{"code": code}
	}
	a.errors = append(a.errors, e)
}
