package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkMerged looks at what only shows in the whole graph.
func (m *merger) checkMerged() {
	if m.errs = append(m.errs, m.late...); len(m.errs) > 0 {
		return
	}
	m.checkInterfaceFields()
	m.checkTransitiveAuth()
	m.checkSlicingArguments()
	if len(m.errs) > 0 {
		return
	}
	m.checkCovariance()
	if len(m.errs) == 0 {
		m.checkInaccessible()
	}
}

// checkInterfaceFields: a field that one subgraph adds to an interface has to be in every implementation,
// also in those of other subgraphs.
func (m *merger) checkInterfaceFields() {
	for _, t := range m.types {
		for _, name := range t.interfaces {
			it := m.byName[name]
			if it == nil || it.kind != ast.Interface {
				continue
			}
			for _, f := range it.fields {
				if t.fieldByName[f.name] != nil {
					continue
				}
				var implementing []string
				for _, d := range t.in {
					if d.implements(name) {
						implementing = append(implementing, d.in.Name)
					}
				}
				at := f.in[0]
				m.fail(InterfaceFieldNoImpl, place{at.parent.in, at.pos}, "Interface field %q is declared in %s but type %q, which implements %q only in %s does not have field %q.", name+"."+f.name, inSubgraphs(fieldSubgraphs(f.in)), t.name, name, inSubgraphs(implementing), f.name)
			}
		}
	}
}

// checkInterfaceKeyTypes: a subgraph that resolves an interface by key must know all that it can be.
func (m *merger) checkInterfaceKeyTypes() {
	for _, t := range m.types {
		if t.kind != ast.Interface {
			continue
		}
		for _, d := range t.in {
			if d.kind != ast.Interface {
				continue
			}
			i := slices.IndexFunc(d.keys, func(k *keyDef) bool { return k.resolvable })
			if i < 0 {
				continue
			}
			local := d.runtimeTypes()
			var missing []string
			for _, p := range t.possible {
				if !slices.Contains(local, p) {
					missing = append(missing, p)
				}
			}
			if len(missing) > 0 {
				m.fail(InterfaceKeyMissingImplType, place{d.in, d.pos}, "[%s] Interface type %q has a resolvable key (@key(fields: %q)) in subgraph %q but that subgraph is missing some of the supergraph implementation types of %q. Subgraph %q should define %s %s (and have %s implement %q).", d.in.Name, t.name, d.keys[i].text, d.in.Name, t.name, d.in.Name, plural(missing, "type", "types"), list(missing), plural(missing, "it", "them"), t.name)
			}
		}
	}
}

// checkCovariance: merging can widen a field beyond what its interface promises.
func (m *merger) checkCovariance() {
	for _, t := range m.types {
		for _, name := range t.interfaces {
			it := m.byName[name]
			for _, want := range it.fields {
				have := t.fieldByName[want.name]
				if !m.subtype(have.typ, want.typ) {
					m.fail(InvalidGraphQL, place{}, "Interface field %s.%s expects type %s but %s.%s of type %s is not a proper subtype.", name, want.name, want.typ, t.name, have.name, have.typ)
				}
				m.checkCovariantArgs(t, it, have, want)
			}
		}
	}
}

func (m *merger) checkCovariantArgs(t, it *mergedType, have, want *mergedField) {
	find := func(f *mergedField, name string) *mergedInput {
		for _, a := range f.args {
			if a.name == name {
				return a
			}
		}
		return nil
	}
	for _, a := range want.args {
		b := find(have, a.name)
		switch {
		case b == nil:
			m.fail(InvalidGraphQL, place{}, "Interface field argument %s.%s(%s:) expected but %s.%s does not provide it.", it.name, want.name, a.name, t.name, have.name)
		case !sameType(a.typ, b.typ):
			m.fail(InvalidGraphQL, place{}, "Interface field argument %s.%s(%s:) expects type %s but %s.%s(%s:) is type %s.", it.name, want.name, a.name, a.typ, t.name, have.name, a.name, b.typ)
		}
	}
	for _, b := range have.args {
		if find(want, b.name) == nil && b.typ.NonNull && b.def == nil {
			m.fail(InvalidGraphQL, place{}, "Field %s.%s includes required argument %s that is missing from the Interface field %s.%s.", t.name, have.name, b.name, it.name, want.name)
		}
	}
}

// checkSlicingArguments: an argument that bounds a list has to survive the merge.
func (m *merger) checkSlicingArguments() {
	for _, t := range m.types {
		for _, f := range t.fields {
			for _, a := range f.applied {
				if a.kind != dListSize {
					continue
				}
				for _, name := range stringsOf(a.arg("slicingArguments")) {
					if !slices.ContainsFunc(f.args, func(in *mergedInput) bool { return in.name == name }) {
						m.fail(ListSizeInvalidSlicing, typePlace(t), "Slicing argument %q is not an argument of %q in all subgraphs", name, t.name+"."+f.name)
					}
				}
			}
		}
	}
}
