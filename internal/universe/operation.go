package universe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Operation is a random one, valid for the clients of the graph.
type Operation struct {
	Text string
	// Variables by name; those without a value are left out.
	Variables map[string]any
	// Depth is how deep selections nest.
	Depth int
}

// JSON is the variables as a request sends them.
func (o *Operation) JSON() []byte {
	b, err := json.Marshal(o.Variables)
	if err != nil {
		return []byte("{}")
	}
	return b
}

// writer makes one operation.
type writer struct {
	draw
	schema *ast.Schema
	op     *Operation
	// keys says which field and arguments a response key stands for.
	keys map[string]string
	// fragments by type, their definitions, and those that are being written.
	fragments   map[string][]string
	definitions []string
	variables   []string
	// left is how many selections may still hold others.
	left int
}

// Operation number n over a schema.
func (m *Monolith) Operation(seed uint64) *Operation {
	w := &writer{draw: draw{Rand: source(seed, 2), g: m.g}, schema: m.Schema, op: &Operation{Variables: map[string]any{}}}
	w.keys, w.fragments, w.left = map[string]string{}, map[string][]string{}, 12+w.IntN(50)
	kind, root := "query", m.Schema.Query
	if m.Schema.Mutation != nil && w.chance(15) {
		kind, root = "mutation", m.Schema.Mutation
	}
	w.op.Depth = 2 + w.IntN(5)
	set := w.set(root, w.op.Depth)
	head := kind + " Random"
	if len(w.variables) > 0 {
		head += "(" + strings.Join(w.variables, ", ") + ")"
	}
	w.op.Text = head + " " + set + "\n" + strings.Join(w.definitions, "\n")
	return w.op
}

