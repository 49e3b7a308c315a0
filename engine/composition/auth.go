package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// authKinds are the directives that restrict access, and the argument of those that say to whom.
var authKinds = []struct {
	kind kind
	arg  string
}{{dAuthenticated, ""}, {dRequiresScopes, "scopes"}, {dPolicy, "policies"}}

func restricts(k kind) bool { return k == dAuthenticated || k == dRequiresScopes || k == dPolicy }

// checkAuth: what an interface is guarded by follows from its implementations.
func (s *schema) checkAuth() Errors {
	var errs Errors
	bad := func(a *applied, on string) {
		errs = append(errs, s.errorAt(AuthOnInterfaceObject, a.pos, "Invalid use of @%s on %s: @%s cannot be applied on interfaces, interface fields and interface objects", a.name, on, a.name))
	}
	for _, t := range s.types {
		on := "interface \"" + t.name + "\""
		if t.interfaceObject() {
			on = "interface object \"" + t.name + "\""
		}
		for _, a := range t.applied {
			if restricts(a.kind) && (t.kind == ast.Interface || t.interfaceObject()) {
				bad(a, on)
			}
		}
		for _, f := range t.fields {
			for _, a := range f.applied {
				if restricts(a.kind) && t.kind == ast.Interface {
					bad(a, "field \""+f.coord()+"\"")
				}
			}
		}
	}
	return errs
}

// guardInterfaces gives interfaces the restrictions of all their implementations: whoever asks an interface
// may get any of them.
func (m *merger) guardInterfaces() {
	for _, t := range m.types {
		if t.kind != ast.Interface {
			continue
		}
		var types []*applied
		for _, name := range t.possible {
			types = append(types, m.byName[name].applied...)
		}
		t.applied = m.guard(t.applied, types, t.name)
		for _, f := range t.fields {
			var fields []*applied
			for _, name := range t.possible {
				if of := m.byName[name].fieldByName[f.name]; of != nil {
					fields = append(fields, of.applied...)
				}
			}
			f.applied = m.guard(f.applied, fields, t.name+"."+f.name)
		}
	}
}

// guard adds the restrictions among those of others, taken together.
func (m *merger) guard(own, others []*applied, coord string) []*applied {
	for _, k := range authKinds {
		var found []*applied
		for _, a := range slices.Concat(own, others) {
			if a.kind == k.kind && !slices.ContainsFunc(found, func(o *applied) bool { return sameArguments(o.args, a.args) }) {
				found = append(found, a)
			}
		}
		if len(found) == 0 {
			continue
		}
		own = slices.DeleteFunc(slices.Clone(own), func(a *applied) bool { return a.kind == k.kind })
		if len(found) > 1 {
			m.hintCombined(found[0].name, coord, k.kind)
			if m.tooMany(found, coord) {
				continue
			}
			found = []*applied{{kind: k.kind, name: found[0].name, args: combine(k.kind, found)}}
		}
		own = append(own, found[0])
	}
	return own
}

// checkTransitiveAuth: a field that is made of others must not be open to those who may not see these.
func (m *merger) checkTransitiveAuth() {
	for _, t := range m.types {
		if t.kind != ast.Object {
			continue
		}
		for _, f := range t.fields {
			for _, d := range f.in {
				own := slices.Concat(t.applied, f.applied)
				m.checkSelectionAuth(own, t, d.requires, "@requires", d)
				for _, c := range d.contextual {
					for i, on := range c.on {
						m.checkSelectionAuth(own, m.byName[on.name], c.sels[i], "@fromContext", d)
					}
				}
			}
		}
	}
}

// checkSelectionAuth reports whether the selection needs no more than what is restricted already.
func (m *merger) checkSelectionAuth(own []*applied, t *mergedType, sel selection, directive string, d *fieldDef) bool {
	for _, x := range sel {
		if x.on != "" {
			if !m.checkSelectionAuth(own, m.byName[x.on], x.sub, directive, d) {
				return false
			}
			continue
		}
		f := t.fieldByName[x.field]
		if f == nil {
			continue
		}
		needed := slices.Clone(f.applied)
		of := m.byName[f.typ.Name()]
		if of != nil {
			needed = append(needed, of.applied...)
		}
		if !implies(own, needed) {
			m.fail(MissingTransitiveAuthRequire, place{d.parent.in, d.pos}, "Field %q does not specify necessary @authenticated, @requiresScopes and/or @policy auth requirements to access the transitive field %q data from %s selection set.", d.coord(), t.name+"."+x.field, directive)
			return false
		}
		if len(x.sub) > 0 && !m.checkSelectionAuth(own, of, x.sub, directive, d) {
			return false
		}
	}
	return true
}

// implies reports whether whoever satisfies own satisfies what is needed.
func implies(own, needed []*applied) bool {
	for _, k := range authKinds {
		of := func(as []*applied) []*applied {
			return slices.DeleteFunc(slices.Clone(as), func(a *applied) bool { return a.kind != k.kind })
		}
		have, want := of(own), of(needed)
		switch {
		case len(want) == 0:
		case len(have) == 0:
			return false
		case k.arg != "":
			haves := alternatives(conjunction(have, k.arg))
			for _, w := range want {
				wants := alternatives(w.arg(k.arg))
				for _, h := range haves {
					if !slices.ContainsFunc(wants, func(alt []string) bool { return subset(alt, h) }) {
						return false
					}
				}
			}
		}
	}
	return true
}
