package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkFederation gathers what the federation directives of one subgraph do wrong.
func (s *schema) checkFederation() Errors {
	errs := s.renameRoots()
	if !s.fed2 {
		return errs // the rest is told when the schema is upgraded, by what Federation 1 meant
	}
	facts := s.gatherFacts()
	if i := slices.IndexFunc(facts, func(e *Error) bool { return e.Code == ProvidesOnNonObject || e.Code == ExternalCollision }); i >= 0 {
		return append(errs, facts[i]) // what such a @provides makes external cannot be known
	}
	errs = append(errs, facts...)
	contexts := s.checkContexts() // before the externals: it tells which are used
	errs = append(errs, s.checkExternals()...)
	errs = append(errs, s.checkInterfaceKeys()...)
	errs = append(errs, s.checkInterfaceObjects()...)
	errs = append(errs, s.checkShareable()...)
	errs = append(errs, contexts...)
	errs = append(errs, s.checkCosts()...)
	return append(errs, s.checkAuth()...)
}

// checkExternals: @external says something only where a directive or an interface refers to the field.
func (s *schema) checkExternals() Errors {
	var errs Errors
	for _, t := range s.types {
		for _, f := range t.fields {
			a := f.external
			if a == nil {
				continue
			}
			if t.kind == ast.Interface && f.isExternal() {
				errs = append(errs, s.errorAt(ExternalOnInterface, a.pos, "Interface type field %q is marked @external but @external is not allowed on interface fields (it is nonsensical).", f.coord()))
			}
			if f.isExternal() && !f.used && !s.satisfiesInterface(f) {
				errs = append(errs, s.errorAt(ExternalUnused, f.pos, "Field %q is marked @external but is not used in any federation directive (@key, @provides, @requires) or to satisfy an interface; the field declaration has no use and should be removed (or the field should not be @external).", f.coord()))
			}
		}
	}
	return errs
}

func (s *schema) satisfiesInterface(f *fieldDef) bool {
	return slices.ContainsFunc(f.parent.interfaces, func(name string) bool {
		iface := s.byName[name]
		return iface != nil && iface.field(f.name) != nil
	})
}

// checkInterfaceKeys: an entity interface is resolved by its implementations, so they all need its keys.
func (s *schema) checkInterfaceKeys() Errors {
	var errs Errors
	for _, t := range s.types {
		if t.kind != ast.Interface {
			continue
		}
		for _, k := range t.keys {
			var missing, unresolvable []string
			for _, name := range t.runtimeTypes() {
				o := s.byName[name]
				match := o.matchingKey(k)
				switch {
				case match == nil && len(o.keys) < len(o.all(dKey)):
					// the key may be one of those that have an error of their own
				case match == nil:
					missing = append(missing, name)
				case k.resolvable && !match.resolvable:
					unresolvable = append(unresolvable, name)
				}
			}
			switch {
			case len(missing) > 0:
				errs = append(errs, s.errorAt(InterfaceKeyNotOnImpl, k.app.pos, "Key @key(fields: %q) on interface type %q is missing on implementation %s %s.", k.text, t.name, plural(missing, "type", "types"), list(missing)))
			case len(unresolvable) > 0:
				errs = append(errs, s.errorAt(InterfaceKeyNotOnImpl, k.app.pos, "Key @key(fields: %q) on interface type %q should be resolvable on all implementation types, but is declared with argument \"@key(resolvable:)\" set to false in %s %s.", k.text, t.name, plural(unresolvable, "type", "types"), list(unresolvable)))
			}
		}
	}
	return errs
}

func plural(items []string, one, many string) string {
	if len(items) == 1 {
		return one
	}
	return many
}

// matchingKey is the key of the type that selects the same fields, or nil.
func (t *typeDef) matchingKey(k *keyDef) *keyDef {
	for _, own := range t.keys {
		if sameSelection(own.fields, k.fields) {
			return own
		}
	}
	return nil
}

// sameSelection compares selections whatever their order.
func sameSelection(a, b selection) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y *selected) bool { return x.field == y.field && x.on == y.on && sameSelection(x.sub, y.sub) }) {
			return false
		}
	}
	return true
}

// checkInterfaceObjects: an @interfaceObject is reached by key only.
func (s *schema) checkInterfaceObjects() Errors {
	var errs Errors
	for _, t := range s.types {
		if t.interfaceObject() && !t.has(dKey) {
			errs = append(errs, s.errorAt(InterfaceObjectUsage, t.pos, "The @interfaceObject directive can only be applied to entity types but type %q has no @key in this subgraph.", t.name))
		}
	}
	return errs
}

// checkShareable: only object types resolve fields, so only theirs can be shared; and once is enough.
func (s *schema) checkShareable() Errors {
	var errs Errors
	for _, t := range s.types {
		for _, ext := range []bool{false, true} {
			if n := countBlock(t.all(dShareable), ext); n > 1 {
				errs = append(errs, s.errorAt(InvalidShareableUsage, t.pos, "Invalid duplicate application of @shareable on the same type declaration of %q: @shareable is only repeatable on types so it can be used simultaneously on a type definition and its extensions, but it should not be duplicated on the same definition/extension declaration", t.name))
			}
		}
		for _, f := range t.fields {
			on := f.all(dShareable)
			switch {
			case len(on) > 0 && t.kind != ast.Object:
				errs = append(errs, s.errorAt(InvalidShareableUsage, on[0].pos, "Invalid use of @shareable on field %q: only object type fields can be marked with @shareable", f.coord()))
			case len(on) > 1:
				errs = append(errs, s.errorAt(InvalidShareableUsage, on[1].pos, "Invalid duplicate application of @shareable on field %q", f.coord()))
			}
		}
	}
	return errs
}

func countBlock(as []*applied, ext bool) int {
	n, line := 0, -1
	for _, a := range as {
		// Several extensions of one type are told apart by their lines alone: a block is written in one go.
		if a.ext == ext && (line < 0 || a.pos.Line-line <= 1) {
			n++
			line = a.pos.Line
		}
	}
	if ext {
		return min(n, 1)
	}
	return n
}
