package mocks

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// sizes are the arguments that say how long a list is, and not which one it is.
var sizes = []string{"first", "last", "limit", "count", "take", "top", "size", "pageSize", "perPage"}

// arguments are the values of a field's arguments, defaults among them.
func (a *answer) arguments(def *supergraph.Field, list []*queryplan.Argument) map[string]any {
	if len(list) == 0 && len(def.Args) == 0 {
		return nil
	}
	out := map[string]any{}
	for _, arg := range def.Args {
		if arg.DefaultValue != nil {
			out[arg.Name], _ = valueOf(arg.DefaultValue, nil)
		}
	}
	for _, arg := range list {
		v, ok := valueOf(arg.Value, a.variables)
		if !ok {
			continue
		}
		if n, number := v.(json.Number); number && typeOfArgument(def, arg.Name) == "ID" {
			v = n.String()
		}
		out[arg.Name] = v
	}
	return out
}

func typeOfArgument(def *supergraph.Field, name string) string {
	if arg := def.Args.ForName(name); arg != nil {
		return arg.Type.NamedType
	}
	return ""
}

// valueOf is a value of the plan as JSON; false for a variable without a value.
func valueOf(v *ast.Value, variables map[string]any) (any, bool) {
	if v == nil {
		return nil, false
	}
	switch v.Kind {
	case ast.Variable:
		out, ok := variables[v.Raw]
		return out, ok
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw), true
	case ast.BooleanValue:
		return v.Raw == "true", true
	case ast.NullValue:
		return nil, true
	case ast.ListValue:
		out := make([]any, len(v.Children))
		for i, c := range v.Children {
			out[i], _ = valueOf(c.Value, variables)
		}
		return out, true
	case ast.ObjectValue:
		out := map[string]any{}
		for _, c := range v.Children {
			if field, ok := valueOf(c.Value, variables); ok {
				out[c.Name] = field
			}
		}
		return out, true
	default: // texts and enum values
		return v.Raw, true
	}
}

// identifying is the arguments without those that only say which part of a list is wanted: the first three of a list
// are the first three of the first ten.
func identifying(args map[string]any) map[string]any {
	out := maps.Clone(args)
	maps.DeleteFunc(out, func(name string, v any) bool {
		_, number := v.(json.Number)
		_, ours := cursorIn(v)
		return paging(name) && (number || ours || v == nil)
	})
	return out
}

// knowledge is what is known of an object of the type at the seat from the arguments of its field, from what
// its owner passes on, and from what the owner knows of it: siteId says which site it is.
func (s seat) knowledge(t *supergraph.Type) (known, said map[string]any) {
	said = map[string]any{}
	if s.owner != nil {
		maps.Copy(said, s.owner.said)
	}
	inputs := map[string]any{}
	for name, v := range s.args {
		if fields, ok := v.(map[string]any); ok {
			maps.Copy(inputs, fields)
		} else {
			said[name] = v
		}
	}
	maps.Copy(said, inputs)
	maps.DeleteFunc(said, func(_ string, v any) bool { return v == nil }) // a filter that is not used says nothing
	known = maps.Clone(said)
	s.ofOwner(t, known)
	maps.DeleteFunc(said, func(name string, _ any) bool { return paging(name) })
	if s.listed {
		known = maps.Clone(said)
		maps.DeleteFunc(known, func(name string, _ any) bool { return isKeyField(t, name) })
	}
	return known, said
}

// ofOwner adds the identifier that a name such as siteId gives.
func (s seat) ofOwner(t *supergraph.Type, known map[string]any) {
	if t.Field("id") == nil {
		return
	}
	if _, ok := known["id"]; ok {
		return
	}
	if v := known[lowerFirst(t.Name)+"Id"]; v != nil {
		known["id"] = v
	}
	if s.def != nil && s.owner != nil {
		if v := s.owner.known[s.def.Name+"Id"]; v != nil {
			known["id"] = v
		}
	}
}

// isKeyField reports whether a key of the type in any subgraph names the field.
func isKeyField(t *supergraph.Type, name string) bool {
	return slices.ContainsFunc(t.In, func(in *supergraph.TypeIn) bool {
		return in != nil && (name == "id" && len(in.Keys) == 0 || slices.ContainsFunc(in.Keys, func(k *supergraph.Key) bool {
			return slices.ContainsFunc(k.Fields, func(f *supergraph.FieldSetItem) bool { return f.Name == name })
		}))
	})
}

// identifies reports whether a @key of the type in any subgraph names the field.
func identifies(t *supergraph.Type, name string) bool {
	return slices.ContainsFunc(t.In, func(in *supergraph.TypeIn) bool {
		return in != nil && slices.ContainsFunc(in.Keys, func(k *supergraph.Key) bool {
			return slices.ContainsFunc(k.Fields, func(f *supergraph.FieldSetItem) bool { return f.Name == name })
		})
	})
}

// asked is the elements that an argument lists by their keys, as users(ids: [..]) does.
func (a *answer) asked(elem *ast.Type, s seat) ([]any, bool) {
	t := a.graph.Type(elem.NamedType)
	if t == nil || t.IsLeaf() {
		return nil, false
	}
	for _, k := range a.keys(t) {
		key := single(t, k)
		if key == nil {
			continue
		}
		for _, name := range []string{key.Name + "s", lowerFirst(t.Name) + upperFirst(key.Name) + "s"} {
			list, ok := s.args[name].([]any)
			if !ok {
				continue
			}
			out := make([]any, len(list))
			for i, v := range list {
				out[i] = map[string]any{key.Name: v}
			}
			return out, true
		}
	}
	return nil, false
}

func lowerFirst(text string) string { return first(text, unicode.ToLower) }
func upperFirst(text string) string { return first(text, unicode.ToUpper) }

func first(text string, change func(rune) rune) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	var b strings.Builder
	b.WriteRune(change(r))
	b.WriteString(text[size:])
	return b.String()
}
