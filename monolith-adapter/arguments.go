package monolith

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputType is what an argument of a directive of the connect spec takes: text, a list of what is in it, or members.
type inputType struct {
	kind string
	// members of an object, in the order in which messages name them.
	members []input
}

// input is an argument, or a member of an input object.
type input struct {
	name string
	of   inputType
}

var (
	stringInput  = inputType{kind: "a string"}
	booleanInput = inputType{kind: "a boolean"}
	headersInput = inputType{kind: "a list", members: []input{{"name", stringInput}, {"from", stringInput}, {"value", stringInput}}}
	errorsInput  = inputType{kind: "an object", members: []input{{"message", stringInput}, {"extensions", stringInput}}}
	urlInputs    = []input{{"headers", headersInput}, {"path", stringInput}, {"queryParams", stringInput}}
	sourceInput  = inputType{kind: "an object", members: []input{
		{"name", stringInput},
		{"http", inputType{kind: "an object", members: append([]input{{"baseURL", stringInput}}, urlInputs...)}},
		{"errors", errorsInput},
		{"isSuccess", stringInput},
	}}
	connectInput = inputType{kind: "an object", members: []input{
		{"source", stringInput},
		{"id", stringInput},
		{"http", inputType{kind: "an object", members: append([]input{
			{"GET", stringInput},
			{"POST", stringInput},
			{"PUT", stringInput},
			{"PATCH", stringInput},
			{"DELETE", stringInput},
			{"body", stringInput},
		}, urlInputs...)}},
		{"batch", inputType{kind: "an object", members: []input{{"maxSize", inputType{kind: "an integer"}}}}},
		{"errors", errorsInput},
		{"selection", stringInput},
		{"entity", booleanInput},
		{"isSuccess", stringInput},
	}}
)

// arguments checks that a directive has such arguments as the spec gives it.
func (r *reader) arguments(w written, v *ast.Value, t inputType, name string) {
	if v == nil || v.Kind == ast.NullValue {
		return
	}
	if !t.takes(v) {
		r.add(codeGraphQL, w.coordinate, v.Position, "%s must be %s", name, t.kind)
		return
	}
	if v.Kind == ast.ListValue {
		for _, e := range v.Children {
			if e.Value.Kind != ast.ObjectValue {
				r.add(codeGraphQL, w.coordinate, e.Value.Position, "%s must be a list of objects", name)
				continue
			}
			r.members(w, e.Value, t, name)
		}
		return
	}
	r.members(w, v, t, name)
}

func (r *reader) members(w written, v *ast.Value, t inputType, name string) {
	if len(t.members) == 0 {
		return
	}
	names := make([]string, len(t.members))
	for i, m := range t.members {
		names[i] = m.name
	}
	for _, c := range v.Children {
		i := slices.Index(names, c.Name)
		if i < 0 {
			hint := similar(c.Name, names)
			if hint == "" {
				hint = "; it has: " + strings.Join(names, ", ")
			}
			r.add(codeGraphQL, w.coordinate, c.Position, "%s has no %s%s", name, c.Name, hint)
			continue
		}
		r.arguments(w, c.Value, t.members[i].of, c.Name)
	}
}

// takes reports whether a value is of the type. An object stands for a list of one.
func (t inputType) takes(v *ast.Value) bool {
	switch t.kind {
	case "a string":
		return v.Kind == ast.StringValue || v.Kind == ast.BlockValue
	case "a boolean":
		return v.Kind == ast.BooleanValue
	case "an integer":
		return v.Kind == ast.IntValue
	case "a list":
		return v.Kind == ast.ListValue || v.Kind == ast.ObjectValue
	}
	return v.Kind == ast.ObjectValue
}
