package monolith

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// An interface or a union is resolved by branches, each of which says by a string literal which object type it
// makes. So it is known beforehand what every type gets, and the type need not be guessed from the answer.

func (t *objectType) abstract() bool { return t.kind == ast.Interface || t.kind == ast.Union }

// objects are the object types that a value of the type can be: itself, or its members.
func (c *contract) objects(t *objectType) []*objectType {
	if !t.abstract() {
		return []*objectType{t}
	}
	var out []*objectType
	for _, name := range t.members {
		if m := c.byName[name]; m != nil {
			out = append(out, m)
		}
	}
	return out
}

// field is a field of the type; of a union, one that each of its members has.
func (c *contract) field(t *objectType, name string) *field {
	if t.kind != ast.Union {
		return t.field(name)
	}
	var found *field
	for _, m := range c.objects(t) {
		if found = m.field(name); found == nil {
			return nil
		}
	}
	return found
}

// branches compares what each branch makes with the type that it says to be.
func (r *reader) branches(c *Connector, out *mapping.Output, t *objectType, above []string) *outline {
	text := c.written.arg("selection")
	if r.contract.spec.version < mapping.V04 {
		r.addIn(text, out.At, "CONNECTORS_UNSUPPORTED_ABSTRACT_TYPE", c.Coordinate, "%s is an interface or a union, which connectors resolve from v0.4 on", t.name)
		return nil
	}
	o := &outline{typ: t.name}
	for _, b := range out.Alternatives() {
		name, ok := b.Typename()
		switch {
		case !b.Object:
			r.addIn(text, b.At, "GROUP_SELECTION_REQUIRED_FOR_OBJECT", c.Coordinate, "%s has fields; say which in a block: { __typename: .. }", t.name)
		case !ok:
			r.addIn(text, b.At, codeSelection, c.Coordinate, "it must be said which type of %s this is: add __typename: %q, or one of: %s", t.name, first(t.members), strings.Join(t.members, ", "))
		case !slices.Contains(t.members, name):
			r.addIn(text, b.Field("__typename").At, codeSelection, c.Coordinate, "%s is not one of the types of %s: %s%s", name, t.name, strings.Join(t.members, ", "), similar(name, t.members))
		default:
			if of := r.outlineOf(c, b, name, append(above[:len(above):len(above)], t.name)); of != nil {
				o.branch(of)
			}
		}
	}
	return o
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// branch adds what one branch makes, to what another makes of the same type.
func (o *outline) branch(of *outline) {
	for _, b := range o.branches {
		if b.typ == of.typ {
			b.merge(of)
			return
		}
	}
	o.branches = append(o.branches, of)
}

func (o *outline) merge(other *outline) {
	for _, f := range other.fields {
		switch mine := o.field(f.name); {
		case mine == nil:
			o.fields = append(o.fields, f)
		case mine.within != nil && f.within != nil:
			mine.within.merge(f.within)
		}
	}
	for _, b := range other.branches {
		o.branch(b)
	}
}

// each calls do for the object types of an outline: itself, or its branches.
func (o *outline) each(do func(*outline)) {
	switch {
	case o == nil:
	case len(o.branches) == 0:
		do(o)
	default:
		for _, b := range o.branches {
			b.each(do)
		}
	}
}
