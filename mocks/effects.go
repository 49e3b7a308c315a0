package mocks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// effectKeys are what can be said of what a mutation does.
var effectKeys = []string{"create", "update", "delete", "key", "set"}

// effect reads what a mutation does, such as {update: Ticket, set: {state: CLOSED}}, or none.
func (b *builder) effect(s topic, v any) (*effect, error) {
	if typ, _, _ := strings.Cut(s.coordinate, "."); !s.field || b.graph.Mutation == nil || typ != b.graph.Mutation.Name {
		return nil, fmt.Errorf("is for fields of Mutation")
	}
	if v == string(nothing) {
		return &effect{kind: nothing}, nil
	}
	said, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is to be none, or a mapping such as {update: Ticket, set: {state: CLOSED}}")
	}
	e := &effect{}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		switch name {
		case "create", "update", "delete":
			if e.kind != "" {
				return nil, fmt.Errorf("there are both %s and %s; one can be", e.kind, name)
			}
			e.kind = kind(name)
			e.typ, _ = said[name].(string)
		case "key", "set":
		default:
			return nil, fmt.Errorf("there is no %s%s", name, near(name, effectKeys))
		}
	}
	return e, b.completeEffect(e, s, said)
}

// completeEffect checks the type, the key and the values.
func (b *builder) completeEffect(e *effect, s topic, said map[string]any) error {
	if e.kind == "" {
		return fmt.Errorf("it says not what is done; add create, update or delete: Type")
	}
	t := b.graph.Type(e.typ)
	if t == nil || t.Kind != ast.Object {
		return fmt.Errorf("%s: there is no object type %s%s", e.kind, show(e.typ), near(e.typ, b.typeNames()))
	}
	if !hasKey(t) {
		return fmt.Errorf("%s: %s has no key by which it could be found again", e.kind, e.typ)
	}
	if v, ok := said["key"]; ok {
		path, _ := v.(string)
		if e.key = strings.Split(path, "."); s.args.ForName(e.key[0]) == nil {
			var names []string
			for _, arg := range s.args {
				names = append(names, arg.Name)
			}
			return fmt.Errorf("key: there is no argument %s%s", show(path), near(e.key[0], names))
		}
	}
	if v, ok := said["set"]; ok {
		var fields bool
		if e.set, fields = v.(map[string]any); !fields || e.kind == deletes {
			return fmt.Errorf("set: is to be the fields of what is created or updated")
		}
		if err := b.misfitObject(t, v); err != nil {
			return fmt.Errorf("set: %w", err)
		}
	}
	return nil
}

// hasKey reports whether entities of the type can be told apart.
func hasKey(t *supergraph.Type) bool {
	if f := t.Field("id"); f != nil && f.Type.NamedType == "ID" && f.Type.NonNull {
		return true
	}
	return slices.ContainsFunc(t.In, func(in *supergraph.TypeIn) bool { return in != nil && len(in.Keys) > 0 })
}
