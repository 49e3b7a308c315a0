package mocks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// drawer draws operations that are valid by a schema. One seed draws one operation.
type drawer struct {
	*rand.Rand
	schema *ast.Schema
	// fields may still be drawn; names counts aliases and variables.
	fields, names int
	variables     map[string]any
	declared      []string
}

// drawn is a selection: a field, or, if on is a type, what is selected on it.
type drawn struct {
	on, alias, name, args, directive string
	beneath                          []*drawn
}

// drawnOperation can be written in two ways that ask for the same.
type drawnOperation struct {
	kind       ast.Operation
	declared   []string
	variables  []byte
	selections []*drawn
}

// Limits of one operation: fields, how deep they are, and how many lists are in each other.
const (
	maxFields = 40
	maxDepth  = 5
	maxLists  = 2
)

func drawOperation(schema *ast.Schema, seed uint64) *drawnOperation {
	d := &drawer{Rand: rand.New(rand.NewPCG(seed, 7)), schema: schema, fields: maxFields, variables: map[string]any{}}
	out := &drawnOperation{kind: ast.Query}
	root := schema.Query
	if schema.Mutation != nil && d.IntN(5) == 0 {
		out.kind, root = ast.Mutation, schema.Mutation
	}
	for len(out.selections) == 0 {
		out.selections = d.object(root, maxDepth, 0)
	}
	out.declared = d.declared
	var err error
	if out.variables, err = json.Marshal(d.variables); err != nil {
		panic(err) // variables are made of texts, numbers and lists
	}
	return out
}

