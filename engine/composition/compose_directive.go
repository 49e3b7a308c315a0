package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// composedDirective is a custom directive that @composeDirective brings into the supergraph.
type composedDirective struct {
	name       string
	feature    *feature
	repeatable bool
	def        *directiveDef
	in         *schema
	// by are the subgraphs that compose it; what others mean by the name is their own affair.
	by []*schema
}

// composeDirectives finds what each subgraph wants to be kept and checks that they mean the same.
func (m *merger) composeDirectives() {
	m.composed = map[string]*composedDirective{}
	latest := map[string]*feature{}
	for _, s := range m.schemas {
		for _, a := range s.applied {
			if a.kind != dComposeDirective {
				continue
			}
			if c := m.composeDirective(s, a); c != nil {
				m.keepComposed(c, latest)
			}
		}
	}
	m.hintUncomposed()
}

func (m *merger) composeDirective(s *schema, a *applied) *composedDirective {
	at := place{s, a.pos}
	name := a.str("name")
	switch {
	case a.arg("name") == nil || a.arg("name").Kind == ast.NullValue:
		m.fail(DirectiveCompositionError, at, "Argument to @composeDirective in subgraph %q cannot be NULL or an empty String", s.Name)
		return nil
	case name == "":
		m.fail(DirectiveCompositionError, at, "Argument to @composeDirective in subgraph %q cannot be NULL or an empty String", s.Name)
		return nil
	case !strings.HasPrefix(name, "@"):
		m.fail(DirectiveCompositionError, at, "Argument to @composeDirective %q in subgraph %q must have a leading \"@\"", name, s.Name)
		return nil
	}
	written := name[1:]
	if sp := s.names.kinds[written]; sp != nil {
		return m.composeKnown(s, sp, name, at)
	}
	i := slices.IndexFunc(s.directives, func(d *directiveDef) bool { return d.name == written })
	if i < 0 {
		m.fail(DirectiveCompositionError, at, "Could not find matching directive definition for argument to @composeDirective %q in subgraph %q.", name, s.Name)
		return nil
	}
	f := s.names.of[written]
	if f == nil {
		if prefix, _, ok := strings.Cut(written, "__"); ok {
			f = s.names.of[prefix]
		}
	}
	if f == nil {
		m.fail(DirectiveCompositionError, at, "Directive %q in subgraph %q cannot be composed because it is not a member of a core feature", name, s.Name)
		return nil
	}
	return &composedDirective{name: written, feature: f, repeatable: s.directives[i].def.IsRepeatable, def: s.directives[i], in: s}
}

// hintUncomposed: a specification that nobody composes may differ between subgraphs, but hardly on purpose.
func (m *merger) hintUncomposed() {
	seen := map[string]*feature{}
	hinted := map[string]bool{}
	for _, s := range m.schemas {
		for _, f := range s.names.features {
			if strings.HasPrefix(f.identity, specHost+"/") || m.composes(f.identity) {
				continue
			}
			if o := seen[f.identity]; o != nil && o.version.major != f.version.major && !hinted[f.identity] {
				hinted[f.identity] = true
				m.hint("DIRECTIVE_COMPOSITION_INFO", f.identity, "Non-composed core feature %q has major version mismatch across subgraphs", f.identity)
			}
			seen[f.identity] = f
		}
	}
}

func (m *merger) composes(identity string) bool {
	for _, name := range m.composedNames() {
		if m.composed[name].feature.identity == identity {
			return true
		}
	}
	return false
}

// composeKnown: the directives of federation are composed by its own rules, or never.
func (m *merger) composeKnown(s *schema, sp *spec, name string, at place) *composedDirective {
	switch sp.kind {
	case dTag, dInaccessible, dAuthenticated, dRequiresScopes, dPolicy:
		m.hint("DIRECTIVE_COMPOSITION_INFO", name, "Directive %q should not be explicitly manually composed since it is a federation directive composed by default", name)
	default:
		m.fail(DirectiveCompositionError, at, "Composing federation directive %q in subgraph %q is not supported", name, s.Name)
	}
	return nil
}

// keepComposed keeps the definition of the newest version of the specification.
func (m *merger) keepComposed(c *composedDirective, latest map[string]*feature) {
	if have := latest[c.feature.identity]; have != nil && have.version.major != c.feature.version.major {
		if !m.hasError(DirectiveCompositionError, "major version") {
			m.fail(DirectiveCompositionError, place{c.in, c.feature.app.pos}, "Core feature %q requested to be merged has major version mismatch across subgraphs", c.feature.identity)
		}
		return
	}
	if have := latest[c.feature.identity]; have == nil || have.version.less(c.feature.version) {
		latest[c.feature.identity] = c.feature
	}
	for _, name := range m.composedNames() {
		if o := m.composed[name]; o.name != c.name && o.feature.identity == c.feature.identity && o.original() == c.original() {
			m.fail(DirectiveCompositionError, place{c.in, c.def.pos}, "Composed directive is not named consistently in all subgraphs but \"@%s\" in subgraph %q and \"@%s\" in subgraph %q", o.name, o.in.Name, c.name, c.in.Name)
			return
		}
	}
	have := m.composed[c.name]
	c.by = []*schema{c.in}
	if have != nil {
		c.by = append(c.by, have.by...)
		have.by = c.by
	}
	switch {
	case have == nil:
		m.composed[c.name] = c
	case have.feature.identity != c.feature.identity:
		m.fail(DirectiveCompositionError, place{c.in, c.def.pos}, "Composed directive \"@%s\" is not linked by the same core feature in every subgraph", c.name)
	case have.original() != c.original():
		m.fail(DirectiveCompositionError, place{c.in, c.def.pos}, "Composed directive \"@%s\" does not refer to the same directive in every subgraph", c.name)
	case !c.feature.version.less(have.feature.version):
		m.composed[c.name] = c
	}
}

func (m *merger) hasError(code Code, part string) bool {
	return slices.ContainsFunc(m.errs, func(e *Error) bool { return e.Code == code && strings.Contains(e.Message, part) })
}

// original is the directive's name in its specification.
func (c *composedDirective) original() string {
	for _, im := range c.feature.imports {
		if im.as == "@"+c.name {
			return im.name
		}
	}
	return "@" + c.name
}

func (c *composedDirective) isImported() bool { return c.importIndex() >= 0 }

func (c *composedDirective) importIndex() int {
	return slices.IndexFunc(c.feature.imports, func(im imported) bool { return im.as == "@"+c.name })
}

// mergedDirective is a directive that the supergraph defines.
type mergedDirective struct {
	name, desc string
	args       []*mergedInput
	locations  []ast.DirectiveLocation
	repeatable bool
}
