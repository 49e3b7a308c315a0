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

// keys are the keys that the type has in this subgraph, or else the identifier that stands for one.
func (a *answer) keys(t *supergraph.Type) []*supergraph.Key {
	in := t.In[a.subgraph.ID]
	switch {
	case in == nil:
		return nil
	case len(in.Keys) > 0:
		return in.Keys
	}
	return a.implied[t.Name]
}

// implied are the keys of types that say of none and have a field id: ID!, as the types of a schema have that was not
// written for federation. Whoever asks for an object by its id gets the one that a list had under it.
func implied(graph *supergraph.Supergraph, subgraph int) map[string][]*supergraph.Key {
	out := map[string][]*supergraph.Key{}
	for _, t := range graph.Types {
		f := t.Field("id")
		if f == nil || t.In[subgraph] == nil || len(t.In[subgraph].Keys) > 0 || t.Kind != ast.Object && t.Kind != ast.Interface || f.In[subgraph] == nil {
			continue
		}
		if f.Type.NamedType == "ID" && f.Type.NonNull {
			out[t.Name] = []*supergraph.Key{{Fields: supergraph.FieldSet{{Name: "id"}}}}
		}
	}
	return out
}

// identify makes sure that the first key of an entity is known, and gives its identity, which is a function of
// that key alone. An entity that came by another key gets its first key from it.
func (a *answer) identify(t *supergraph.Type, keys []*supergraph.Key, known map[string]any, place hash) (map[string]any, hash) {
	first := keys[0].Fields
	out := maps.Clone(known)
	if out == nil {
		out = map[string]any{}
	}
	if !holds(out, first) {
		a.fromOther(t, keys, out)
	}
	a.complete(t, first, out, place)
	return out, a.seed.of("entity", t.Name).ofValue(keyOf(out, first))
}

// holds reports whether the values of all fields are known.
func holds(known map[string]any, fields supergraph.FieldSet) bool {
	for _, f := range fields {
		v, ok := known[f.Name]
		if f.Name == "" || !ok || v == nil {
			return false
		}
		if nested, ok := v.(map[string]any); len(f.Fields) > 0 && (!ok || !holds(nested, f.Fields)) {
			return false
		}
	}
	return true
}

// keyOf is the part of what is known that a key names, with identifiers as texts.
func keyOf(known map[string]any, fields supergraph.FieldSet) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		switch v := known[f.Name].(type) {
		case map[string]any:
			out[f.Name] = keyOf(v, f.Fields)
		case json.Number:
			out[f.Name] = v.String() // an ID may be sent as a number; it is the same ID
		default:
			out[f.Name] = v
		}
	}
	return out
}

// complete makes up the fields of a key that are not known.
func (a *answer) complete(t *supergraph.Type, fields supergraph.FieldSet, known map[string]any, place hash) {
	for _, f := range fields {
		def := t.Field(f.Name)
		if def == nil {
			continue
		}
		named := a.graph.Type(def.Type.Name())
		switch v, ok := known[f.Name]; {
		case len(f.Fields) > 0 && named != nil && def.Type.Elem == nil:
			nested, _ := v.(map[string]any)
			nested = maps.Clone(nested)
			if nested == nil {
				nested = map[string]any{}
			}
			a.complete(named, f.Fields, nested, place.of(f.Name))
			known[f.Name] = nested
		case ok && v != nil || len(f.Fields) > 0 || def.Type.Elem != nil:
		default:
			known[f.Name] = a.keyLeaf(def, place)
		}
	}
}

// pool is how many entities of a type there are.
const pool = 9_000

// keyLeaf is one value of a key: a small number where it is an identifier, so that one meets the same
// entities again, and a list does not hold one twice.
func (a *answer) keyLeaf(def *supergraph.Field, place hash) any {
	if r := a.script.of(def.Parent.Name, def.Name); r != nil {
		s := seat{owner: &object{typ: def.Parent, self: place}, def: def, place: place}
		if v, ok := a.drawn(r, def.Type.Name(), s); ok {
			return v
		}
	}
	number := strconv.Itoa(1_000 + int(place%pool)) // below the pool's size
	switch words := split(def.Name); {
	case def.Type.Name() == "ID":
		return number
	case def.Type.Name() == "Int":
		return json.Number(number)
	case def.Type.Name() == "String" && slices.Contains(words, "id"):
		return number
	}
	return a.leaf(def.Type.Name(), seat{owner: &object{typ: def.Parent, self: place}, def: def, place: place.of(def.Name)})
}

// fromOther sets the first key from another one that is known, where both are one text or number.
func (a *answer) fromOther(t *supergraph.Type, keys []*supergraph.Key, known map[string]any) {
	first := single(t, keys[0])
	for _, k := range keys[1:] {
		other := single(t, k)
		if !holds(known, k.Fields) {
			continue
		}
		if first == nil || other == nil {
			// Of keys with parts no part leads to the other key; but what is made up must follow from what is known.
			a.complete(t, keys[0].Fields, known, a.seed.of("key", t.Name).ofValue(keyOf(known, k.Fields)))
		} else if text := textOf(known[other.Name]); text != "" {
			known[first.Name] = linked(other, first, text)
		}
		return
	}
}

// linkedKey is the value of a field that is a key beside the first; nil if the field is none.
func (a *answer) linkedKey(o *object, def *supergraph.Field) any {
	keys := a.keys(o.typ)
	if len(keys) < 2 {
		return nil
	}
	first := single(o.typ, keys[0])
	if first == nil || first.Name == def.Name {
		return nil
	}
	for _, k := range keys[1:] {
		if other := single(o.typ, k); other != nil && other.Name == def.Name {
			if text := textOf(o.known[first.Name]); text != "" {
				return linked(first, other, text)
			}
		}
	}
	return nil
}

// single is the field of a key that is one text or number; nil for other keys.
func single(t *supergraph.Type, k *supergraph.Key) *supergraph.Field {
	if len(k.Fields) != 1 || len(k.Fields[0].Fields) > 0 {
		return nil
	}
	f := t.Field(k.Fields[0].Name)
	if f == nil || f.Type.Elem != nil || !slices.Contains([]string{"ID", "String", "Int"}, f.Type.Name()) {
		return nil
	}
	return f
}

// linked translates the value of one key of an entity into that of another, so that both lead to the same
// entity and back: the id "7" is the code "id-7", and the code "x" is the id "code-x". Numbers stay as they are.
func linked(from, to *supergraph.Field, value string) any {
	switch {
	case to.Type.Name() == "Int":
		return number(value)
	case from.Type.Name() == "Int":
		return value
	}
	if rest, ok := strings.CutPrefix(value, to.Name+"-"); ok && rest != "" {
		return rest
	}
	if local, ok := strings.CutSuffix(value, domain); ok && isEmail(from) {
		return local
	}
	if isEmail(to) {
		return value + domain
	}
	return from.Name + "-" + value
}

// domain is of the addresses that stand for a key.
const domain = "@example.com"

func isEmail(f *supergraph.Field) bool { return slices.Contains(split(f.Name), "email") }

// number is the text as an Int; what is no number becomes one.
func number(text string) json.Number {
	if _, err := strconv.ParseInt(text, 10, 32); err == nil {
		return json.Number(text)
	}
	return json.Number(strconv.Itoa(int(hash(0).of(text) % (1 << 31)))) // below the limit of an Int
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
