package composition

import (
	"cmp"
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
		return errs
	}
	if errs := s.checkKnown(); len(errs) > 0 {
		return append(links, errs...)
	}
	if errs := append(links, s.checkDefinitions()...); len(errs) > 0 {
		return s.withUnknown(errs)
	}
	if errs := s.checkGraphQL(); len(errs) > 0 {
		return errs
	}
	if s.Name == "_" || s.Name == "" {
		return Errors{s.errorAt(InvalidSubgraphName, nil, "Invalid name %q for a subgraph: this name is reserved", s.Name)}
	}
	s.coerceDefaults()
	return s.checkFederation()
}

// withUnknown adds the unknown directives to the errors of @link and of definitions, which may explain them.
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
			errs = append(errs, of(f.applied)...)
			for _, a := range f.args {
				errs = append(errs, of(a.applied)...)
			}
		}
		for _, in := range t.inputs {
			errs = append(errs, of(in.applied)...)
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

// block is a definition or an extension of a type.
type block struct {
	*ast.Definition
	ext bool
}

// blocks are the document's type definitions and extensions in the order of the text.
func blocks(doc *ast.SchemaDocument) []block {
	out := make([]block, 0, len(doc.Definitions)+len(doc.Extensions))
	for _, d := range doc.Definitions {
		out = append(out, block{d, false})
	}
	for _, d := range doc.Extensions {
		out = append(out, block{d, true})
	}
	slices.SortStableFunc(out, func(a, b block) int { return cmp.Compare(a.Position.Start, b.Position.Start) })
	return out
}

// fold turns the document into types, each with all its extensions.
func (s *schema) fold(doc *ast.SchemaDocument) Errors {
	var errs Errors
	for _, d := range doc.Directives {
		errs = append(errs, s.addDirectiveDef(d)...)
	}
	for _, b := range blocks(doc) {
		if s.skipType(b.Definition) {
			s.declared[b.Name] = b.Kind
			s.skipped = append(s.skipped, s.apply(b.Directives, b.ext)...)
			continue
		}
		errs = append(errs, s.foldBlock(b)...)
	}
	errs = append(errs, s.foldRoots(doc)...)
	for _, def := range doc.SchemaExtension {
		s.applied = append(s.applied, s.apply(def.Directives, true)...)
	}
	for _, t := range s.types {
		t.fieldByName = make(map[string]*fieldDef, len(t.fields))
		for _, f := range t.fields {
			if _, dup := t.fieldByName[f.name]; dup {
				errs = append(errs, s.errorAt(InvalidGraphQL, f.pos, "Field %s already exists on %s", f.name, t.name))
				continue
			}
			t.fieldByName[f.name] = f
			errs = append(errs, s.duplicateArgs(f)...)
		}
		t.inputByName, t.valueByName = make(map[string]*inputDef, len(t.inputs)), make(map[string]*element, len(t.values))
		for _, val := range t.values {
			t.valueByName[val.name] = val
		}
		for _, in := range t.inputs {
			if _, dup := t.inputByName[in.name]; dup {
				errs = append(errs, s.errorAt(InvalidGraphQL, in.pos, "Field %s already exists on %s", in.name, t.name))
				continue
			}
			t.inputByName[in.name] = in
		}
	}
	return errs
}

func (s *schema) duplicateArgs(f *fieldDef) Errors {
	var errs Errors
	for i, a := range f.args {
		if slices.ContainsFunc(f.args[:i], func(o *inputDef) bool { return o.name == a.name }) {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.pos, "Argument %s already exists on field %s", a.name, f.name))
		}
	}
	return errs
}

func (s *schema) addDirectiveDef(d *ast.DirectiveDefinition) Errors {
	for _, known := range s.directives {
		if known.name == d.Name {
			return Errors{s.errorAt(InvalidGraphQL, d.Position, "There can be only one directive named \"@%s\".", d.Name)}
		}
	}
	s.directives = append(s.directives, &directiveDef{element{name: d.Name, desc: d.Description, pos: d.Position}, d})
	return nil
}

// skipType leaves out what the specifications add to a subgraph: gateways write those types themselves.
func (s *schema) skipType(d *ast.Definition) bool {
	switch d.Name {
	case "_Any", "_Entity", "_Service", "_FieldSet", "link__Import", "link__Purpose", "core__Purpose", "Int", "Float", "String", "Boolean", "ID":
		return d.Kind == ast.Scalar || d.Name[0] == '_' || strings.Contains(d.Name, "__")
	}
	if d.Kind != ast.Scalar {
		return false
	}
	for _, t := range specTypes {
		if s.names.types[t.name] == d.Name {
			return true
		}
	}
	return false
}

func (s *schema) foldBlock(b block) Errors {
	t := s.byName[b.Name]
	if t == nil {
		t = &typeDef{element: element{name: b.Name, pos: b.Position}, kind: b.Kind, in: s}
		s.byName[b.Name] = t
		s.types = append(s.types, t)
	}
	switch {
	case !b.ext && t.based:
		return Errors{s.errorAt(InvalidGraphQL, b.Position, "There can be only one type named %q.", b.Name)}
	case t.kind != b.Kind:
		return Errors{s.errorAt(InvalidGraphQL, b.Position, "Cannot extend type %q as another kind of type: it is also declared as %s", b.Name, kindName(t.kind))}
	}
	if !b.ext {
		t.based, t.desc, t.pos = true, b.Description, b.Position
	}
	t.applied = append(t.applied, s.apply(b.Directives, b.ext)...)
	t.interfaces = append(t.interfaces, b.Interfaces...)
	t.members = append(t.members, b.Types...)
	for _, ev := range b.EnumValues {
		t.values = append(t.values, &element{name: ev.Name, desc: ev.Description, pos: ev.Position, applied: s.apply(ev.Directives, b.ext)})
	}
	for _, f := range b.Fields {
		s.foldField(t, f, b.ext)
	}
	return nil
}

