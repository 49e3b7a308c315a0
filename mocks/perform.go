package mocks

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Codes of mutations that the mock source refuses, in extensions.code.
const (
	CodeGone = "MOCK_NOT_FOUND"
	CodeFull = "MOCK_SESSION_FULL"
)

// perform does in the session what a mutation is for, and makes its answer say so. It gives what is left to do once
// the answer is written, and why it is refused, nil if it is not.
func (a *answer) perform(def *supergraph.Field, t *ast.Type, s *seat) (after func(), refused *Failure) {
	request := FromContext(a.ctx)
	x := a.actOf(def, t, s)
	if x == nil {
		request.did(&Change{Field: "Mutation." + def.Name, Effect: string(nothing)})
		return nil, nil
	}
	for _, key := range x.targets {
		if a.overlay.of(x.on.Name, a.selfOf(x.on, key)).gone() && x.kind != creates {
			return nil, &Failure{CodeGone, "There is no such " + x.on.Name + " any more: it was deleted in this session."}
		}
	}
	one := request.keeps()
	if one == nil && x.kind == creates && len(x.targets) == 0 {
		a.tell(x, def, s, nil) // as it is without a session, made up from the arguments
		s.shape(a.payload(x, t, nil))
		return nil, nil
	}
	next, err := request.change(one, func(o *overlay) *overlay { return a.apply(x, o, s.place, false) })
	if err != nil {
		return nil, &Failure{CodeFull, upperFirst(err.Error()) + "."}
	}
	a.overlay = next // without a session too: the answer itself shows what the mutation did
	a.tell(x, def, s, one)
	s.shape(a.payload(x, t, x.done))
	if x.kind != deletes || one == nil {
		return nil, nil
	}
	return func() {
		if next, err := request.change(one, func(o *overlay) *overlay { return a.apply(x, o, s.place, true) }); err == nil {
			a.overlay = next
		}
	}, nil
}

// selfOf is the identity of an entity of the type, by its first key.
func (a *answer) selfOf(t *supergraph.Type, key map[string]any) hash {
	return a.seed.of("entity", t.Name).ofValue(keyOf(key, a.keys(t)[0].Fields))
}

// apply is the overlay with what the act does. What is deleted is so at the end, as the answer may still show it.
func (a *answer) apply(x *act, o *overlay, place hash, end bool) *overlay {
	x.done = nil
	if o == nil {
		o = &overlay{}
	}
	targets := x.targets
	if x.kind == creates && len(targets) == 0 {
		targets = []map[string]any{a.fresh(x.on, o.made+1, x.said, place)}
	}
	values := x.values(a)
	for _, key := range targets {
		c := &change{entity: entity{x.on.Name, a.selfOf(x.on, key)}, key: asKey(x.on, key)}
		before := o.of(c.typ, c.self)
		if before != nil {
			c.fields, c.created = before.fields, before.created
		}
		switch x.kind {
		case deletes:
			c.deleted = end
		case creates:
			c.fields, c.created = a.merged(x.on, nil, values), true
		default:
			c.fields = a.merged(x.on, c.fields, values)
		}
		if x.kind != deletes || end {
			o = o.with(c)
		}
		x.done = append(x.done, c)
	}
	if x.kind == creates {
		o = o.counted()
	}
	return o
}

// asKey is a key with its identifiers as texts, as they are written.
func asKey(t *supergraph.Type, key map[string]any) map[string]any {
	out := maps.Clone(key)
	for name, v := range key {
		if n, isNumber := v.(json.Number); isNumber && t.Field(name) != nil && t.Field(name).Type.Name() == "ID" {
			out[name] = n.String()
		}
	}
	return out
}

// merged is the fields with others over them; of objects without a key the parts are merged.
func (a *answer) merged(t *supergraph.Type, fields, over map[string]any) map[string]any {
	out := maps.Clone(fields)
	if out == nil {
		out = map[string]any{}
	}
	for name, v := range over {
		part, isObject := v.(map[string]any)
		before, wasObject := out[name].(map[string]any)
		if f := t.Field(name); f != nil && isObject && wasObject {
			if of := a.graph.Type(f.Type.Name()); of != nil && len(a.keys(of)) == 0 {
				both := maps.Clone(before)
				maps.Copy(both, part)
				v = both
			}
		}
		out[name] = v
	}
	return out
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

// shown is an entity by its key and type.
func (a *answer) shown(t *supergraph.Type, c *change) map[string]any {
	out := maps.Clone(c.key)
	out["__typename"] = t.Name
	return out
}

func (a *answer) keyText(t *supergraph.Type, c *change) any {
	if key := single(t, a.keys(t)[0]); key != nil {
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
	key := single(t, a.keys(t)[0])
	return key != nil && (name == key.Name || strings.HasSuffix(strings.ToLower(name), strings.ToLower(t.Name+key.Name)) || name == "deleted"+upperFirst(key.Name))
}

// isTrouble reports whether something is called as errors are.
func isTrouble(name string) bool {
	words := split(name)
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"error", "errors", "problem", "problems", "failure", "exception", "warnings"}, w)
	})
}

// tell notes what a mutation did, for the answer's extensions.
func (a *answer) tell(x *act, def *supergraph.Field, s *seat, one *session) {
	list := x.done
	if len(list) == 0 {
		list = []*change{{}}
	}
	for _, c := range list {
		FromContext(a.ctx).did(&Change{
			Field: cmp.Or(s.owner.typ.Name, "Mutation") + "." + def.Name, Effect: string(x.kind), Type: x.on.Name, Key: c.key, Guessed: x.guessed, Kept: one != nil,
		})
	}
}
