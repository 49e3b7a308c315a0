package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// mergeFields merges the fields of an object or interface type, in the order in which they first appear.
func (m *merger) mergeFields(t *mergedType) {
	t.fieldByName = map[string]*mergedField{}
	seen := map[string]bool{}
	for _, d := range t.in {
		for _, f := range d.fields {
			if seen[f.name] {
				continue
			}
			seen[f.name] = true
			if mf := m.mergeField(t, f.name); mf != nil {
				t.fields = append(t.fields, mf)
				t.fieldByName[mf.name] = mf
			}
		}
	}
}

// mergeField merges one field, or returns nil after saying why it cannot be merged.
func (m *merger) mergeField(t *mergedType, name string) *mergedField {
	var all, owners []*fieldDef
	for _, d := range t.in {
		if f := d.field(name); f != nil {
			all = append(all, f)
			if !f.isExternal() {
				owners = append(owners, f)
			}
		}
	}
	mf := &mergedField{parent: t, name: name}
	coord := t.name + "." + name
	if len(owners) == 0 && m.fromInterfaceObject(t, name) {
		owners = all
	}
	if len(owners) == 0 {
		m.fail(ExternalMissingOnBase, place{all[0].parent.in, all[0].pos}, "Field %q is marked @external on all the subgraphs in which it is listed (%s).", coord, inSubgraphs(fieldSubgraphs(all)))
		return nil
	}
	ov := m.resolveOverrides(t, all)
	mf.in = slices.DeleteFunc(slices.Clone(all), func(f *fieldDef) bool { return ov.gone[f] })
	descs := make([]described, len(owners))
	for i, f := range owners {
		descs[i] = described{f.parent.in, f.desc}
	}
	mf.desc = m.mergeDescription(descs, `Element "`+coord+`"`, coord)
	typ, equal := m.mergeOutputType(owners, coord)
	mf.typ = typ
	mf.args = m.mergeArguments(owners, coord)
	if len(owners) < len(all) && !m.checkExternalFields(mf, all, equal) {
		equal = false
	}
	m.checkSharing(mf, all, ov)
	mf.applied = m.mergeApplied(m.fieldSources(mf, all), ast.LocationFieldDefinition, coord)
	m.useEnum(typ, coord, false)
	m.join(mf, ov, equal)
	return mf
}

// fromInterfaceObject reports whether some interface object resolves the field for the type.
func (m *merger) fromInterfaceObject(t *mergedType, name string) bool {
	return slices.ContainsFunc(t.interfaces, func(i string) bool {
		return slices.ContainsFunc(m.byName[i].in, func(d *typeDef) bool {
			f := d.field(name)
			return d.interfaceObject() && f != nil && !f.isExternal()
		})
	})
}

func fieldSubgraphs(fs []*fieldDef) []string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = f.parent.in.Name
	}
	return out
}

// fieldSources are the applications of directives to a field; what is said on an @external has no effect.
func (m *merger) fieldSources(mf *mergedField, all []*fieldDef) []source {
	var out []source
	for _, f := range all {
		if f.isExternal() {
			for _, a := range f.applied {
				if m.merged(f.parent.in, a) {
					m.fail(MergedDirectiveOnExternal, place{f.parent.in, f.pos}, "Cannot apply merged directive %s to external field %q", printApplied(a), mf.parent.name+"."+f.name)
				}
			}
			continue
		}
		out = append(out, source{f.parent.in, f.applied, f.pos})
	}
	return out
}

// join decides what @join__field has to say. It says nothing where all subgraphs that have the type resolve
// the field alike, which is what a reader assumes without it.
func (m *merger) join(mf *mergedField, ov overrides, equal bool) {
	needed := !equal || len(mf.in) < len(mf.parent.in) || len(ov.gone) > 0 || len(ov.used) > 0 || len(ov.label) > 0
	for _, f := range mf.in {
		needed = needed || f.isExternal() || f.requiresText != "" || f.providesText != "" || len(f.contextual) > 0
	}
	if !needed {
		return
	}
	for _, f := range mf.in {
		j := join{
			graph: f.parent.in, requires: f.requiresText, provides: f.providesText,
			external: f.isExternal(), usedOverridden: ov.used[f], label: ov.label[f], contextual: f.contextual,
		}
		if f.override != nil {
			j.override = f.override.from
		}
		if !equal {
			j.typ = f.typ.String()
		}
		mf.joins = append(mf.joins, j)
	}
}

