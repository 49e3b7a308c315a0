package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputSource is an argument or input field of one subgraph.
type inputSource struct {
	*inputDef
	schema *schema
}

// mergeArguments keeps the arguments that every subgraph which resolves the field takes: one that only some
// take could not be relied on.
func (m *merger) mergeArguments(owners []*fieldDef, coord string) []*mergedInput {
	var out []*mergedInput
	var seen []string
	for _, f := range owners {
		for _, a := range f.args {
			if slices.Contains(seen, a.name) {
				continue
			}
			seen = append(seen, a.name)
			if mi := m.mergeArgument(owners, a.name, coord); mi != nil {
				out = append(out, mi)
			}
		}
	}
	return out
}

func (m *merger) mergeArgument(owners []*fieldDef, name, field string) *mergedInput {
	coord := field + "(" + name + ":)"
	var sources []inputSource
	var with, without, required, contextual []string
	for _, f := range owners {
		a := f.arg(name)
		switch {
		case a == nil:
			without = append(without, f.parent.in.Name)
			continue
		case f.isContextual(a):
			contextual = append(contextual, f.parent.in.Name)
			continue
		case a.typ.NonNull && a.def == nil:
			required = append(required, f.parent.in.Name)
		}
		with = append(with, f.parent.in.Name)
		sources = append(sources, inputSource{a, f.parent.in})
	}
	if len(contextual) > 0 {
		m.checkContextual(coord, contextual, with, required, sources)
		return nil
	}
	if len(without) > 0 {
		if len(required) > 0 {
			m.fail(RequiredArgMissing, place{sources[0].schema, sources[0].pos}, "Argument %q is required in some subgraphs but does not appear in all subgraphs: it is required in %s but does not appear in %s", coord, inSubgraphs(required), inSubgraphs(without))
		} else {
			m.hint("INCONSISTENT_ARGUMENT_PRESENCE", coord, "Optional argument %q will not be included in the supergraph as it does not appear in all subgraphs: it is defined in %s but not in %s.", coord, inSubgraphs(with), inSubgraphs(without))
		}
		return nil
	}
	return m.mergeInput(sources, coord, "argument")
}

// mergeInputs merges an input type: the fields that every subgraph which has the type knows.
func (m *merger) mergeInputs(t *mergedType) {
	seen := map[string]bool{}
	for _, d := range t.in {
		for _, in := range d.inputs {
			if seen[in.name] {
				continue
			}
			seen[in.name] = true
			if mi := m.mergeInputField(t, in.name); mi != nil {
				t.inputs = append(t.inputs, mi)
			}
		}
	}
	if len(t.inputs) == 0 {
		m.fail(EmptyMergedInput, place{t.in[0].in, t.in[0].pos}, "None of the fields of input object type %q are consistently defined in all the subgraphs defining that type. As only fields common to all subgraphs are merged, this would result in an empty type.", t.name)
	}
}

func (m *merger) mergeInputField(t *mergedType, name string) *mergedInput {
	coord := t.name + "." + name
	var sources []inputSource
	var with, without, required []string
	for _, d := range t.in {
		in := d.input(name)
		if in == nil {
			without = append(without, d.in.Name)
			continue
		}
		with = append(with, d.in.Name)
		if in.typ.NonNull && in.def == nil {
			required = append(required, d.in.Name)
		}
		sources = append(sources, inputSource{in, d.in})
	}
	if len(without) > 0 {
		if len(required) > 0 {
			m.fail(RequiredInputFieldMissing, place{sources[0].schema, sources[0].pos}, "Input object field %q is required in some subgraphs but does not appear in all subgraphs: it is required in %s but does not appear in %s", coord, inSubgraphs(required), inSubgraphs(without))
		} else {
			m.hint("INCONSISTENT_INPUT_OBJECT_FIELD", coord, "Input object field %q will not be added to %q in the supergraph as it does not appear in all subgraphs: it is defined in %s but not in %s.", name, t.name, inSubgraphs(with), inSubgraphs(without))
		}
		return nil
	}
	return m.mergeInput(sources, coord, "input field")
}

// mergeInput merges what all subgraphs have.
func (m *merger) mergeInput(sources []inputSource, coord, what string) *mergedInput {
	refs := make([]typed, len(sources))
	descs := make([]described, len(sources))
	applied := make([]source, len(sources))
	out := &mergedInput{name: sources[0].name}
	for i, s := range sources {
		refs[i] = typed{s.typ, place{s.schema, s.pos}}
		descs[i] = described{s.schema, s.desc}
		applied[i] = source{s.schema, s.applied, s.pos}
		out.in = append(out.in, s.inputDef)
	}
	code, mismatch := FieldArgTypeMismatch, FieldArgDefaultMismatch
	if what != "argument" {
		code, mismatch = FieldTypeMismatch, InputFieldDefaultMismatch
	}
	typ, equal := m.mergeRefs(refs, true, code, what, coord)
	out.typ = typ
	out.desc = m.mergeDescription(descs, `Element "`+coord+`"`, coord)
	out.def = m.mergeDefault(sources, mismatch, what, coord)
	at := ast.LocationInputFieldDefinition
	if what == "argument" {
		at = ast.LocationArgumentDefinition
	}
	out.applied = m.mergeApplied(applied, at, coord)
	m.useEnum(typ, coord, true)
	if !equal && what != "argument" {
		for _, s := range sources {
			out.joins = append(out.joins, join{graph: s.schema, typ: s.typ.String()})
		}
	}
	return out
}

// mergeDefault keeps a default only where all subgraphs have it: nothing may become optional that is not so
// everywhere.
func (m *merger) mergeDefault(sources []inputSource, code Code, what, coord string) *ast.Value {
	var def *ast.Value
	missing, mismatch := false, false
	for _, s := range sources {
		switch {
		case s.def == nil:
			missing = true
		case def == nil:
			def = s.def
		case !sameValue(def, s.def):
			mismatch = true
		}
	}
	subject := "Argument"
	if what != "argument" {
		subject = "Input field"
	}
	switch {
	case mismatch:
		m.fail(code, place{sources[0].schema, sources[0].pos}, "%s %q has incompatible default values across subgraphs: %s", subject, coord, sayDefaults(sources))
	case def != nil && missing:
		m.hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", coord, "%s %q has a default value in only some subgraphs: will not use a default in the supergraph (%s).", subject, coord, sayDefaults(sources))
		return nil
	}
	return def
}

func sayDefaults(sources []inputSource) string {
	var texts []string
	who := map[string][]string{}
	for _, s := range sources {
		text := "no default value"
		if s.def != nil {
			text = "default value " + printValue(s.def)
		}
		if who[text] == nil {
			texts = append(texts, text)
		}
		who[text] = append(who[text], s.schema.Name)
	}
	out := ""
	for i, t := range texts {
		if i == 0 {
			out = "it has "
		} else {
			out += " but "
		}
		out += t + " in " + inSubgraphs(who[t])
	}
	return out
}