// object picks some of a type's fields.
func (d *drawer) object(t *ast.Definition, depth, lists int) []*drawn {
	var out []*drawn
	fields := slices.DeleteFunc(slices.Clone(t.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
	d.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	for i, f := range fields {
		if i > d.IntN(6) {
			break
		}
		if s := d.field(f, depth, lists); s != nil {
			out = append(out, s)
		}
	}
	return out
}

func (d *drawer) composite(t *ast.Definition, depth, lists int) []*drawn {
	out := []*drawn{{name: "__typename"}}
	if t.Kind != ast.Union {
		if own := d.object(t, depth, lists); len(own) > 0 && (d.IntN(3) > 0 || !t.IsAbstractType()) {
			out = own
		}
	}
	if !t.IsAbstractType() {
		return out
	}
	possible := slices.Clone(d.schema.GetPossibleTypes(t))
	slices.SortFunc(possible, func(x, y *ast.Definition) int { return strings.Compare(x.Name, y.Name) })
	for range min(len(possible), d.IntN(3)) {
		p := possible[d.IntN(len(possible))]
		if on := d.object(p, depth, lists); len(on) > 0 {
			out = append(out, &drawn{on: p.Name, beneath: on})
		}
	}
	return out
}

func (d *drawer) field(f *ast.FieldDefinition, depth, lists int) *drawn {
	named := d.schema.Types[f.Type.Name()]
	if d.fields == 0 || named.IsCompositeType() && depth == 0 {
		return nil
	}
	if f.Type.Elem != nil {
		lists++
	}
	if named.IsCompositeType() && lists > maxLists {
		return nil
	}
	args, ok := d.arguments(f.Arguments)
	if !ok {
		return nil
	}
	d.fields--
	d.names++
	s := &drawn{name: f.Name, alias: fmt.Sprint(d.names), args: args}
	if d.IntN(12) == 0 {
		s.directive = []string{" @include(if: true)", " @skip(if: false)", " @skip(if: true)", " @include(if: false)"}[d.IntN(4)]
	}
	if named.IsCompositeType() {
		s.beneath = d.composite(named, depth-1, lists)
	}
	return s
}

// arguments draws those that a field needs, and some others; false where one that it needs would be nested too deep.
func (d *drawer) arguments(list ast.ArgumentDefinitionList) (string, bool) {
	var out []string
	for _, a := range list {
		if (!a.Type.NonNull || a.DefaultValue != nil) && d.IntN(4) > 0 {
			continue
		}
		v, ok := d.input(a.Type, a.Name, 3)
		switch {
		case !ok && a.Type.NonNull && a.DefaultValue == nil:
			return "", false
		case !ok:
			continue
		}
		if d.IntN(4) == 0 {
			d.names++
			name := fmt.Sprintf("v%d_", d.names)
			d.variables[name] = v.json
			d.declared = append(d.declared, fmt.Sprintf("$%s: %s", name, a.Type))
			out = append(out, a.Name+": $"+name)
			continue
		}
		out = append(out, a.Name+": "+v.text)
	}
	if len(out) == 0 {
		return "", true
	}
	return "(" + strings.Join(out, ", ") + ")", true
}

// literal is a value of an input type, as GraphQL writes it and as JSON has it.
type literal struct {
	text string
	json any
}

// input draws a value; false where one would be nested too deep.
func (d *drawer) input(t *ast.Type, name string, depth int) (literal, bool) {
	if t.Elem != nil {
		v, ok := d.input(t.Elem, name, depth)
		return literal{"[" + v.text + "]", []any{v.json}}, ok
	}
	def := d.schema.Types[t.NamedType]
	switch def.Kind {
	case ast.Enum:
		v := def.EnumValues[d.IntN(len(def.EnumValues))].Name
		return literal{v, v}, true
	case ast.InputObject:
		return d.inputObject(def, depth)
	}
	switch t.NamedType {
	case "Int":
		n := 1 + d.IntN(4)
		return literal{fmt.Sprint(n), n}, true
	case "Float":
		return literal{"1.5", 1.5}, true
	case "Boolean":
		return literal{"true", true}, true
	}
	v := fmt.Sprintf("%s%d", name[:1], d.IntN(9))
	return literal{fmt.Sprintf("%q", v), v}, true
}

func (d *drawer) inputObject(def *ast.Definition, depth int) (literal, bool) {
	values, out := map[string]any{}, map[string]string{}
	for _, f := range def.Fields {
		needed := f.Type.NonNull && f.DefaultValue == nil
		if !needed && (depth == 0 || d.IntN(4) > 0 || def.Directives.ForName("oneOf") != nil && len(values) > 0) {
			continue
		}
		v, ok := d.input(f.Type, f.Name, depth-1)
		if depth < -6 || !ok && needed {
			return literal{}, false
		}
		if ok {
			values[f.Name], out[f.Name] = v.json, v.text
		}
	}
	if def.Directives.ForName("oneOf") != nil && len(values) != 1 {
		return literal{}, false
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(out)) {
		parts = append(parts, name+": "+out[name])
	}
	return literal{"{" + strings.Join(parts, ", ") + "}", values}, true
}

// text writes the operation with aliases that begin with the prefix; the other way round if it is to be reversed, but for
// mutations themselves, which are done one after the other.
func (o *drawnOperation) text(prefix string, reversed bool) string {
	list := slices.Clone(o.selections)
	if reversed && o.kind == ast.Mutation {
		slices.Reverse(list) // and back again, as all are
	}
	out, body := string(o.kind)+" Drawn", written(list, prefix, reversed)
	declared := slices.DeleteFunc(slices.Clone(o.declared), func(d string) bool {
		name, _, _ := strings.Cut(d, ":")
		return !strings.Contains(body, name) // the field that used it was left out after all
	})
	if len(declared) > 0 {
		out += "(" + strings.Join(declared, ", ") + ")"
	}
	return out + " " + body
}

func written(list []*drawn, prefix string, reversed bool) string {
	var out []string
	for _, s := range list {
		switch {
		case s.on != "":
			out = append(out, "... on "+s.on+" "+written(s.beneath, prefix, reversed))
		case s.name == "__typename":
			out = append(out, s.name)
		default:
			text := prefix + s.alias + ": " + s.name + s.args + s.directive
			if len(s.beneath) > 0 {
				text += " " + written(s.beneath, prefix, reversed)
			}
			out = append(out, text)
		}
	}
	if reversed {
		slices.Reverse(out)
	}
	return "{ " + strings.Join(out, " ") + " }"
}
