package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// selection is the content of a set of fields: what @key, @requires, @provides and @fromContext select.
type selection []*selected

// selected is one field, or, where on is not "", an inline fragment on a type.
type selected struct {
	field, on string
	args      ast.ArgumentList
	sub       selection
	// def is the field in the subgraph that wrote the selection; nil for fragments and __typename.
	def *fieldDef
}

// fieldSetRules are what differs between the directives that take sets of fields.
type fieldSetRules struct {
	directive                                      string
	invalid, hasArgs, directiveIn, missingExternal Code
	// abstractType is the code for fields of an interface or union type, "" where they may be selected.
	abstractType Code
	// mustBeExternal: leaves have to be fields that the subgraph does not resolve itself.
	mustBeExternal bool
}

var (
	keyRules      = fieldSetRules{"@key", KeyInvalidFields, KeyFieldsHasArgs, KeyDirectiveInFields, "", KeyFieldsSelectType, false}
	requiresRules = fieldSetRules{"@requires", RequiresInvalidFields, "", RequiresDirectiveInFields, RequiresMissingExternal, "", true}
	providesRules = fieldSetRules{"@provides", ProvidesInvalidFields, ProvidesFieldsHasArgs, ProvidesDirectiveInFields, ProvidesMissingExternal, "", true}
)

// problem is one broken rule within a set of fields.
type problem struct {
	code Code
	text string
	// pass of reading in which it shows: what the names mean, whether the selection is complete, and then
	// the rules of the directive. What is wrong in one pass makes the next meaningless.
	pass int
}

const (
	naming = iota
	completeness
	meaning
)

// firstProblems are those of the first pass that has any; before the rules of the directive, only one.
func firstProblems(ps []problem) []problem {
	for pass := naming; pass <= meaning; pass++ {
		var of []problem
		for _, p := range ps {
			if p.pass == pass {
				of = append(of, p)
			}
		}
		if len(of) > 0 && pass < meaning {
			return of[:1]
		}
		if len(of) > 0 {
			return of
		}
	}
	return nil
}

// fieldSetReader reads one set of fields and gathers its problems.
type fieldSetReader struct {
	*schema
	rules    fieldSetRules
	problems []problem
	// read are the fields that were understood before the first that was not.
	read []*fieldDef
}

// readFieldSet parses a set of fields against the type that it selects from.
func (s *schema) readFieldSet(text string, on *typeDef, rules fieldSetRules) (selection, []problem) {
	set, err := parseSelection(text)
	if err != nil {
		return nil, []problem{{rules.invalid, "Syntax Error: " + err.Error(), naming}}
	}
	r := &fieldSetReader{schema: s, rules: rules}
	sel := r.selection(set, on, false)
	if ps := firstProblems(r.problems); len(ps) > 0 {
		for _, f := range r.read {
			f.used = true // an unused @external would be an echo of the error
		}
		return sel, ps
	}
	return sel, nil
}

func (r *fieldSetReader) bad(pass int, code Code, format string, args ...any) {
	r.problems = append(r.problems, problem{code, fmt.Sprintf(format, args...), pass})
}

// selection reads a selection of a type; external says that a field above is external already.
func (r *fieldSetReader) selection(set ast.SelectionSet, on *typeDef, external bool) selection {
	var out selection
	for _, n := range set {
		switch n := n.(type) {
		case *ast.Field:
			if x := r.field(n, on, external); x != nil {
				out = out.merge(x)
			}
		case *ast.InlineFragment:
			r.directives(n.Directives)
			target := on
			if n.TypeCondition != "" {
				target = r.byName[n.TypeCondition]
			}
			if target == nil || !target.composite() && target.kind != ast.Union {
				r.bad(naming, r.rules.invalid, "Unknown type %q in the fragment.", n.TypeCondition)
				continue
			}
			out = append(out, &selected{on: target.name, sub: r.selection(n.SelectionSet, target, external)})
		default:
			r.bad(naming, r.rules.invalid, "Named fragments cannot be used here")
		}
	}
	for _, x := range out {
		r.leafField(x, external)
	}
	return out
}

// merge adds a field; one that is there already takes over what is beneath it.
func (sel selection) merge(x *selected) selection {
	for _, y := range sel {
		if y.on == "" && y.field == x.field && sameArguments(y.args, x.args) {
			for _, sub := range x.sub {
				y.sub = y.sub.merge(sub)
			}
			return sel
		}
	}
	return append(sel, x)
}

func (r *fieldSetReader) directives(ds ast.DirectiveList) {
	for _, d := range ds {
		if r.definition(&applied{kind: dCustom, name: d.Name}) == nil {
			r.bad(naming, r.rules.invalid, "Unknown directive \"@%s\"", d.Name)
		} else {
			r.bad(meaning, r.rules.directiveIn, "cannot have directive applications in the %s(fields:) argument but found @%s.", r.rules.directive, d.Name)
		}
	}
}

