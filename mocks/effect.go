package mocks

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// kind is what a mutation does to entities.
type kind string

const (
	creates kind = "create"
	updates kind = "update"
	deletes kind = "delete"
	nothing kind = "none"
)

// effect is what a mutation does: as people said, or else as its name, its arguments and what it returns let guess.
type effect struct {
	kind kind
	typ  string
	// key leads to the argument that holds the key, such as input.ticketId; nil where names say it.
	key []string
	// set are values that the arguments do not hold.
	set     map[string]any
	guessed bool
}

// act is an effect with the arguments of one call.
type act struct {
	effect
	on *supergraph.Type
	// said are the values of the arguments and of their inputs' fields; what is null in them is set to null.
	said map[string]any
	// targets are the keys of those it is for, none where one is to be made.
	targets []map[string]any
	// alone is where the object stands that has no key, as there is one of it; 0 for entities.
	alone hash
	// done is what became of them.
	done []*change
}

// actOf is what a call of a mutation does; nil for nothing that could be kept.
func (a *answer) actOf(def *supergraph.Field, t *ast.Type, s *seat) *act {
	said := flattened(s.args)
	if s.rule != nil && s.rule.effect != nil {
		x := &act{effect: *s.rule.effect, said: said}
		if x.kind == nothing {
			return nil
		}
		if x.on = a.graph.Type(x.typ); x.on == nil || len(a.keys(x.on)) == 0 {
			return nil // another subgraph's: this one could not find it again
		}
		switch {
		case len(x.key) > 0:
			x.keyFrom(a, s.args)
		case x.kind == creates:
			x.own(a)
		default:
			x.aim(a, true)
		}
		if x.kind != creates && len(x.targets) == 0 {
			return a.only(x)
		}
		return x
	}
	return a.guess(def, t, said)
}

// flattened are the arguments by name, and the fields of those that are inputs.
func flattened(args map[string]any) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if fields, ok := args[name].(map[string]any); ok {
			maps.Copy(out, fields)
		}
	}
	for name, v := range args {
		if _, input := v.(map[string]any); !input {
			out[name] = v
		}
	}
	delete(out, "clientMutationId")
	return out
}

// keyFrom takes the key from the argument that was named.
func (x *act) keyFrom(a *answer, args map[string]any) {
	var v any = args
	for _, name := range x.key {
		fields, _ := v.(map[string]any)
		v = fields[name]
	}
	keys := a.keys(x.on)
	list, many := v.([]any)
	if !many {
		list = []any{v}
	}
	for _, one := range list {
		if fields, ok := one.(map[string]any); ok && holds(fields, keys[0].Fields) {
			x.targets = append(x.targets, keyOf(fields, keys[0].Fields))
		} else if key := single(x.on, keys[0]); key != nil && textOf(one) != "" {
			x.targets = append(x.targets, map[string]any{key.Name: one})
		}
	}
}

// aim finds the keys that the arguments hold.
func (x *act) aim(a *answer, many bool) {
	if len(a.keys(x.on)) == 0 {
		return
	}
	if key := single(x.on, a.keys(x.on)[0]); key != nil && many {
		for _, name := range keyNames(x.on, key) {
			list, _ := x.said[name+"s"].([]any)
			for _, v := range list {
				x.targets = append(x.targets, map[string]any{key.Name: v})
			}
		}
	}
	if key := a.keyIn(x.on, x.said, true); key != nil && len(x.targets) == 0 {
		x.targets = []map[string]any{key}
	}
}

// own finds the key that the arguments give to what is to be made.
func (x *act) own(a *answer) {
	if key := a.keyIn(x.on, x.said, false); key != nil {
		x.targets = []map[string]any{key}
	}
}

// keyNames are what arguments call the key of a type.
func keyNames(t *supergraph.Type, key *supergraph.Field) []string {
	return []string{key.Name, lowerFirst(t.Name) + upperFirst(key.Name)}
}

// keyIn is the first key of the type, as arguments hold it or another key; nil if they hold none.
func (a *answer) keyIn(t *supergraph.Type, said map[string]any, prefixed bool) map[string]any {
	known := maps.Clone(said)
	for _, k := range a.keys(t) {
		if key := single(t, k); key != nil && prefixed {
			for _, name := range keyNames(t, key) {
				if v := said[name]; v != nil && known[key.Name] == nil {
					known[key.Name] = v
				}
			}
		}
		if holds(known, k.Fields) {
			known, _ = a.identify(t, a.keys(t), known, 0)
			return keyOf(known, a.keys(t)[0].Fields)
		}
	}
	return nil
}

// values are what the act gives to the fields of its entities. A reference by key, as in ownerId or tagIds, is one in
// the field that returns what it refers to as well.
func (x *act) values(a *answer) map[string]any {
	out := maps.Clone(x.said)
	for name, v := range x.said {
		base, one := strings.CutSuffix(name, "Id")
		if f := x.on.Field(base); one && f != nil && f.Type.Elem == nil {
			out[base] = a.reference(f, v)
		}
		base, several := strings.CutSuffix(name, "Ids")
		if f := x.on.Field(base + "s"); several && f != nil && f.Type.Elem != nil {
			if list, ok := v.([]any); ok {
				refs := make([]any, len(list))
				for i := range list {
					refs[i] = a.reference(f, list[i])
				}
				out[f.Name] = refs
			}
		}
	}
	maps.Copy(out, x.set)
	maps.DeleteFunc(out, func(name string, _ any) bool { return isKeyField(x.on, name) })
	return out
}

// reference is an entity of the type of a field, by its key; null stays null.
func (a *answer) reference(f *supergraph.Field, v any) any {
	t := a.graph.Type(f.Type.Name())
	if v == nil || t == nil || t.IsLeaf() {
		return v
	}
	key := "id"
	if keys := a.keys(t); len(keys) > 0 {
		if k := single(t, keys[0]); k != nil {
			key = k.Name
		}
	}
	return map[string]any{key: v}
}

// fresh is the key of a new entity, one that none has that is made up.
func (a *answer) fresh(t *supergraph.Type, made int, said map[string]any, place hash) map[string]any {
	known := maps.Clone(said)
	if key := single(t, a.keys(t)[0]); key != nil && a.script.of(t.Name, key.Name) == nil {
		if _, given := known[key.Name]; !given && (key.Type.Name() != "String" || slices.Contains(split(key.Name), "id")) {
			n := strconv.Itoa(1_000 + pool + made)
			known[key.Name] = n
			if key.Type.Name() == "Int" {
				known[key.Name] = json.Number(n)
			}
		}
	}
	a.complete(t, a.keys(t)[0].Fields, known, place.of("made", strconv.Itoa(made)))
	return keyOf(known, a.keys(t)[0].Fields)
}
