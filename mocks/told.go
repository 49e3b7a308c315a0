package mocks

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// What events are called, and the values of enums that say what happened, by what a mutation did.
var happenings = map[kind][]string{
	creates: {"create", "created", "add", "added", "insert", "inserted", "open", "opened", "new", "post", "posted"},
	updates: {"update", "updated", "modify", "modified", "edit", "edited"},
	deletes: {"delete", "deleted", "remove", "removed", "archive", "archived"},
}

// told is what a subscription's field returns of what happened; nil if it does not return it: it is about entities of another
// type, of another key, or such as its arguments do not ask for, or its name says that something else happens.
func (a *answer) told(def *supergraph.Field, t *ast.Type, args map[string]any) any {
	h := a.event.happened
	on := a.graph.Type(h.typ)
	if on == nil || !isTold(def.Name, h.kind) || !a.meant(on, h.change, args) {
		return nil
	}
	named := a.graph.Type(t.Name())
	if named == nil || named.IsLeaf() {
		if d := a.deedOf(def.Name); d.typ != on && a.firstCalled(def.Name) != on {
			return nil
		}
	}
	return a.message(&act{effect: effect{kind: h.kind}, on: on}, t, h.change)
}

// message is the entity, or what is wrapped around it: an object with a field for it, and, where there is an enum for that, what
// happened.
func (a *answer) message(x *act, t *ast.Type, c *change) any {
	named := a.graph.Type(t.Name())
	done := []*change{c}
	switch {
	case named == nil || named.IsLeaf(), a.is(x.on, named.Name):
		return a.payload(x, t, done)
	case t.Elem != nil:
		return nil
	}
	out := a.wrapped(x, named, c)
	for _, name := range named.Members {
		m := a.graph.Type(name)
		if m == nil || !a.has(name) || !isTold(name, x.kind) {
			continue
		}
		if fields := a.wrapped(x, m, c); fields != nil && (out == nil || isNamed(name, x.kind)) {
			fields["__typename"] = name
			out = fields
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// wrapped are the fields of an object around the entity; nil if it has none for it.
func (a *answer) wrapped(x *act, t *supergraph.Type, c *change) map[string]any {
	if len(a.keys(t)) > 0 || !slices.ContainsFunc(t.Fields, func(f *supergraph.Field) bool { return a.holdsOne(f, x.on) }) {
		return nil
	}
	out := a.parts(x, t, []*change{c})
	for _, f := range t.Fields {
		if of := a.graph.Type(f.Type.Name()); of != nil && f.Type.Elem == nil && len(of.Values) > 0 {
			if v := wordFor(x.kind, a.enumValues(of)); v != "" {
				out[f.Name] = v
			}
		}
	}
	return out
}

// holdsOne reports whether a field of a wrapper is for entities of the type: for them, their edge or their key.
func (a *answer) holdsOne(f *supergraph.Field, on *supergraph.Type) bool {
	of := a.graph.Type(f.Type.Name())
	switch {
	case of == nil || of.IsLeaf():
		return f.Type.NamedType == "ID" && f.Name != "id" && a.isKeyOf(on, f.Name)
	case of.Field("node") != nil:
		return of.Field("node").Type.Name() == on.Name
	}
	return a.is(on, of.Name)
}

// wordFor is the value that says what happened, "" if none does.
func wordFor(k kind, values []string) string {
	for _, v := range values {
		if words := split(v); len(words) > 0 && slices.Contains(happenings[k], words[len(words)-1]) {
			return v
		}
	}
	return ""
}

// isTold reports whether a field of that name tells of such events: ticketCreated only of new ones, ticketChanged of all.
func isTold(name string, k kind) bool {
	words := split(name)
	for _, other := range []kind{creates, updates, deletes} {
		if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(happenings[other], w) }) {
			return other == k
		}
	}
	return true
}

// isNamed reports whether a name says that this is what happened.
func isNamed(name string, k kind) bool {
	return slices.ContainsFunc(split(name), func(w string) bool { return slices.Contains(happenings[k], w) })
}

// firstCalled is the entity with which a name begins: ticketChanged.
func (a *answer) firstCalled(name string) *supergraph.Type {
	t, _, _ := a.typeCalled(split(name))
	return t
}

// meant reports whether an entity is one that the arguments ask for: by its key, or by what mutations said of it.
func (a *answer) meant(t *supergraph.Type, c *change, args map[string]any) bool {
	said := flattened(args)
	maps.DeleteFunc(said, func(_ string, v any) bool { return v == nil })
	if keys := a.keys(t); len(keys) > 0 {
		for _, f := range keys[0].Fields {
			for _, name := range keyNames(t, &supergraph.Field{Name: f.Name}) {
				if want, asked := said[name]; asked && !meets(want, c.key[f.Name]) {
					return false
				}
				delete(said, name)
			}
		}
	}
	return !a.contradicts(c, &listing{elem: t, filters: said})
}
