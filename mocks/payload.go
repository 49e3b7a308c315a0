package mocks

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// payload is what the answer of a mutation is known to be: the entity, its key, true, or an object that holds such.
func (a *answer) payload(x *act, t *ast.Type, done []*change) any {
	named := a.graph.Type(t.Name())
	switch {
	case t.Elem != nil && named == x.on && len(done) > 0:
		list := make([]any, len(done))
		for i, c := range done {
			list[i] = c.key
		}
		return list
	case t.Elem != nil:
		return nil
	case t.NamedType == "Boolean":
		return true
	case t.NamedType == "ID" && len(done) > 0:
		return a.keyText(x.on, done[0])
	case named == nil || named.IsLeaf():
		return nil
	case a.is(x.on, named.Name):
		if len(done) == 0 {
			return nil
		}
		return a.shown(x.on, done[0])
	case named.IsAbstract():
		return a.success(x, named, done)
	case len(a.keys(named)) > 0:
		return nil
	}
	return a.parts(x, named, done)
}

// shown is an entity by its key and type; what has no key is what it became.
func (a *answer) shown(t *supergraph.Type, c *change) map[string]any {
	out := map[string]any{"__typename": t.Name}
	maps.Copy(out, c.key)
	if c.key == nil {
		maps.Copy(out, c.fields)
	}
	return out
}

func (a *answer) keyText(t *supergraph.Type, c *change) any {
	if key := a.singleKey(t); key != nil {
		return c.key[key.Name]
	}
	return nil
}

// success is the member of a union or interface that stands for success: no error, by its name.
func (a *answer) success(x *act, t *supergraph.Type, done []*change) any {
	for _, name := range t.Members {
		m := a.graph.Type(name)
		if m == nil || !a.has(name) || isTrouble(name) {
			continue
		}
		out := map[string]any{}
		if len(a.keys(m)) == 0 {
			out = a.parts(x, m, done)
		}
		out["__typename"] = name
		return out
	}
	return nil
}

// parts are the fields of a payload that follow from what was done: the entity, its edge or its key; no errors.
func (a *answer) parts(x *act, t *supergraph.Type, done []*change) map[string]any {
	out := map[string]any{}
	for _, f := range t.Fields {
		of := a.graph.Type(f.Type.Name())
		switch {
		case isTrouble(f.Name) && f.Type.Elem != nil:
			out[f.Name] = []any{}
		case isTrouble(f.Name) && !f.Type.NonNull:
			out[f.Name] = nil
		case len(done) == 0:
		case f.Type.Elem != nil && of == x.on:
			out[f.Name] = a.payload(x, f.Type, done)
		case f.Type.Elem != nil:
		case of != nil && !of.IsLeaf() && a.is(x.on, of.Name):
			out[f.Name] = a.shown(x.on, done[0])
		case of != nil && of.Field("node") != nil && of.Field("node").Type.Name() == x.on.Name:
			out[f.Name] = map[string]any{"node": a.shown(x.on, done[0])}
		case f.Type.NamedType == "ID" && a.isKeyOf(x.on, f.Name):
			out[f.Name] = a.keyText(x.on, done[0])
		}
	}
	return out
}

// isKeyOf reports whether a payload's field is called as the key of the type: id, ticketId, deletedTicketId.
func (a *answer) isKeyOf(t *supergraph.Type, name string) bool {
	key := a.singleKey(t)
	return key != nil && (name == key.Name || strings.HasSuffix(strings.ToLower(name), strings.ToLower(t.Name+key.Name)) || name == "deleted"+upperFirst(key.Name))
}

// isTrouble reports whether something is called as errors are.
func isTrouble(name string) bool {
	words := split(name)
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"error", "errors", "problem", "problems", "failure", "exception", "warnings"}, w)
	})
}

// shape makes the answer of a mutation be as given; what people said of it stays.
func (s *seat) shape(given any) {
	if given == nil {
		return
	}
	fields, ok := given.(map[string]any)
	said, told := s.given.(map[string]any)
	switch {
	case ok && told:
		out := maps.Clone(fields)
		maps.Copy(out, said)
		s.given = out
	case !s.said:
		s.given, s.said = given, true
	}
}

// singleKey is the field that is the first key of a type by itself, nil if there is none.
func (a *answer) singleKey(t *supergraph.Type) *supergraph.Field {
	if keys := a.keys(t); len(keys) > 0 {
		return single(t, keys[0])
	}
	return nil
}