// set is a selection set on a type.
func (w *writer) set(t *ast.Definition, depth int) string {
	var parts []string
	for range 1 + w.IntN(4) {
		if part := w.selection(t, depth); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		parts = []string{"__typename"}
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (w *writer) selection(t *ast.Definition, depth int) string {
	w.left--
	switch {
	case w.chance(10):
		return one(w.Rand, []string{"", "", "kind: "}) + "__typename" + w.condition()
	case w.left > 0 && (w.chance(12) || t.Kind != ast.Object && w.chance(60)):
		return w.inline(t, depth)
	case w.left > 0 && w.chance(11):
		return w.spread(t, depth)
	}
	fields := w.fields(t, depth)
	if len(fields) == 0 {
		return ""
	}
	return w.field(t, one(w.Rand, fields), depth)
}

// fields that may be selected of a type at this depth.
func (w *writer) fields(t *ast.Definition, depth int) ast.FieldList {
	return slices.DeleteFunc(slices.Clone(t.Fields), func(f *ast.FieldDefinition) bool {
		return strings.HasPrefix(f.Name, "__") || (depth <= 1 || w.left <= 0) && w.schema.Types[f.Type.Name()].IsCompositeType()
	})
}

func (w *writer) field(t *ast.Definition, f *ast.FieldDefinition, depth int) string {
	args := w.arguments(f)
	text := w.key(t, f.Name, args) + f.Name + args + w.condition()
	if target := w.schema.Types[f.Type.Name()]; target.IsCompositeType() {
		text += " " + w.set(target, depth-1)
	}
	return text
}

// key is the alias of a field: a response key stands for the same field everywhere, so that all can be merged.
func (w *writer) key(t *ast.Definition, name, args string) string {
	meaning := name + args
	if w.keys[name] == "" && args == "" || w.keys[name] == meaning && w.chance(85) {
		w.keys[name] = meaning
		if w.chance(85) {
			return ""
		}
	}
	if other := one(w.Rand, t.Fields).Name; w.chance(30) && !strings.HasPrefix(other, "__") && (w.keys[other] == "" || w.keys[other] == meaning) {
		w.keys[other] = meaning
		return other + ": "
	}
	for i := 0; ; i++ {
		alias := fmt.Sprintf("x%d", i)
		if m := w.keys[alias]; m == "" || m == meaning {
			w.keys[alias] = meaning
			return alias + ": "
		}
	}
}

// inline is a fragment on the type itself, on one that it may be, or on one that its objects also are.
func (w *writer) inline(t *ast.Definition, depth int) string {
	condition := w.other(t)
	if condition == t && w.chance(40) {
		return "..." + w.condition() + " " + w.set(t, depth)
	}
	return "... on " + condition.Name + w.condition() + " " + w.set(condition, depth)
}

// other is a type whose objects t can be.
func (w *writer) other(t *ast.Definition) *ast.Definition {
	possible := w.schema.GetPossibleTypes(t)
	choices := append([]*ast.Definition{t}, possible...)
	if len(possible) > 0 && w.chance(25) {
		choices = append(choices, w.schema.GetImplements(one(w.Rand, possible))...)
	}
	return one(w.Rand, choices)
}

// spread is a named fragment, at times one that is already used elsewhere.
func (w *writer) spread(t *ast.Definition, depth int) string {
	on := w.other(t)
	if known := w.fragments[on.Name]; len(known) > 0 && w.chance(50) {
		return "..." + one(w.Rand, known) + w.condition()
	}
	name := w.name("Part")
	set := w.set(on, depth)
	w.fragments[on.Name] = append(w.fragments[on.Name], name)
	w.definitions = append(w.definitions, "fragment "+name+" on "+on.Name+" "+set)
	return "..." + name + w.condition()
}

// condition is @skip or @include, rarely both.
func (w *writer) condition() string {
	text := ""
	for _, name := range []string{"skip", "include"} {
		if w.chance(6) {
			value := one(w.Rand, []string{"true", "false", ""})
			if value == "" {
				value = w.variable("Boolean!", w.chance(50))
			}
			text += " @" + name + "(if: " + value + ")"
		}
	}
	return text
}

// variable declares one with a value, or one that was declared so before.
func (w *writer) variable(typ string, value any) string {
	name := w.name("v")
	declaration := "$" + name + ": " + typ
	w.variables = append(w.variables, declaration)
	w.op.Variables[name] = value
	return "$" + name
}

func (w *writer) arguments(f *ast.FieldDefinition) string {
	var args []string
	for _, a := range f.Arguments {
		if !a.Type.NonNull && w.chance(40) {
			continue
		}
		literal, value := w.input(a.Type, 2)
		if w.chance(40) {
			literal = w.variable(a.Type.String(), value)
			if !a.Type.NonNull && w.chance(20) {
				delete(w.op.Variables, literal[1:])
			}
		}
		args = append(args, a.Name+": "+literal)
	}
	if len(args) == 0 {
		return ""
	}
	return "(" + strings.Join(args, ", ") + ")"
}

// input is a random value of an input type, as a literal and as a variable's value.
func (w *writer) input(t *ast.Type, depth int) (string, any) {
	if !t.NonNull && w.chance(10) {
		return "null", nil
	}
	if t.Elem != nil {
		literals, values := []string{}, []any{}
		for range w.IntN(3) {
			literal, value := w.input(t.Elem, depth)
			literals, values = append(literals, literal), append(values, value)
		}
		return "[" + strings.Join(literals, ", ") + "]", values
	}
	switch t.NamedType {
	case "Int":
		n := w.IntN(4)
		return fmt.Sprint(n), json.Number(fmt.Sprint(n))
	case "Mode":
		m := one(w.Rand, []string{"FAST", "SLOW"})
		return m, m
	case "Options":
		return w.object(t, depth)
	}
	s := one(w.Rand, []string{"a", "", "é\n", "\\"})
	return string(quote(s)), s
}

func (w *writer) object(t *ast.Type, depth int) (string, any) {
	literals, values := []string{}, map[string]any{}
	for _, f := range w.schema.Types[t.NamedType].Fields {
		if w.chance(50) || depth == 0 && f.Type.Name() == t.NamedType {
			continue
		}
		literal, value := w.input(f.Type, depth-1)
		literals, values[f.Name] = append(literals, f.Name+": "+literal), value
	}
	return "{" + strings.Join(literals, ", ") + "}", values
}
