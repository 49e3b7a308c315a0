package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// checkApplied is about directives applied to one element.
func (s *schema) checkApplied(as []*applied, at ast.DirectiveLocation, coord string) Errors {
	var errs Errors
	for i, a := range as {
		def := s.definition(a)
		if def == nil {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.pos, "%s", s.unknownDirective(a.name)))
			continue
		}
		written := "@" + s.writtenName(a)
		if !slices.Contains(def.Locations, at) {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.pos, "Directive %q may not be used on %s.", written, at))
		}
		if !def.IsRepeatable && slices.ContainsFunc(as[:i], func(o *applied) bool { return o.kind == a.kind && o.name == a.name }) {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.pos, "The directive %q can only be used once at this location.", written))
		}
		errs = append(errs, s.checkArguments(a, def, written, coord)...)
	}
	return errs
}

func (s *schema) checkArguments(a *applied, def *ast.DirectiveDefinition, written, coord string) Errors {
	var errs Errors
	for i, arg := range a.args {
		if slices.ContainsFunc(a.args[:i], func(o *ast.Argument) bool { return o.Name == arg.Name }) {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.pos, "There can be only one argument named %q.", arg.Name))
			continue
		}
		ad := def.Arguments.ForName(arg.Name)
		if ad == nil {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.pos, "Unknown argument %q on directive %q.", arg.Name, written))
			continue
		}
		if !s.fits(arg.Value, ad.Type, 0) {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.pos, "Invalid value for \"%s(%s:)\" of type %q in application of %q to %q.", written, arg.Name, ad.Type, written, coord))
		}
	}
	for _, ad := range def.Arguments {
		if ad.Type.NonNull && ad.DefaultValue == nil && a.args.ForName(ad.Name) == nil {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.pos, "Directive %q argument %q of type %q is required, but it was not provided.", written, ad.Name, ad.Type))
		}
	}
	return errs
}

// definition of an applied directive: the specification's, or the subgraph's own.
func (s *schema) definition(a *applied) *ast.DirectiveDefinition {
	federated := a.kind != dCustom && a.kind < dDeprecated
	if federated {
		if sp := s.names.kinds[s.writtenName(a)]; sp != nil && sp.locations != "" {
			return s.ownTypes(s.specDefinition(sp), s.writtenName(a))
		}
	}
	for _, d := range s.directives {
		if d.name == a.name || a.kind != dCustom && d.name == s.writtenName(a) {
			return d.def
		}
	}
	for i := range builtins {
		if builtins[i].name == a.name {
			return s.specDefinition(&builtins[i])
		}
	}
	if a.kind != dCustom || s.names.specific(a.name) {
		return lenient(a)
	}
	return nil
}

// ownTypes: where a subgraph defines a directive itself, values have to fit the types that it says.
func (s *schema) ownTypes(def *ast.DirectiveDefinition, written string) *ast.DirectiveDefinition {
	for _, d := range s.directives {
		if d.name != written {
			continue
		}
		// What the subgraph leaves out of a definition it cannot use.
		def.Locations = slices.DeleteFunc(def.Locations, func(l ast.DirectiveLocation) bool { return !slices.Contains(d.def.Locations, l) })
		def.Arguments = slices.DeleteFunc(def.Arguments, func(a *ast.ArgumentDefinition) bool { return d.def.Arguments.ForName(a.Name) == nil })
		for _, a := range def.Arguments {
			if own := d.def.Arguments.ForName(a.Name); own != nil && s.byName[own.Type.Name()] != nil {
				a.Type = own.Type
			}
		}
	}
	return def
}

// lenient accepts a directive of a specification that composition only carries along.
func lenient(a *applied) *ast.DirectiveDefinition {
	def := &ast.DirectiveDefinition{Name: a.name, IsRepeatable: true, Locations: []ast.DirectiveLocation{
		ast.LocationSchema, ast.LocationObject, ast.LocationInterface, ast.LocationFieldDefinition, ast.LocationUnion,
		ast.LocationScalar, ast.LocationEnum, ast.LocationEnumValue, ast.LocationInputObject, ast.LocationInputFieldDefinition,
		ast.LocationArgumentDefinition,
	}}
	for _, arg := range a.args {
		def.Arguments = append(def.Arguments, &ast.ArgumentDefinition{Name: arg.Name, Type: ast.NamedType("_Any", nil)})
	}
	return def
}

