package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// upgrade gives the Federation 1 schemas among the subgraphs the meaning that they would have in Federation 2:
// value types become shareable, @external that says nothing goes away, and so do directives where they never
// had an effect.
func upgrade(schemas []*schema) Errors {
	if !slices.ContainsFunc(schemas, func(s *schema) bool { return !s.fed2 }) {
		return nil
	}
	var errs Errors
	found := make([]Errors, len(schemas))
	for i, s := range schemas {
		if !s.fed2 {
			found[i] = s.checkOld(schemas)
		}
	}
	for i, s := range schemas {
		if !s.fed2 {
			errs = append(errs, s.checkOnlyExternal(schemas, found[i])...)
		}
	}
	if len(errs) > 0 {
		return errs
	}
	for _, s := range schemas {
		if !s.fed2 {
			s.removeUseless(schemas)
		}
	}
	shareable := map[*schema][]func(){}
	for _, s := range schemas {
		if !s.fed2 {
			shareable[s] = s.shareables(schemas)
		}
	}
	for _, s := range schemas {
		for _, mark := range shareable[s] {
			mark()
		}
	}
	return nil
}

// checkOld gathers what is wrong with a Federation 1 schema by its own rules.
func (s *schema) checkOld(schemas []*schema) Errors {
	var errs Errors
	for _, t := range s.types {
		errs = append(errs, s.checkExtension(t, schemas)...)
	}
	if len(errs) > 0 {
		return errs
	}
	s.removeIgnored()
	return s.gatherFacts()
}

// checkOnlyExternal: a type of which nothing is left would leave what refers to it hanging. Where that is so,
// the other errors of the schema would only be echoes.
func (s *schema) checkOnlyExternal(schemas []*schema, errs Errors) Errors {
	if slices.ContainsFunc(errs, func(e *Error) bool { return e.Code == ExtensionWithNoBase }) {
		return errs
	}
	s.resolveBorrowedKeys(schemas)
	var only Errors
	for _, t := range s.types {
		left := slices.ContainsFunc(t.fields, func(f *fieldDef) bool { return !s.uselessExternal(f) })
		if t.composite() && len(t.fields) > 0 && !left && !t.root() && (t.has(dKey) || s.refersTo(t.name)) {
			only = append(only, s.errorAt(TypeOnlyUnusedExternal, t.pos, "Type %s contains only external fields and all those fields are all unused (they do not appear in any @key, @provides or @requires).", t.name))
		}
	}
	if len(only) > 0 {
		return only
	}
	return errs
}

func (s *schema) refersTo(name string) bool {
	for _, t := range s.types {
		if slices.Contains(t.members, name) || slices.ContainsFunc(t.fields, func(f *fieldDef) bool { return f.typ.Name() == name }) {
			return true
		}
	}
	return false
}

// uselessExternal reports whether the field says nothing: not resolved here, and not used.
func (s *schema) uselessExternal(f *fieldDef) bool {
	return f.isExternal() && !f.used && !s.satisfiesInterface(f)
}

// removeIgnored takes out the directives that Federation 1 accepted and ignored.
func (s *schema) removeIgnored() {
	for _, t := range s.types {
		if t.kind == ast.Interface {
			t.remove(dKey)
		}
		t.remove(dExternal)
		for _, f := range t.fields {
			if t.kind == ast.Interface {
				f.remove(dExternal, dRequires, dProvides)
			}
		}
	}
}

// removeUseless takes out what says nothing: sets of the subgraph's own fields, fields that are external and
// not used, and types of which nothing is left.
func (s *schema) removeUseless(schemas []*schema) {
	s.trimSets()
	_ = s.gatherFacts() // its errors were given by checkOld
	s.resolveBorrowedKeys(schemas)
	for _, t := range s.types {
		t.fields = slices.DeleteFunc(t.fields, func(f *fieldDef) bool {
			unused := s.uselessExternal(f)
			if unused {
				delete(t.fieldByName, f.name)
			}
			return unused
		})
	}
	s.implementers = nil
	s.types = slices.DeleteFunc(s.types, func(t *typeDef) bool {
		empty := t.composite() && len(t.fields) == 0 && !t.root()
		if empty {
			delete(s.byName, t.name)
		}
		return empty
	})
}

// resolveBorrowedKeys: an extension without a key of its own was reached by the key of the type that it
// extends, so it has that key's fields whatever it says of them.
func (s *schema) resolveBorrowedKeys(schemas []*schema) {
	for _, t := range s.types {
		if !t.extension() || t.has(dKey) {
			continue
		}
		for _, o := range schemas {
			ot := o.byName[t.name]
			if o == s || ot == nil {
				continue
			}
			for _, k := range ot.keys {
				for _, x := range k.fields {
					if f := t.field(x.field); f != nil {
						f.remove(dExternal)
						f.external = nil
					}
				}
			}
		}
	}
}

// trimSets takes out @provides of what is no object, and from all sets the fields that are not external:
// Federation 1 let a subgraph provide or require what it resolves itself.
func (s *schema) trimSets() {
	_ = s.gatherFacts() // its errors were given by checkOld
	for _, t := range s.types {
		for _, f := range t.fields {
			s.trimSet(f, dProvides, f.provides)
			s.trimSet(f, dRequires, f.requires)
		}
	}
}

func (s *schema) trimSet(f *fieldDef, k kind, sel selection) {
	i := slices.IndexFunc(f.applied, func(a *applied) bool { return a.kind == k })
	if i < 0 {
		return
	}
	r := &fieldSetReader{schema: s}
	kept := r.trim(sel, false)
	switch {
	case len(kept) == 0:
		f.remove(k)
	case kept.count() < sel.count():
		a := *f.applied[i]
		a.args = ast.ArgumentList{{Name: "fields", Value: stringValue(kept.String())}}
		f.applied = slices.Clone(f.applied)
		f.applied[i] = &a
	}
}

// trim keeps the leaves that are external or beneath something external.
func (r *fieldSetReader) trim(sel selection, external bool) selection {
	var out selection
	for _, x := range sel {
		here := external || x.def != nil && r.externalSomewhere(x.def)
		if len(x.sub) == 0 {
			if here {
				out = append(out, x)
			}
			continue
		}
		if sub := r.trim(x.sub, here); len(sub) > 0 {
			c := *x
			c.sub = sub
			out = append(out, &c)
		}
	}
	return out
}

func (e *element) remove(kinds ...kind) {
	e.applied = slices.DeleteFunc(slices.Clone(e.applied), func(a *applied) bool { return slices.Contains(kinds, a.kind) })
}

// shareables finds what has to become shareable: value types that other subgraphs have too, and fields of
// entities that other subgraphs also resolve.
func (s *schema) shareables(schemas []*schema) []func() {
	var marks []func()
	for _, t := range s.types {
		if t.kind != "OBJECT" {
			continue
		}
		entity := t.has(dKey) || t.root()
		for _, o := range schemas {
			ot := o.byName[t.name]
			if o == s || ot == nil {
				continue
			}
			for _, f := range t.fields {
				of := ot.field(f.name)
				if !entity && f.fromExtension == !t.based || entity && of != nil && of.resolves() {
					marks = append(marks, func() { f.shareable = true })
				}
			}
		}
	}
	return marks
}
