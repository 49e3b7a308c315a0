package composition

import (
	"errors"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// read parses every subgraph, in the order of their names, and folds it into a schema. A subgraph that
// breaks a rule of one stage does not see the next: its further errors would only be echoes.
func read(subgraphs []Subgraph) ([]*schema, Errors) {
	sorted := slices.Clone(subgraphs)
	slices.SortStableFunc(sorted, func(a, b Subgraph) int { return strings.Compare(a.Name, b.Name) })
	var errs Errors
	schemas := make([]*schema, 0, len(sorted))
	for i, sub := range sorted {
		s := &schema{Subgraph: sub, index: i, byName: map[string]*typeDef{}, declared: map[string]ast.DefinitionKind{}}
		if i > 0 && sorted[i-1].Name == sub.Name {
			errs = append(errs, s.errorAt(InvalidSubgraphName, nil, "A subgraph named %q already exists; give each subgraph a name of its own", sub.Name))
			continue
		}
		schemas = append(schemas, s)
		errs = append(errs, s.read()...)
	}
	nameEnums(schemas)
	return schemas, errs
}

// read runs the stages over one subgraph.
func (s *schema) read() Errors {
	if nesting(s.SDL) > maxNesting {
		return Errors{s.errorAt(InvalidGraphQL, nil, "Brackets are nested more than %d deep", maxNesting)}
	}
	doc, err := parser.ParseSchemaWithLimit(&ast.Source{Name: s.File, Input: s.SDL}, maxTokens)
	if err != nil {
		return Errors{s.syntaxError(err)}
	}
	links := s.readLinks(doc)
	if explicit := s.names.feature(linkIdentity) != nil; len(links) > 0 && !explicit && links[0].Code != UnknownFedVersion {
		return links
	}
	if errs := s.fold(doc); len(errs) > 0 {
		return append(errs, s.badRoots...)
	}
	if len(s.badRoots) > 0 {
		return append(s.badRoots, s.checkDefinitions()...)
	}
	if errs := s.checkKnown(); len(errs) > 0 {
		return append(links, errs...)
	}
	if errs := slices.Concat(links, s.checkDefinitions()); len(errs) > 0 {
		return s.withUnknown(errs)
	}
	if s.Name == "_" || s.Name == "" {
		if errs := s.withUnknown(nil); len(errs) > 0 {
			return errs
		}
		return Errors{s.errorAt(InvalidSubgraphName, nil, "Invalid name %q for a subgraph: this name is reserved", s.Name)}
	}
	if errs := s.checkGraphQL(); len(errs) > 0 {
		return errs
	}
	s.coerceDefaults()
	return s.checkFederation()
}

// withUnknown adds the unknown directives, and what cannot stand where it stands, to the errors of @link and of
// definitions, which may explain them.
func (s *schema) withUnknown(errs Errors) Errors {
	explicit := s.names.feature(linkIdentity) != nil
	of := func(as []*applied) Errors {
		var out Errors
		for _, a := range as {
			if s.definition(a) == nil {
				out = append(out, s.errorAt(InvalidGraphQL, a.pos, "%s", s.unknownDirective(a.name)))
			}
		}
		return out
	}
	if on := of(s.applied); len(on) > 0 && explicit {
		return on
	}
	errs = append(errs, of(s.skipped)...)
	for _, t := range s.types {
		errs = append(errs, of(t.applied)...)
		for _, f := range t.fields {
			errs = append(append(errs, of(f.applied)...), s.checkRef(f.typ, f.pos, false, f.coord())...)
			for _, a := range f.args {
				errs = append(append(errs, of(a.applied)...), s.checkRef(a.typ, a.pos, true, f.coord()+"("+a.name+":)")...)
			}
		}
		for _, in := range t.inputs {
			errs = append(append(errs, of(in.applied)...), s.checkRef(in.typ, in.pos, true, t.name+"."+in.name)...)
		}
		for _, val := range t.values {
			errs = append(errs, of(val.applied)...)
		}
	}
	return errs
}

func (s *schema) syntaxError(err error) *Error {
	var ge *gqlerror.Error
	if !errors.As(err, &ge) {
		return s.errorAt(InvalidGraphQL, nil, "%s", err)
	}
	e := s.errorAt(InvalidGraphQL, nil, "Syntax Error: %s", ge.Message)
	if len(ge.Locations) > 0 {
		e.Line, e.Column = ge.Locations[0].Line, ge.Locations[0].Column
	}
	return e
}

func schemaDirectives(doc *ast.SchemaDocument) ast.DirectiveList {
	var out ast.DirectiveList
	for _, d := range doc.Schema {
		out = append(out, d.Directives...)
	}
	for _, d := range doc.SchemaExtension {
		out = append(out, d.Directives...)
	}
	return out
}
