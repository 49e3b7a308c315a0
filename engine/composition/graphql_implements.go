package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkImplements is about a type that implements interfaces: it has all they have, in types that fit.
func (s *schema) checkImplements(t *typeDef) Errors {
	var errs Errors
	bad := func(pos *ast.Position, format string, args ...any) {
		errs = append(errs, s.errorAt(InvalidGraphQL, pos, format, args...))
	}
	for i, name := range t.interfaces {
		iface := s.byName[name]
		switch {
		case iface.kind != ast.Interface:
			bad(t.pos, "Cannot set non-interface type %s (of type %s) as interface of type %s", name, kindName(iface.kind), t.name)
			continue
		case slices.Contains(t.interfaces[:i], name):
			bad(t.pos, "Type %q can only implement %q once.", t.name, name)
			continue
		case iface == t:
			bad(t.pos, "Type %s cannot implement itself because it would create a circular reference.", t.name)
			continue
		}
		for _, up := range iface.interfaces {
			switch {
			case up == t.name:
				bad(t.pos, "Type %s cannot implement %s because it would create a circular reference.", t.name, name)
			case !t.implements(up):
				bad(t.pos, "Type %s must implement %s because it is implemented by %s.", t.name, up, name)
			}
		}
		for _, f := range iface.fields {
			errs = append(errs, s.checkImplementsField(t, f)...)
		}
	}
	return errs
}

func (s *schema) checkImplementsField(t *typeDef, want *fieldDef) Errors {
	have := t.field(want.name)
	if have == nil {
		return Errors{s.errorAt(InvalidGraphQL, t.pos, "Interface field %s expected but %s does not provide it.", want.coord(), t.name)}
	}
	var errs Errors
	if !s.subtype(have.typ, want.typ) {
		errs = append(errs, s.errorAt(InvalidGraphQL, have.pos, "Interface field %s expects type %s but %s of type %s is not a proper subtype.", want.coord(), want.typ, have.coord(), have.typ))
	}
	for _, a := range want.args {
		b := have.arg(a.name)
		switch {
		case b == nil:
			errs = append(errs, s.errorAt(InvalidGraphQL, have.pos, "Interface field argument %s(%s:) expected but %s does not provide it.", want.coord(), a.name, have.coord()))
		case !sameType(a.typ, b.typ):
			errs = append(errs, s.errorAt(InvalidGraphQL, b.pos, "Interface field argument %s(%s:) expects type %s but %s(%s:) is type %s.", want.coord(), a.name, a.typ, have.coord(), a.name, b.typ))
		}
	}
	for _, b := range have.args {
		if want.arg(b.name) == nil && b.typ.NonNull && b.def == nil {
			errs = append(errs, s.errorAt(InvalidGraphQL, b.pos, "Field %s includes required argument %s that is missing from the Interface field %s.", have.coord(), b.name, want.coord()))
		}
	}
	return errs
}

// subtype reports whether every value of type a is one of type b in this schema.
func (s *schema) subtype(a, b *ast.Type) bool {
	switch {
	case b.NonNull && !a.NonNull:
		return false
	case (a.Elem == nil) != (b.Elem == nil):
		return false
	case a.Elem != nil:
		return s.subtype(a.Elem, b.Elem)
	case a.NamedType == b.NamedType:
		return true
	}
	return s.narrower(a.NamedType, b.NamedType)
}

// narrower reports whether a implements or is a member of b.
func (s *schema) narrower(a, b string) bool {
	at, bt := s.byName[a], s.byName[b]
	if at == nil || bt == nil {
		return false
	}
	return bt.kind == ast.Interface && at.implements(b) || bt.kind == ast.Union && slices.Contains(bt.members, a)
}