func (s *schema) foldField(t *typeDef, f *ast.FieldDefinition, ext bool) {
	e := element{name: f.Name, desc: f.Description, pos: f.Position, applied: s.apply(f.Directives, ext)}
	if t.kind == ast.InputObject {
		t.inputs = append(t.inputs, &inputDef{element: e, typ: f.Type, def: f.DefaultValue})
		return
	}
	def := &fieldDef{element: e, parent: t, typ: f.Type, fromExtension: ext}
	for _, a := range f.Arguments {
		def.args = append(def.args, &inputDef{
			element: element{name: a.Name, desc: a.Description, pos: a.Position, applied: s.apply(a.Directives, ext)},
			typ:     a.Type, def: a.DefaultValue,
		})
	}
	t.fields = append(t.fields, def)
}

// apply gives directives their canonical names.
func (s *schema) apply(ds ast.DirectiveList, ext bool) []*applied {
	if len(ds) == 0 {
		return nil
	}
	out := make([]*applied, len(ds))
	for i, d := range ds {
		a := &applied{kind: dCustom, name: d.Name, args: d.Arguments, pos: d.Position, ext: ext}
		if sp := s.names.kinds[d.Name]; sp != nil && sp.kind != dCustom {
			a.kind, a.name = sp.kind, sp.name
		}
		out[i] = a
	}
	return out
}

// foldRoots finds the root types and gives them their default names, which is how all subgraphs can share them.
func (s *schema) foldRoots(doc *ast.SchemaDocument) Errors {
	var errs Errors
	var chosen [len(operations)]string
	explicit := len(doc.Schema) > 0
	for _, def := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, op := range def.OperationTypes {
			for i := range operations {
				if operations[i].kind == op.Operation {
					chosen[i] = op.Type
					if s.byName[op.Type] == nil {
						errs = append(errs, s.errorAt(InvalidGraphQL, op.Position, "Cannot set schema %s root to unknown type %s", op.Operation, op.Type))
					}
				}
			}
		}
	}
	for _, def := range doc.Schema {
		s.applied = append(s.applied, s.apply(def.Directives, false)...)
	}
	for i, op := range operations {
		switch {
		case chosen[i] == "" && !explicit && s.byName[op.name] != nil && s.byName[op.name].kind == ast.Object:
			chosen[i] = op.name
		case chosen[i] == "" || s.byName[chosen[i]] == nil:
			continue
		}
		s.roots[i] = s.byName[chosen[i]]
		if s.roots[i].kind != ast.Object {
			errs = append(errs, s.errorAt(InvalidGraphQL, s.roots[i].pos, "%s root type must be Object type, it cannot be %s.", op.name, chosen[i]))
		}
	}
	s.roots0()
	return errs
}

// roots0 makes sure that there is a query type: every federated service answers _entities and _service.
func (s *schema) roots0() {
	q := s.roots[0]
	if q == nil {
		if q = s.byName["Query"]; q == nil {
			q = &typeDef{element: element{name: "Query"}, kind: ast.Object, in: s, based: true}
			s.byName["Query"] = q
			s.types = append(s.types, q)
		}
		s.roots[0] = q
	}
	q.fields = slices.DeleteFunc(q.fields, func(f *fieldDef) bool { return f.name == "_entities" || f.name == "_service" })
}

// renameRoots gives root types their default names wherever they are referred to.
func (s *schema) renameRoots() Errors {
	var errs Errors
	renamed := map[string]string{}
	for i, op := range operations {
		t := s.roots[i]
		if other := s.byName[op.name]; other != nil && t != nil && other != t {
			errs = append(errs, s.errorAt(op.used, other.pos, "The schema has a type named %q but it is not set as the %s root type (%q is instead): this is not supported by federation. If a root type does not use its default name, there should be no other type with that default name.", op.name, op.kind, t.name))
			continue
		}
		if t != nil && t.name != op.name {
			renamed[t.name] = op.name
			delete(s.byName, t.name)
			t.name = op.name
			s.byName[op.name] = t
		}
	}
	if len(renamed) > 0 {
		s.renameTypes(renamed)
	}
	return errs
}

func (s *schema) renameTypes(to map[string]string) {
	ref := func(t *ast.Type) {
		for t.Elem != nil {
			t = t.Elem
		}
		if n, ok := to[t.NamedType]; ok {
			t.NamedType = n
		}
	}
	for _, t := range s.types {
		for _, f := range t.fields {
			ref(f.typ)
		}
		for i, m := range t.members {
			if n, ok := to[m]; ok {
				t.members[i] = n
			}
		}
	}
}

// nameEnums gives each subgraph its value of join__Graph: the name in capitals, kept a valid and unique name.
func nameEnums(schemas []*schema) {
	taken := map[string]int{}
	clean := make([]string, len(schemas))
	for i, s := range schemas {
		clean[i] = enumName(s.Name)
		taken[clean[i]]++
	}
	count := map[string]int{}
	for i, s := range schemas {
		s.enum = clean[i]
		if taken[clean[i]] > 1 {
			count[clean[i]]++
			s.enum += "_" + itoa(count[clean[i]])
		}
	}
}

func enumName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(name) {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	out := b.String()
	if out == "" {
		return "_"
	}
	if out[0] >= '0' && out[0] <= '9' {
		out = "_" + out
	}
	if i := strings.LastIndexByte(out, '_'); i >= 0 && i < len(out)-1 && digits(out[i+1:]) {
		out += "_" // leaves name_1 free for the numbering of equal names
	}
	return out
}