// field reads one field; it returns nil for what cannot be selected.
func (r *fieldSetReader) field(n *ast.Field, on *typeDef, external bool) *selected {
	if n.Name == "__typename" {
		return &selected{field: n.Name}
	}
	def := on.field(n.Name)
	if def == nil {
		r.bad(naming, r.rules.invalid, "%s", r.cannotQuery(n.Name, on))
		return nil
	}
	if !slices.ContainsFunc(r.problems, func(p problem) bool { return p.pass == naming }) {
		r.read = append(r.read, def)
	}
	r.directives(n.Directives)
	if n.Alias != n.Name && n.Alias != "" {
		r.bad(naming, r.rules.invalid, "Cannot use alias %q in %q: aliases are not currently supported in %s", n.Alias, n.Alias+": "+n.Name, r.rules.directive)
	}
	r.arguments(n, def)
	x := &selected{field: n.Name, args: n.Arguments, def: def}
	target := r.byName[def.typ.Name()]
	if r.rules.abstractType != "" && target.selectable() && target.kind != ast.Object {
		r.bad(naming, r.rules.abstractType, "field %q is a %s which is not allowed in %s", def.coord(), kindName(target.kind), r.rules.directive)
	}
	switch {
	case len(n.SelectionSet) > 0 && !target.selectable():
		r.bad(completeness, r.rules.invalid, "Invalid selection set for field %q of leaf type %s", def.coord(), def.typ)
	case len(n.SelectionSet) > 0:
		x.sub = r.selection(n.SelectionSet, target, external || r.externalSomewhere(def))
	}
	return x
}

// selectable reports whether fields can be selected on the type.
func (t *typeDef) selectable() bool { return t != nil && (t.composite() || t.kind == ast.Union) }

// leafField looks at a field that is selected with nothing beneath it.
func (r *fieldSetReader) leafField(x *selected, external bool) {
	if x.def == nil || len(x.sub) > 0 {
		return
	}
	if r.byName[x.def.typ.Name()].selectable() {
		r.bad(completeness, r.rules.invalid, "Invalid empty selection set for field %q of non-leaf type %s", x.def.coord(), x.def.typ)
		return
	}
	if r.rules.mustBeExternal && r.fed2 && !external && !x.def.isExternal() {
		r.notExternal(x.def)
	}
}

func (r *fieldSetReader) notExternal(def *fieldDef) {
	if def.external != nil {
		r.bad(meaning, r.rules.missingExternal, "field %q should not be part of a %s since it is already \"effectively\" provided by this subgraph (while it is marked @external, it is a @key field of an extension type, which are not internally considered external for historical/backward compatibility reasons)", def.coord(), r.rules.directive)
		return
	}
	r.bad(meaning, r.rules.missingExternal, "field %q should not be part of a %s since it is already provided by this subgraph (it is not marked @external)", def.coord(), r.rules.directive)
}

// externalSomewhere: what is nested in a field of an interface counts as external where the field is so in an
// implementation. A leaf of an interface does not: the interface's own field would have to be external.
func (r *fieldSetReader) externalSomewhere(def *fieldDef) bool {
	if def.isExternal() {
		return true
	}
	if def.parent.kind != ast.Interface {
		return false
	}
	return slices.ContainsFunc(def.parent.runtimeTypes(), func(name string) bool {
		f := r.byName[name].field(def.name)
		return f != nil && f.isExternal()
	})
}

func (r *fieldSetReader) arguments(n *ast.Field, def *fieldDef) {
	for _, a := range n.Arguments {
		switch want := def.arg(a.Name); {
		case want == nil:
			r.bad(naming, r.rules.invalid, "Unknown argument %q on field %q", a.Name, def.coord())
		case !r.fits(a.Value, want.typ, 0):
			r.bad(completeness, r.rules.invalid, "Invalid value for argument %q of type %q on field %q", a.Name, want.typ, def.coord())
		}
	}
	for _, a := range def.args {
		if a.typ.NonNull && a.def == nil && n.Arguments.ForName(a.name) == nil {
			r.bad(completeness, r.rules.invalid, "Missing mandatory value for argument %q of field %q", a.name, def.coord())
		}
	}
	if r.rules.hasArgs != "" && len(def.args) > 0 {
		r.bad(meaning, r.rules.hasArgs, "field %s cannot be included because it has arguments (fields with argument are not allowed in %s)", def.coord(), r.rules.directive)
	}
}

func (r *fieldSetReader) cannotQuery(field string, on *typeDef) string {
	msg := fmt.Sprintf("Cannot query field %q on type %q", field, on.name)
	switch {
	case !r.fed2:
		return msg + "."
	case r.rules.directive == "@key":
		return msg + " (the field should either be added to this subgraph or, if it should not be resolved by this subgraph, you need to add it to this subgraph with @external)."
	default:
		return msg + " (if the field is defined in another subgraph, you need to add it to this subgraph with @external)."
	}
}

// each calls visit for every field selected at any depth, in order, and for the implementations of a field
// that is selected on an interface.
func (sel selection) each(s *schema, visit func(*fieldDef)) {
	for _, x := range sel {
		if x.def != nil {
			visit(x.def)
			if x.def.parent.kind == ast.Interface {
				for _, name := range x.def.parent.runtimeTypes() {
					if f := s.byName[name].field(x.field); f != nil {
						visit(f)
					}
				}
			}
		}
		x.sub.each(s, visit)
	}
}

// count is the number of fields at all depths.
func (sel selection) count() int {
	n := len(sel)
	for _, x := range sel {
		n += x.sub.count()
	}
	return n
}

// String is the selection as it stands in a directive.
func (sel selection) String() string {
	parts := make([]string, len(sel))
	for i, x := range sel {
		parts[i] = x.field
		if x.on != "" {
			parts[i] = "... on " + x.on
		}
		if len(x.args) > 0 {
			parts[i] += printApplied(&applied{args: x.args})[1:]
		}
		if len(x.sub) > 0 {
			parts[i] += " { " + x.sub.String() + " }"
		}
	}
	return strings.Join(parts, " ")
}