// checkSharing: a field that several subgraphs resolve has to be shareable in all of them.
func (m *merger) checkSharing(mf *mergedField, all []*fieldDef, ov overrides) {
	if mf.parent.kind != ast.Object {
		return
	}
	coord := mf.parent.name + "." + mf.name
	type owner struct {
		text      string
		shareable bool
		at        place
	}
	var owners []owner
	for _, f := range all {
		if f.resolves() && !ov.gone[f] && !ov.used[f] && (f.override != nil || ov.label[f] == "") {
			owners = append(owners, owner{`"` + f.parent.in.Name + `"`, f.shareable || f.isExternal(), place{f.parent.in, f.pos}})
			if mf.parent.name == "Subscription" && f.shareable {
				m.fail(InvalidFieldSharing, place{f.parent.in, f.pos}, "Fields on root level subscription object cannot be marked as shareable")
			}
		}
	}
	for _, f := range m.interfaceObjectOwners(mf) {
		owners = append(owners, owner{`"` + f.parent.in.Name + `" (through @interfaceObject field "` + f.coord() + `")`, f.shareable, place{f.parent.in, f.pos}})
	}
	if len(owners) < 2 {
		return
	}
	var names, bad []string
	var at place
	for _, o := range owners {
		names = append(names, o.text)
		if !o.shareable {
			bad = append(bad, o.text)
			if at.schema == nil {
				at = o.at
			}
		}
	}
	if len(bad) == 0 {
		return
	}
	where := "all of them"
	if len(bad) < len(names) {
		where = plural(bad, "subgraph ", "subgraphs ") + joinAnd(bad)
	}
	m.fail(InvalidFieldSharing, at, "Non-shareable field %q is resolved from multiple subgraphs: it is resolved from subgraphs %s and defined as non-shareable in %s", coord, joinAnd(names), where)
}

func joinAnd(items []string) string {
	if len(items) == 1 {
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}

// interfaceObjectOwners are the fields that add this one to an interface of the type as a whole.
func (m *merger) interfaceObjectOwners(mf *mergedField) []*fieldDef {
	var out []*fieldDef
	for _, name := range mf.parent.interfaces {
		it := m.byName[name]
		if it == nil {
			continue
		}
		for _, d := range it.in {
			if f := d.field(mf.name); f != nil && d.interfaceObject() && f.resolves() {
				out = append(out, f)
			}
		}
	}
	return out
}

// checkExternalFields compares @external mentions with what the field is; it reports whether all types are equal.
func (m *merger) checkExternalFields(mf *mergedField, all []*fieldDef, ownersAgree bool) bool {
	coord := mf.parent.name + "." + mf.name
	equal := true
	var wrongType []*fieldDef
	for _, f := range all {
		if !f.isExternal() {
			continue
		}
		if !sameType(f.typ, mf.typ) {
			equal = false
			if ownersAgree || !m.subtype(f.typ, mf.typ) {
				wrongType = append(wrongType, f)
			}
		}
		m.checkExternalArgs(mf, f)
	}
	if len(wrongType) > 0 {
		f := wrongType[0]
		m.fail(ExternalTypeMismatch, place{f.parent.in, f.pos}, "Type of field %q is incompatible across subgraphs (where marked @external): it has type %q in %s but type %q in %s", coord, mf.typ, inSubgraphs(ownersOf(all)), f.typ, inSubgraphs(fieldSubgraphs(wrongType)))
	}
	return equal
}

func ownersOf(all []*fieldDef) []string {
	var out []string
	for _, f := range all {
		if !f.isExternal() {
			out = append(out, f.parent.in.Name)
		}
	}
	return out
}

func (m *merger) checkExternalArgs(mf *mergedField, f *fieldDef) {
	coord := mf.parent.name + "." + mf.name
	for _, a := range mf.args {
		b := f.arg(a.name)
		at := place{f.parent.in, f.pos}
		switch {
		case b == nil:
			m.fail(ExternalArgMissing, at, "Field %q is missing argument \"%s(%s:)\" in some subgraphs where it is marked @external: argument \"%s(%s:)\" is declared in %s but not in %s (where %q is @external).", coord, coord, a.name, coord, a.name, inSubgraphs(ownersOf(mf.in)), inSubgraphs([]string{f.parent.in.Name}), coord)
		case !sameType(a.typ, b.typ) && !m.subtype(a.typ, b.typ):
			m.fail(ExternalArgTypeMismatch, at, "Type of argument \"%s(%s:)\" is incompatible across subgraphs (where %q is marked @external): it has type %q in the supergraph but type %q in subgraph %q", coord, a.name, coord, a.typ, b.typ, f.parent.in.Name)
		case !sameDefault(a.def, b.def):
			m.fail(ExternalArgDefaultMismatch, at, "Argument \"%s(%s:)\" has incompatible defaults across subgraphs (where %q is marked @external): it has default value %s in the supergraph but %s in subgraph %q", coord, a.name, coord, printValue(a.def), printValue(b.def), f.parent.in.Name)
		}
	}
}

// addInterfaceObjectFields gives implementations what an @interfaceObject adds to their interface.
func (m *merger) addInterfaceObjectFields() {
	for _, t := range m.types {
		if t.kind != ast.Object || m.clash[t.name] {
			continue
		}
		for _, name := range t.interfaces {
			it := m.byName[name]
			if it == nil || !slices.ContainsFunc(it.in, (*typeDef).interfaceObject) {
				continue
			}
			for _, f := range it.fields {
				if t.fieldByName[f.name] != nil {
					continue
				}
				c := *f
				c.parent, c.interfaceObject, c.in, c.joins = t, true, nil, []join{{}}
				t.fields = append(t.fields, &c)
				t.fieldByName[c.name] = &c
			}
		}
	}
}
