package composition

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// source is one subgraph's applications of directives to an element.
type source struct {
	schema  *schema
	applied []*applied
	pos     *ast.Position
}

// merged reports whether an application reaches the supergraph.
func (m *merger) merged(s *schema, a *applied) bool {
	switch a.kind {
	case dTag, dInaccessible, dAuthenticated, dRequiresScopes, dPolicy, dContext, dCost, dListSize, dDeprecated, dSpecifiedBy, dOneOf:
		return true
	case dCustom:
		c := m.composed[a.name]
		return c != nil && slices.Contains(c.by, s)
	}
	return false
}

// carried reports whether an application goes along in @join__directive, for whoever understands it.
func carried(a *applied) bool {
	return a.kind == dSource || a.kind == dConnect || a.kind == dBatched || a.kind == dCacheTag
}

func printApplied(a *applied) string {
	if len(a.args) == 0 {
		return "@" + a.name
	}
	out := "@" + a.name + "("
	for i, arg := range a.args {
		if i > 0 {
			out += ", "
		}
		out += arg.Name + ": " + printValue(arg.Value)
	}
	return out + ")"
}

// group is all applications of one directive to an element.
type group struct {
	kind kind
	name string
	from []groupMember
}

type groupMember struct {
	schema *schema
	*applied
}

// mergeApplied merges the directives on an element: first by directive, in the order in which they appear.
func (m *merger) mergeApplied(sources []source, at ast.DirectiveLocation, coord string) []*applied {
	var groups []*group
	var rest []*applied
	find := func(a *applied, name string) *group {
		for _, g := range groups {
			if g.kind == a.kind && g.name == name {
				return g
			}
		}
		g := &group{kind: a.kind, name: name}
		groups = append(groups, g)
		return g
	}
	for _, s := range sources {
		for _, a := range s.applied {
			switch {
			case m.merged(s.schema, a):
				name := a.name
				if c := m.composed[a.name]; a.kind == dCustom && c != nil {
					name = c.name
					if !slices.Contains(c.def.def.Locations, at) {
						m.late = append(m.late, s.schema.errorAt(InvalidGraphQL, a.pos, "Directive \"@%s\" may not be used on %s.", name, at))
					}
				}
				g := find(a, name)
				g.from = append(g.from, groupMember{s.schema, m.inSupergraph(s.schema, a, name)})
			case carried(a):
				rest = carry(rest, s.schema, a)
			}
		}
	}
	var out []*applied
	for _, g := range groups {
		out = append(out, m.mergeGroup(g, coord)...)
	}
	return append(out, rest...)
}

// inSupergraph is the application as it stands in the supergraph: a context's name says whose it is.
func (m *merger) inSupergraph(s *schema, a *applied, name string) *applied {
	out := *a
	out.name = name
	if a.kind == dContext {
		out.args = ast.ArgumentList{{Name: "name", Value: stringValue(s.contextName(a.str("name")))}}
	}
	return &out
}

func (m *merger) mergeGroup(g *group, coord string) []*applied {
	var distinct []*applied
	counts := map[*applied]int{}
	for _, a := range g.from {
		i := slices.IndexFunc(distinct, func(o *applied) bool { return sameArguments(o.args, a.args) })
		if i < 0 {
			distinct = append(distinct, a.applied)
			i = len(distinct) - 1
		}
		counts[distinct[i]]++
	}
	if m.repeatable(g) || len(distinct) == 1 {
		return distinct
	}
	switch g.kind {
	case dCost, dListSize, dRequiresScopes, dPolicy:
		m.hintCombined(g.name, coord, g.kind)
		if m.tooMany(distinct, coord) {
			return distinct[:1]
		}
		return []*applied{{kind: g.kind, name: g.name, args: combine(g.kind, distinct)}}
	}
	best := slices.MaxFunc(distinct, func(a, b *applied) int { return cmp.Compare(counts[a], counts[b]) })
	for _, a := range distinct {
		if counts[a] == counts[best] {
			best = a
			break
		}
	}
	m.hint("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", coord, "Non-repeatable directive @%s is applied to %q in multiple subgraphs but with incompatible arguments. The supergraph will use arguments %s.", g.name, coord, printApplied(best))
	return []*applied{best}
}

// strategies say how the arguments of a directive are combined, for the hint about it.
var strategies = map[kind]string{
	dCost:           `{ "weight": MAX }`,
	dListSize:       `{ "assumedSize": NULLABLE_MAX, "slicingArguments": NULLABLE_UNION, "sizedFields": NULLABLE_UNION, "requireOneSlicingArgument": NULLABLE_AND }`,
	dRequiresScopes: `{ "scopes": DNF_CONJUNCTION }`,
	dPolicy:         `{ "policies": DNF_CONJUNCTION }`,
}

func (m *merger) hintCombined(name, coord string, k kind) {
	m.hint("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", coord, "Directive @%s is applied to %q in multiple subgraphs with different arguments. Merging strategies used by arguments: %s", name, coord, strategies[k])
}

func (m *merger) repeatable(g *group) bool {
	switch g.kind {
	case dTag, dContext:
		return true
	case dCustom:
		return m.composed[g.name].repeatable
	}
	return false
}

// carry adds an application to a @join__directive: subgraphs that say the same share one.
func carry(out []*applied, s *schema, a *applied) []*applied {
	name := stringValue(carriedName(a))
	args := &ast.Value{Kind: ast.ObjectValue}
	for _, arg := range a.args {
		args.Children = append(args.Children, &ast.ChildValue{Name: arg.Name, Value: arg.Value})
	}
	return addCarried(out, s, name, args)
}

func carriedName(a *applied) string {
	if a.kind == dCacheTag {
		return "federation__cacheTag"
	}
	return a.name
}

func addCarried(out []*applied, s *schema, name, args *ast.Value) []*applied {
	for _, o := range out {
		if sameValue(o.arg("name"), name) && sameValue(o.arg("args"), args) {
			graphs := o.arg("graphs")
			graphs.Children = append(graphs.Children, &ast.ChildValue{Value: enumValue(s.enum)})
			return out
		}
	}
	return append(out, &applied{name: "join__directive", args: ast.ArgumentList{
		{Name: "graphs", Value: listValue([]*ast.Value{enumValue(s.enum)})},
		{Name: "name", Value: name},
		{Name: "args", Value: args},
	}})
}
