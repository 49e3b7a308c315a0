package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// executable are the locations at which clients can use a directive.
var executable = []ast.DirectiveLocation{
	ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField, ast.LocationFragmentDefinition,
	ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition,
}

// mergeExecutableDirectives keeps the directives for clients that every subgraph knows, where all know them;
// and the definitions of what @composeDirective keeps.
func (m *merger) mergeExecutableDirectives() {
	var names []string
	for _, s := range m.schemas {
		for _, d := range s.directives {
			sp := s.names.kinds[d.name]
			if sp == nil && !slices.Contains(names, d.name) && m.composed[d.name] == nil {
				names = append(names, d.name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if d := m.mergeExecutable(name); d != nil {
			m.directives = append(m.directives, d)
		}
	}
	for _, name := range m.composedNames() {
		m.directives = append(m.directives, m.composedDefinition(m.composed[name]))
	}
}

func (m *merger) composedNames() []string {
	var names []string
	for name := range m.composed {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (m *merger) composedDefinition(c *composedDirective) *mergedDirective {
	out := &mergedDirective{name: c.name, desc: c.def.desc, locations: c.def.def.Locations, repeatable: c.repeatable}
	for _, a := range c.def.def.Arguments {
		in := &mergedInput{name: a.Name, desc: a.Description, typ: a.Type, def: a.DefaultValue}
		for _, on := range c.in.apply(a.Directives, false) {
			if m.merged(c.in, on) {
				in.applied = append(in.applied, on)
			}
		}
		out.args = append(out.args, in)
	}
	return out
}

func (m *merger) mergeExecutable(name string) *mergedDirective {
	var defs []*directiveDef
	var owners []*schema
	var without []string
	any := false
	for _, s := range m.schemas {
		i := slices.IndexFunc(s.directives, func(d *directiveDef) bool { return d.name == name })
		if i < 0 {
			without = append(without, s.Name)
			continue
		}
		any = any || len(clientLocations(s.directives[i].def)) > 0
		defs, owners = append(defs, s.directives[i]), append(owners, s)
	}
	if !any {
		return nil
	}
	if len(without) > 0 {
		m.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", "@"+name, "Executable directive \"@%s\" will not be part of the supergraph as it does not appear in all subgraphs: it is defined in %s but not in %s.", name, inSubgraphs(schemaNames(owners)), inSubgraphs(without))
		return nil
	}
	out := &mergedDirective{name: name, repeatable: true}
	descs := make([]described, len(defs))
	for i, d := range defs {
		descs[i] = described{owners[i], d.desc}
		out.repeatable = out.repeatable && d.def.IsRepeatable
	}
	out.desc = m.mergeDescription(descs, `Element "@`+name+`"`, "@"+name)
	out.locations = m.mergeLocations(name, defs)
	if len(out.locations) == 0 {
		return nil
	}
	out.args = m.mergeDirectiveArgs(name, defs, owners)
	return out
}

func schemaNames(ss []*schema) []string {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = s.Name
	}
	return out
}

func clientLocations(d *ast.DirectiveDefinition) []ast.DirectiveLocation {
	var out []ast.DirectiveLocation
	for _, l := range d.Locations {
		if slices.Contains(executable, l) {
			out = append(out, l)
		}
	}
	return out
}

func (m *merger) mergeLocations(name string, defs []*directiveDef) []ast.DirectiveLocation {
	common := clientLocations(defs[0].def)
	same := true
	for _, d := range defs[1:] {
		other := clientLocations(d.def)
		n := len(common)
		common = slices.DeleteFunc(common, func(l ast.DirectiveLocation) bool { return !slices.Contains(other, l) })
		same = same && len(common) == n && len(other) == n
	}
	if !same {
		texts := make([]string, len(common))
		for i, l := range common {
			texts[i] = string(l)
		}
		if len(common) == 0 {
			m.hint("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", "@"+name, "Executable directive \"@%s\" has no location that is common to all subgraphs: it will not appear in the supergraph.", name)
		} else {
			m.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", "@"+name, "Executable directive \"@%s\" has inconsistent locations across subgraphs and will use locations %q (intersection of all subgraphs) in the supergraph.", name, strings.Join(texts, ", "))
		}
	}
	return common
}

// mergeDirectiveArgs follows the rules for the arguments of fields.
func (m *merger) mergeDirectiveArgs(name string, defs []*directiveDef, owners []*schema) []*mergedInput {
	fields := make([]*fieldDef, len(defs))
	for i, d := range defs {
		f := &fieldDef{element: element{name: name, pos: d.pos}, parent: &typeDef{in: owners[i]}}
		for _, a := range d.def.Arguments {
			f.args = append(f.args, &inputDef{element: element{name: a.Name, desc: a.Description, pos: a.Position}, typ: a.Type, def: a.DefaultValue})
		}
		fields[i] = f
	}
	return m.mergeArguments(fields, "@"+name)
}