// specific reports whether the directive comes from a specification of Apollo's that needs no definition
// in the subgraph, such as connectors.
func (n *names) specific(written string) bool {
	f := n.of[written]
	if f == nil {
		prefix, _, ok := strings.Cut(written, "__")
		if !ok {
			return false
		}
		f = n.of[prefix]
	}
	return f != nil && strings.HasPrefix(f.identity, specHost+"/") && f.identity != fedIdentity
}

// writtenName is the directive's name in this subgraph.
func (s *schema) writtenName(a *applied) string {
	if a.kind == dCustom {
		return a.name
	}
	if w := s.names.written[a.kind]; w != "" {
		return w
	}
	return a.name
}

// specDefinition is a specification's directive as a definition in the names of this schema.
func (s *schema) specDefinition(sp *spec) *ast.DirectiveDefinition {
	def := &ast.DirectiveDefinition{Name: sp.name, IsRepeatable: sp.repeatable}
	if sp.kind == dShareable && s.fed2 && s.version.less(v(2, 2)) {
		def.IsRepeatable = false
	}
	for l := range strings.FieldsSeq(sp.locations) {
		def.Locations = append(def.Locations, ast.DirectiveLocation(l))
	}
	for _, a := range sp.args {
		if s.fed2 && s.version.less(a.since) {
			continue
		}
		ad := &ast.ArgumentDefinition{Name: a.name, Type: s.specArgType(sp, a.typ)}
		if a.def != "" {
			ad.DefaultValue = literal(a.def)
		}
		def.Arguments = append(def.Arguments, ad)
	}
	return def
}

// specArgType reads a type of the table, with the names of the specification's types in this schema.
func (s *schema) specArgType(sp *spec, typ string) *ast.Type {
	base := strings.Trim(typ, "[]!")
	name := base
	switch {
	case sp.kind == dLink:
		if !scalars[base] {
			name = "link__" + base
		}
	case !scalars[base]:
		if n := s.names.types[base]; n != "" {
			name = n
		}
	}
	return parseType(strings.Replace(typ, base, name, 1))
}

// parseType reads a reference to a type; the texts are those of the tables, so they are well formed.
func parseType(text string) *ast.Type {
	nonNull := strings.HasSuffix(text, "!")
	text = strings.TrimSuffix(text, "!")
	if strings.HasPrefix(text, "[") {
		return &ast.Type{Elem: parseType(text[1 : len(text)-1]), NonNull: nonNull}
	}
	return &ast.Type{NamedType: text, NonNull: nonNull}
}

// literal reads a default of the tables: a boolean or a string.
func literal(text string) *ast.Value {
	if strings.HasPrefix(text, `"`) {
		return stringValue(strings.Trim(text, `"`))
	}
	return &ast.Value{Kind: ast.BooleanValue, Raw: text}
}

// unknownDirective explains, where the name is one of federation's, how to get at it.
func (s *schema) unknownDirective(name string) string {
	msg := fmt.Sprintf("Unknown directive \"@%s\".", name)
	for i := range specs {
		sp := &specs[i]
		if sp.name != name {
			continue
		}
		switch fed := s.names.feature(fedIdentity); {
		case fed == nil:
			return msg + fmt.Sprintf(" If you meant the \"@%s\" federation 2 directive, note that this schema is a federation 1 schema. To be a federation 2 schema, it needs to @link to the federation specification v2.", name)
		case fed.version.less(sp.since):
			return msg + fmt.Sprintf(" If you meant the \"@%s\" federation directive, link to version v%d.%d of the federation specification or later.", name, sp.since.major, sp.since.minor)
		case fed.directiveName(name) == fed.as+"__"+name:
			return msg + fmt.Sprintf(" If you meant the \"@%s\" federation directive, you should use fully-qualified name \"@%s__%s\" or add \"@%s\" to the `import` argument of the @link to the federation specification.", name, fed.as, name, name)
		default:
			return msg + fmt.Sprintf(" If you meant the \"@%s\" federation directive, you should use \"@%s\" as it is imported under that name in the @link to the federation specification of this schema.", name, fed.directiveName(name))
		}
	}
	return msg
}

// parseSelection is the one place that reads sets of fields.
func parseSelection(text string) (ast.SelectionSet, error) {
	if nesting(text) > maxNesting {
		return nil, fmt.Errorf("brackets are nested more than %d deep", maxNesting)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: "{" + text + "}"}, maxSelectionTokens)
	if err != nil {
		return nil, err
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) > 0 {
		return nil, fmt.Errorf("expected one selection of fields")
	}
	return doc.Operations[0].SelectionSet, nil
}
