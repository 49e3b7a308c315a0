package composition

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

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
		if b.ext && scalars[b.Name] {
			errs = append(errs, s.errorAt(InvalidGraphQL, b.Position, "Cannot extend built-in type %q", b.Name))
		}
		// Scalars are those of the specification, defined or not; an extension of any other type needs one to extend.
		alone := b.ext && b.Kind != ast.Scalar && doc.Definitions.ForName(b.Name) == nil
		if s.skipType(b.Definition) && !alone {
			s.declared[b.Name] = b.Kind
			s.skipped = append(s.skipped, s.apply(b.Directives, b.ext)...)
			s.lookWithin(b)
			continue
		}
		errs = append(errs, s.foldBlock(b)...)
	}
	s.badRoots = s.foldRoots(doc)
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
			if t.valueByName[val.name] != nil {
				errs = append(errs, s.errorAt(InvalidGraphQL, val.pos, "Value %s already exists on %s", val.name, t.name))
				continue
			}
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
	var errs Errors
	for i, a := range d.Arguments {
		if d.Arguments[:i].ForName(a.Name) != nil {
			errs = append(errs, s.errorAt(InvalidGraphQL, a.Position, "Argument %s already exists on directive @%s", a.Name, d.Name))
		}
	}
	return errs
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

// placed are directives and where they are applied.
type placed struct {
	applied []*applied
	at      ast.DirectiveLocation
	coord   string
}

// lookWithin keeps the directives inside of a type that is left out: they have to be right, though they have no effect.
func (s *schema) lookWithin(b block) {
	for _, f := range b.Fields {
		s.within = append(s.within, placed{s.apply(f.Directives, b.ext), ast.LocationFieldDefinition, b.Name + "." + f.Name})
	}
	for _, v := range b.EnumValues {
		s.within = append(s.within, placed{s.apply(v.Directives, b.ext), ast.LocationEnumValue, b.Name + "." + v.Name})
	}
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
