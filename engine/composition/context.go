package composition

import (
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// contextArg is an argument that the gateway fills from an ancestor (@fromContext).
type contextArg struct {
	arg *inputDef
	// context is its name in the supergraph; text the selection after the name, in the subgraph's own words.
	context, text string
	// on are the types that set the context, sels what is selected of each.
	on   []*typeDef
	sels []selection
}

var (
	contextName = regexp.MustCompile(`^[A-Za-z]\w*$`)
	// between tokens GraphQL ignores white space, commas and comments
	contextUse = regexp.MustCompile(`^(?:[\s,]|#[^\n\r]*)*\$(?:[\s,]|#[^\n\r]*)*([A-Za-z_]\w*)([\s\S]+)$`)
)

func (f *fieldDef) isContextual(a *inputDef) bool { return a.has(dFromContext) }

// contextName is the context's name in the supergraph: subgraphs do not share contexts.
func (s *schema) contextName(name string) string { return s.Name + "__" + name }

// contextsOf are the contexts that a value of the type sets for what is beneath it.
func (t *typeDef) contextsOf() []string {
	var out []string
	add := func(on *typeDef) {
		if on == nil {
			return
		}
		for _, a := range on.all(dContext) {
			out = append(out, t.in.contextName(a.str("name")))
		}
	}
	add(t)
	for _, name := range t.interfaces {
		add(t.in.byName[name])
	}
	for _, u := range t.in.types {
		if u.kind == ast.Union && slices.Contains(u.members, t.name) {
			add(u)
		}
	}
	return out
}

// checkContexts gathers the @fromContext arguments and checks that something sets their contexts.
func (s *schema) checkContexts() Errors {
	errs, setters := s.contextSetters()
	for _, d := range s.directives {
		for _, a := range s.inputsOf(d.def.Arguments) {
			if on := a.first(dFromContext); on != nil {
				errs = append(errs, s.errorAt(ContextNotSet, on.pos, "@fromContext argument cannot be used on a directive definition \"@%s(%s:)\".", d.name, a.name))
			}
		}
	}
	for _, t := range s.types {
		for _, f := range t.fields {
			f.contextual = nil
			for _, a := range f.args {
				if on := a.first(dFromContext); on != nil {
					errs = append(errs, s.checkFromContext(f, a, on, setters)...)
				}
			}
		}
	}
	return errs
}

func (s *schema) inputsOf(args ast.ArgumentDefinitionList) []*inputDef {
	var out []*inputDef
	for _, a := range args {
		out = append(out, &inputDef{element: element{name: a.Name, pos: a.Position, applied: s.apply(a.Directives, false)}})
	}
	return out
}

// contextSetters finds the types that set each context.
func (s *schema) contextSetters() (Errors, map[string][]*typeDef) {
	var errs Errors
	setters := map[string][]*typeDef{}
	for _, t := range s.types {
		for _, a := range t.all(dContext) {
			name := a.str("name")
			switch {
			case strings.Contains(name, "_"):
				errs = append(errs, s.errorAt(ContextNameInvalid, a.pos, "Context name %q may not contain an underscore.", name))
			case !contextName.MatchString(name):
				errs = append(errs, s.errorAt(ContextNameInvalid, a.pos, "Context name %q is invalid. It should have only alphanumeric characters.", name))
			}
			setters[name] = append(setters[name], t)
		}
	}
	return errs, setters
}

func (s *schema) checkFromContext(f *fieldDef, a *inputDef, on *applied, setters map[string][]*typeDef) Errors {
	coord := f.coord() + "(" + a.name + ":)"
	if f.parent.kind != ast.Object {
		return Errors{s.errorAt(ContextNotSet, on.pos, "@fromContext argument cannot be used on a field that exists on an abstract type %q.", coord)}
	}
	var errs Errors
	bad := func(code Code, format string, args ...any) {
		errs = append(errs, s.errorAt(code, on.pos, format, args...))
	}
	for _, name := range f.parent.interfaces {
		if iface := s.byName[name]; iface != nil && iface.field(f.name) != nil {
			bad(ContextNotSet, "@fromContext argument cannot be used on a field implementing an interface field %q.", name+"."+f.name)
		}
	}
	if a.def != nil {
		bad(ContextNotSet, "@fromContext arguments may not have a default value: %q.", coord)
	}
	m := contextUse.FindStringSubmatch(on.str("field"))
	if m == nil {
		bad(NoContextInSelection, "@fromContext argument does not reference a context %q.", on.str("field"))
		return errs
	}
	c := &contextArg{arg: a, context: s.contextName(m[1]), text: m[2]}
	if types := setters[m[1]]; len(types) == 0 {
		bad(ContextNotSet, "Context %q is used at location %q but is never set.", m[1], coord)
	} else {
		r := &contextReader{schema: s, context: m[1], coord: coord, pos: on.pos, arg: c}
		errs = append(errs, r.read(types)...)
	}
	if !slices.ContainsFunc(f.parent.keys, func(k *keyDef) bool { return k.resolvable }) {
		bad(ContextNoResolvableKey, "Object %q has no resolvable key but has a field with a contextual argument.", f.parent.name)
	}
	f.contextual = append(f.contextual, c)
	return errs
}

// checkContextual: an argument is filled by the gateway everywhere, or can be left out where it is not.
func (m *merger) checkContextual(coord string, contextual, with, required []string, sources []inputSource) {
	if len(with) == 0 {
		return
	}
	if len(required) > 0 {
		m.fail(ContextualArgNotInAll, place{sources[0].schema, sources[0].pos}, "Argument %q is contextual in at least one subgraph but in %s it does not have @fromContext, is not nullable and has no default value.", coord, inSubgraphs(required))
		return
	}
	m.hint("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", coord, "Contextual argument %q will not be included in the supergraph since it is contextual in at least one subgraph (%s).", coord, inSubgraphs(contextual))
}
