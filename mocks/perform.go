package mocks

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Codes of mutations that the mock source refuses, in extensions.code.
const (
	CodeGone = "MOCK_NOT_FOUND"
	CodeFull = "MOCK_SESSION_FULL"
)

// mutation performs a mutation, and writes its value.
func (a *answer) mutation(def *supergraph.Field, t *ast.Type, s seat) error {
	if refused := a.perform(def, t, &s); refused != nil {
		a.fail(refused)
		a.raw("null")
		return nil
	}
	return a.value(t, s)
}

// perform does in the session what a mutation is for, and makes its answer say so; or says why it is refused.
func (a *answer) perform(def *supergraph.Field, t *ast.Type, s *seat) *Failure {
	a.acted = nil
	request := FromContext(a.ctx)
	x := a.actOf(def, t, s)
	if x == nil {
		request.did(&Change{Field: "Mutation." + def.Name, Effect: string(nothing)})
		return nil
	}
	for _, key := range x.targets {
		if a.overlay.of(x.on.Name, a.selfOf(x.on, key)).gone() && x.kind != creates {
			return &Failure{CodeGone, "There is no such " + x.on.Name + " any more: it was deleted in this session."}
		}
	}
	one := request.keeps()
	if one == nil && x.kind == creates && len(x.targets) == 0 {
		a.tell(x, def, s, nil) // as it is without a session, made up from the arguments
		s.shape(a.payload(x, t, nil))
		return nil
	}
	next, err := request.change(one, func(o *overlay) *overlay { return a.apply(x, o, s.place) })
	if err != nil {
		return &Failure{CodeFull, upperFirst(err.Error()) + "."}
	}
	if one != nil {
		request.Sessions.tell(one.id, happened(x))
	}
	a.overlay, a.acted = next, x.done // without a session too: the answer itself shows what the mutation did
	a.tell(x, def, s, one)
	s.shape(a.payload(x, t, x.done))
	if x.alone != 0 && t.NamedType == x.on.Name {
		s.place = x.alone
	}
	return nil
}

// happened is what a mutation did, for those who follow the session.
func happened(x *act) []happening {
	out := make([]happening, len(x.done))
	for i, c := range x.done {
		out[i] = happening{x.kind, c}
	}
	return out
}

// isGone reports whether an object was deleted, but not by the mutation whose answer is written: that still shows it.
func (a *answer) isGone(c *change) bool { return c.gone() && !slices.Contains(a.acted, c) }

// selfOf is the identity of an entity of the type, by its first key.
func (a *answer) selfOf(t *supergraph.Type, key map[string]any) hash {
	return a.seed.of("entity", t.Name).ofValue(keyOf(key, a.keys(t)[0].Fields))
}

// apply is the overlay with what the act does.
func (a *answer) apply(x *act, o *overlay, place hash) *overlay {
	x.done = nil
	if o == nil {
		o = &overlay{}
	}
	if x.alone != 0 {
		c := &change{entity: entity{x.on.Name, x.alone.of(x.on.Name)}}
		return a.applyTo(x, o, c)
	}
	targets := x.targets
	if x.kind == creates && len(targets) == 0 {
		targets = []map[string]any{a.fresh(x.on, o.made+1, x.said, place)}
	}
	for _, key := range targets {
		o = a.applyTo(x, o, &change{entity: entity{x.on.Name, a.selfOf(x.on, key)}, key: asKey(x.on, key)})
	}
	if x.kind == creates {
		o = o.counted()
	}
	return o
}

// applyTo is the overlay with what the act does to one object.
func (a *answer) applyTo(x *act, o *overlay, c *change) *overlay {
	if before := o.of(c.typ, c.self); before != nil {
		c.fields, c.created = before.fields, before.created
	}
	switch x.kind {
	case deletes:
		c.deleted = true
	case creates:
		c.fields, c.created = a.merged(x.on, nil, x.values(a)), true
	default:
		c.fields = a.merged(x.on, c.fields, x.values(a))
	}
	x.done = append(x.done, c)
	return o.with(c)
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
