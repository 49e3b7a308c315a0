package composition

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// overrides is what @override makes of the subgraphs' declarations of one field.
type overrides struct {
	// gone are overridden for good; used are overridden, but a key, a @requires or an interface of their own
	// subgraph still refers to them; label is the condition on either side of a progressive override.
	gone, used map[*fieldDef]bool
	label      map[*fieldDef]string
}

var (
	customLabel  = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_\-:./]*$`)
	percentLabel = regexp.MustCompile(`^percent\((\d{1,2}(\.\d{1,8})?|100)\)$`)
)

// validLabel: a name for the service that decides, or a share of the requests.
func validLabel(label string) bool {
	if m := percentLabel.FindStringSubmatch(label); m != nil {
		p, err := strconv.ParseFloat(m[1], 64)
		return err == nil && p <= 100
	}
	return customLabel.MatchString(label)
}

// resolveOverrides looks at each @override of a field and at the declaration that it takes over from.
func (m *merger) resolveOverrides(t *mergedType, all []*fieldDef) overrides {
	ov := overrides{map[*fieldDef]bool{}, map[*fieldDef]bool{}, map[*fieldDef]string{}}
	for _, f := range all {
		if f.override == nil {
			continue
		}
		if m.checkOverride(t, f, all) {
			m.applyOverride(f, all, ov)
		}
	}
	return ov
}

// checkOverride reports whether the override can be applied at all.
func (m *merger) checkOverride(t *mergedType, f *fieldDef, all []*fieldDef) bool {
	s, at := f.parent.in, place{f.parent.in, f.override.app.pos}
	coord := t.name + "." + f.name
	switch {
	case f.override.label != "" && !validLabel(f.override.label):
		m.fail(OverrideLabelInvalid, at, "Invalid @override label %q on field %q on subgraph %q: labels must start with a letter and after that may contain alphanumerics, underscores, minuses, colons, periods, or slashes. Alternatively, labels may be of the form \"percent(x)\" where x is a float between 0-100 inclusive.", f.override.label, coord, s.Name)
		return false
	case f.parent.kind == ast.Interface || f.parent.interfaceObject():
		if f.parent.interfaceObject() {
			m.fail(OverrideCollision, at, "@override is not yet supported on fields of @interfaceObject types: cannot be used on field %q on subgraph %q.", coord, s.Name)
		} else {
			m.fail(OverrideOnInterface, at, "@override cannot be used on field %q on subgraph %q: @override is not supported on interface type fields.", coord, s.Name)
		}
		return false
	case f.override.from == s.Name:
		m.fail(OverrideFromSelf, at, "Source and destination subgraphs %q are the same for overridden field %q", s.Name, coord)
		return false
	case m.subgraph[f.override.from] == nil:
		m.hint("FROM_SUBGRAPH_DOES_NOT_EXIST", coord, "Source subgraph %q for field %q on subgraph %q does not exist.%s", f.override.from, coord, s.Name, m.didYouMean(f.override.from))
		return false
	}
	from := declared(all, f.override.from)
	if from != nil && from.override != nil {
		m.fail(OverrideSourceHasOverride, at, "Field %q on subgraph %q is also marked with directive @override in subgraph %q. Only one @override directive is allowed per field.", coord, s.Name, f.override.from)
		return false
	}
	return m.checkCollision(f, from, coord, at)
}

func declared(all []*fieldDef, subgraph string) *fieldDef {
	for _, f := range all {
		if f.parent.in.Name == subgraph {
			return f
		}
	}
	return nil
}

// checkCollision: what is taken over must be a plain field, or the other directive would be silently lost.
func (m *merger) checkCollision(f, from *fieldDef, coord string, at place) bool {
	collide := func(on *fieldDef, kinds ...kind) bool {
		for _, k := range kinds {
			if a := on.first(k); a != nil || k == dExternal && on.external != nil {
				name := "external"
				if a != nil {
					name = a.name
				}
				m.fail(OverrideCollision, at, "@override cannot be used on field %q on subgraph %q since %q on %q is marked with directive \"@%s\"", coord, f.parent.in.Name, coord, on.parent.in.Name, name)
				return true
			}
		}
		return false
	}
	if collide(f, dExternal) {
		return false
	}
	return from == nil || !collide(from, dProvides, dRequires)
}

func (m *merger) applyOverride(f *fieldDef, all []*fieldDef, ov overrides) {
	coord := f.coord()
	from := declared(all, f.override.from)
	if from == nil {
		m.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", coord, "Field %q on subgraph %q no longer exists in the from subgraph. The @override directive can be removed.", coord, f.parent.in.Name)
		return
	}
	if from.isExternal() {
		m.hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", coord, "Field %q on subgraph %q is not resolved anymore by the from subgraph (it is marked \"@external\" in %q). The @override directive can be removed.", coord, f.parent.in.Name, f.override.from)
		return
	}
	if f.override.label != "" {
		ov.label[f], ov.label[from] = f.override.label, f.override.label
		m.hint("OVERRIDE_MIGRATION_IN_PROGRESS", coord, "Field %q is currently being migrated with progressive @override. Once the migration is complete, remove the field from subgraph %q.", coord, f.override.from)
	}
	switch inUse := from.used || from.parent.in.satisfiesInterface(from); {
	case inUse:
		ov.used[from] = true
		m.hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", coord, "Field %q on subgraph %q is overridden. It is still used in some federation directive(s) (@key, @requires, and/or @provides) and/or to satisfy interface constraint(s), but consider marking it @external explicitly or removing it along with its references.", coord, f.override.from)
	case f.override.label == "":
		ov.gone[from] = true
		m.hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", coord, "Field %q on subgraph %q is overridden. Consider removing it.", coord, f.override.from)
	}
}

// didYouMean suggests the subgraph whose name differs only a little.
func (m *merger) didYouMean(name string) string {
	for _, s := range m.schemas {
		if strings.EqualFold(s.Name, name) || strings.TrimRight(s.Name, "s") == strings.TrimRight(name, "s") {
			return " Did you mean \"" + s.Name + "\"?"
		}
	}
	return ""
}
