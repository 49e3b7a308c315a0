package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// enumUse says where an enum is put out and taken in; "" where it is not.
type enumUse struct{ output, input string }

func (m *merger) useEnum(t *ast.Type, coord string, input bool) {
	name := t.Name()
	mt := m.byName[name]
	if mt == nil || mt.kind != ast.Enum {
		return
	}
	u := m.enums[name]
	if u == nil {
		u = &enumUse{}
		m.enums[name] = u
	}
	if input && u.input == "" {
		u.input = coord
	} else if !input && u.output == "" {
		u.output = coord
	}
}

// mergeEnum keeps every value of an enum that is put out, the common values of one that is taken in, and
// wants all subgraphs to agree where it is both.
func (m *merger) mergeEnum(t *mergedType) {
	u := m.enums[t.name]
	if u == nil {
		u = &enumUse{}
		m.hint("UNUSED_ENUM_TYPE", t.name, "Enum type %q is defined but unused. It will be included in the supergraph with all the values appearing in any subgraph (\"as if\" it was only used as an output type).", t.name)
	}
	seen := map[string]bool{}
	for _, d := range t.in {
		for _, val := range d.values {
			if seen[val.name] {
				continue
			}
			seen[val.name] = true
			if mv := m.mergeEnumValue(t, val.name, u); mv != nil {
				t.values = append(t.values, mv)
			}
		}
	}
	if len(t.values) == 0 {
		m.fail(EmptyMergedEnum, place{t.in[0].in, t.in[0].pos}, "None of the values of enum type %q are defined consistently in all the subgraphs defining that type. As only values common to all subgraphs are merged, this would result in an empty type.", t.name)
	}
}

func (m *merger) mergeEnumValue(t *mergedType, name string, u *enumUse) *mergedValue {
	coord := t.name + "." + name
	mv := &mergedValue{name: name}
	var with, without []string
	var sources []source
	var descs []described
	for _, d := range t.in {
		val := d.value(name)
		if val == nil {
			without = append(without, d.in.Name)
			continue
		}
		with = append(with, d.in.Name)
		mv.in = append(mv.in, d.in)
		sources = append(sources, source{d.in, val.applied, val.pos})
		descs = append(descs, described{d.in, val.desc})
	}
	mv.desc = m.mergeDescription(descs, `Element "`+coord+`"`, coord)
	mv.applied = m.mergeApplied(sources, ast.LocationEnumValue, coord)
	if len(without) == 0 {
		return mv
	}
	hidden := slices.ContainsFunc(mv.applied, func(a *applied) bool { return a.kind == dInaccessible })
	switch {
	case u.input != "" && u.output != "":
		if !hidden {
			m.fail(EnumValueMismatch, place{sources[0].schema, sources[0].pos}, "Enum type %q is used as both input type (for example, as type of %q) and output type (for example, as type of %q), but value %q is not defined in all the subgraphs defining %q: %q is defined in %s but not in %s", t.name, u.input, u.output, name, t.name, name, inSubgraphs(with), inSubgraphs(without))
		}
	case u.input != "":
		if hidden {
			return mv
		}
		m.hint("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", coord, "Value %q of enum type %q will not be part of the supergraph as it is not defined in all the subgraphs defining %q: %q is defined in %s but not in %s.", name, t.name, t.name, name, inSubgraphs(with), inSubgraphs(without))
		return nil
	default:
		m.hint("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", coord, "Value %q of enum type %q has been added to the supergraph but is only defined in a subset of the subgraphs defining %q: %q is defined in %s but not in %s.", name, t.name, t.name, name, inSubgraphs(with), inSubgraphs(without))
	}
	return mv
}
