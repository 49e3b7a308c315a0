package mocks

import (
	"cmp"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// guess is what a mutation does of which nothing is said.
func (a *answer) guess(def *supergraph.Field, t *ast.Type, said map[string]any) *act {
	d := a.deedOf(def.Name)
	x := &act{effect: effect{guessed: true}, on: d.typ, said: said}
	if x.on == nil || d.part {
		// createTicketComment makes the comment that it returns, not a ticket.
		x.on = cmp.Or(a.returned(t), x.on)
	}
	if x.on == nil {
		return nil
	}
	x.typ = x.on.Name
	x.aim(a, d.many)
	switch {
	case slices.Contains(making, d.verb), slices.Contains(copying, d.verb), len(x.targets) == 0 && a.opens(d, x.on):
		x.kind, x.targets = creates, nil
		if slices.Contains(copying, d.verb) {
			maps.DeleteFunc(said, func(name string, _ any) bool { return isKeyField(x.on, name) }) // those of the other one
		}
		x.own(a)
	case len(x.targets) == 0:
		return a.only(x)
	case slices.Contains(taking, d.verb) && !d.part && (d.typ != nil || len(said) == 1):
		x.kind = deletes
	default:
		x.kind = updates
		x.set = a.stateOf(x.on, d.verb, said)
	}
	return x
}

// opens reports whether a mutation that names no key makes an entity. addToCart and uploadPicture do not, where there
// is one cart, and one user.
func (a *answer) opens(d deed, on *supergraph.Type) bool {
	return slices.Contains(opening, d.verb) && (d.typ != nil || a.answering(on) == nil)
}

// stateOf is the state that a verb leads to, in the field of the type that has it.
func (a *answer) stateOf(t *supergraph.Type, verb string, said map[string]any) map[string]any {
	for _, f := range t.Fields {
		if _, given := said[f.Name]; given || f.Type.Elem != nil {
			continue
		}
		if v := stateAfter(verb, a.valuesFor(f.Type)); v != "" {
			return map[string]any{f.Name: v}
		}
	}
	return nil
}

// only makes an update of the one object that a query without arguments answers: updateProfile is about me.
func (a *answer) only(x *act) *act {
	f := a.answering(x.on)
	if f == nil || x.kind == deletes {
		return nil
	}
	root := object{typ: a.graph.Query, self: a.seed.of(a.graph.Query.Name)}
	args := a.arguments(f, nil)
	at := seat{owner: &root, def: f, args: args, place: root.self.of(f.Name).ofValue(identifying(args))}
	x.kind = updates
	if keys := a.keys(x.on); len(keys) > 0 {
		x.targets = []map[string]any{keyOf(a.child(x.on, at).known, keys[0].Fields)}
	} else {
		x.alone = at.place
	}
	return x
}

// answering is the first field of the query that returns an object of the type and needs no argument, nil if there is none.
func (a *answer) answering(t *supergraph.Type) *supergraph.Field {
	if a.graph.Query == nil {
		return nil
	}
	for _, f := range a.graph.Query.Fields {
		needs := func(arg *ast.ArgumentDefinition) bool { return arg.Type.NonNull && arg.DefaultValue == nil }
		if f.Type.NamedType == t.Name && a.in(f) != nil && !slices.ContainsFunc(f.Args, needs) {
			return f
		}
	}
	return nil
}

// returned is what a mutation returns, by itself, in an edge or in a payload: an entity, or else the one object of a type.
func (a *answer) returned(t *ast.Type) *supergraph.Type {
	named := a.graph.Type(t.Name())
	if named == nil || named.Kind != ast.Object {
		return nil
	}
	if len(a.keys(named)) > 0 || a.answering(named) != nil {
		return named
	}
	var one *supergraph.Type
	for _, f := range named.Fields {
		of := a.graph.Type(f.Type.Name())
		if of == nil || of.Kind != ast.Object || a.in(f) == nil {
			continue
		}
		if node := of.Field("node"); node != nil && len(a.keys(of)) == 0 {
			of = a.graph.Type(node.Type.Name())
		}
		switch {
		case of == nil || of.Kind != ast.Object:
		case len(a.keys(of)) > 0:
			return of
		case one == nil && a.answering(of) != nil:
			one = of
		}
	}
	return one
}
