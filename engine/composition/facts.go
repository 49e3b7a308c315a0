package composition

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// gatherFacts reads the federation directives of a schema into its fields, once, and returns what is wrong
// with their sets of fields. Externals come first: the rules for sets of fields ask for them.
func (s *schema) gatherFacts() Errors {
	s.clearFacts()
	s.gatherExternals()
	errs := s.gatherKeys()
	requires, provides := s.gatherRequires(), s.gatherProvides()
	s.gatherShareable()
	s.gatherOverrides()
	return append(append(errs, requires...), provides...)
}

func (s *schema) clearFacts() {
	for _, t := range s.types {
		t.keys = nil
		for _, f := range t.fields {
			f.facts = facts{contextual: f.contextual}
		}
	}
}

// gatherExternals also finds the historic ones: @external on the key of a type extension was how Federation 1
// wanted a reference to be written, and never kept the subgraph from having the value.
func (s *schema) gatherExternals() {
	for _, t := range s.types {
		whole := t.first(dExternal)
		for _, f := range t.fields {
			if f.external = f.first(dExternal); f.external == nil {
				f.external = whole
			}
		}
	}
	for _, t := range s.types {
		for _, k := range t.all(dKey) {
			if !k.ext && !t.has(dExtends) {
				continue
			}
			if set, err := parseSelection(fieldSetText(k)); err == nil {
				s.markHistoric(set, t)
			}
		}
	}
}

func (s *schema) markHistoric(set ast.SelectionSet, t *typeDef) {
	for _, n := range set {
		x, ok := n.(*ast.Field)
		if !ok {
			continue
		}
		f := t.field(x.Name)
		if f == nil {
			continue
		}
		if f.has(dExternal) {
			f.historic = true
		}
		if next := s.byName[f.typ.Name()]; next != nil {
			s.markHistoric(x.SelectionSet, next)
		}
	}
}

// fieldSetText is the argument as one string: Federation 1 also allowed a list of strings.
func fieldSetText(a *applied) string {
	return strings.Join(stringsOf(a.arg("fields")), " ")
}

// isFieldSet reports whether the argument is of a form that is accepted for sets of fields.
func (s *schema) isFieldSet(val *ast.Value) bool {
	if val == nil {
		return false
	}
	switch val.Kind {
	case ast.StringValue, ast.BlockValue:
		return true
	case ast.ListValue:
		if s.fed2 {
			return false
		}
		for _, c := range val.Children {
			if c.Value.Kind != ast.StringValue {
				return false
			}
		}
		return true
	case ast.EnumValue:
		return !s.fed2
	}
	return false
}

// report turns the problems of one application into errors.
func (s *schema) report(a *applied, where string, ps []problem) Errors {
	var errs Errors
	for _, p := range ps {
		errs = append(errs, s.errorAt(p.code, a.pos, "On %s, for @%s(fields: %s): %s", where, a.name, printValue(a.arg("fields")), p.text))
	}
	return errs
}

func (s *schema) gatherKeys() Errors {
	var errs Errors
	for _, t := range s.types {
		for _, a := range t.all(dKey) {
			if t.kind == ast.Interface && (!s.fed2 || s.version.less(v(2, 3))) {
				if !s.fed2 {
					continue
				}
				errs = append(errs, s.errorAt(KeyOnInterface, a.pos, "Cannot use @key on interface %q: @key is not yet supported on interfaces", t.name))
			}
			k, e := s.gatherKey(t, a)
			errs = append(errs, e...)
			if k != nil {
				t.keys = append(t.keys, k)
				k.fields.each(s, func(f *fieldDef) { f.inKey, f.used = true, true })
			}
		}
	}
	return errs
}

func (s *schema) gatherKey(t *typeDef, a *applied) (*keyDef, Errors) {
	where := "type \"" + t.name + "\""
	if !s.isFieldSet(a.arg("fields")) {
		return nil, s.report(a, where, []problem{{KeyInvalidFieldsType, `Invalid value for argument "fields": must be a string.`, naming}})
	}
	text := fieldSetText(a)
	sel, ps := s.readFieldSet(text, t, keyRules)
	if len(ps) > 0 {
		return nil, s.report(a, where, ps)
	}
	resolvable := a.arg("resolvable")
	return &keyDef{text: text, fields: sel, resolvable: resolvable == nil || resolvable.Raw != "false", said: resolvable != nil, app: a}, nil
}

func (s *schema) gatherRequires() Errors {
	var errs Errors
	for _, t := range s.types {
		for _, f := range t.fields {
			a := f.first(dRequires)
			if a == nil {
				continue
			}
			if t.kind == ast.Interface {
				if !s.fed2 {
					continue
				}
				errs = append(errs, s.errorAt(RequiresOnInterface, a.pos, "Cannot use @requires on field %q of parent type %q: @requires is not yet supported within interfaces", f.coord(), t.name))
			}
			if !s.isFieldSet(a.arg("fields")) {
				errs = append(errs, s.report(a, "field \""+f.coord()+"\"", []problem{{RequiresInvalidFieldsType, `Invalid value for argument "fields": must be a string.`, naming}})...)
				continue
			}
			f.requiresText = fieldSetText(a)
			sel, ps := s.readFieldSet(f.requiresText, t, requiresRules)
			errs = append(errs, s.report(a, "field \""+f.coord()+"\"", ps)...)
			if len(ps) > 0 && ps[0].pass == naming {
				continue
			}
			f.requires = sel
			sel.each(s, func(g *fieldDef) { g.used = true })
		}
	}
	return errs
}

func (s *schema) gatherProvides() Errors {
	var errs Errors
	for _, t := range s.types {
		for _, f := range t.fields {
			a := f.first(dProvides)
			if a == nil {
				continue
			}
			errs = append(errs, s.gatherProvide(f, a)...)
		}
	}
	return errs
}

func (s *schema) gatherProvide(f *fieldDef, a *applied) Errors {
	where := "field \"" + f.coord() + "\""
	if f.has(dExternal) && s.fed2 {
		return Errors{s.errorAt(ExternalCollision, a.pos, "Cannot have both @provides and @external on field %q", f.coord())}
	}
	target := s.byName[f.typ.Name()]
	if target == nil || !target.composite() && target.kind != ast.Union {
		if !s.fed2 {
			return nil
		}
		return Errors{s.errorAt(ProvidesOnNonObject, a.pos, "Invalid @provides directive on field %q: field has type %q which is not a Composite Type", f.coord(), f.typ)}
	}
	var errs Errors
	if f.parent.kind == ast.Interface {
		if !s.fed2 {
			return nil
		}
		errs = append(errs, s.errorAt(ProvidesOnInterface, a.pos, "Cannot use @provides on field %q of parent type %q: @provides is not yet supported within interfaces", f.coord(), f.parent.name))
	}
	if !s.isFieldSet(a.arg("fields")) {
		return append(errs, s.report(a, where, []problem{{ProvidesInvalidFieldsType, `Invalid value for argument "fields": must be a string.`, naming}})...)
	}
	f.providesText = fieldSetText(a)
	sel, ps := s.readFieldSet(f.providesText, target, providesRules)
	if len(ps) == 0 || ps[0].pass > naming {
		f.provides = sel
		sel.each(s, func(g *fieldDef) { g.used, g.provided = true, true })
	}
	return append(errs, s.report(a, where, ps)...)
}

// gatherShareable: @shareable on a type is about the fields of the same definition or extension.
func (s *schema) gatherShareable() {
	for _, t := range s.types {
		if t.kind != ast.Object {
			continue
		}
		var onBase, onExt bool
		for _, a := range t.all(dShareable) {
			onBase, onExt = onBase || !a.ext, onExt || a.ext
		}
		for _, f := range t.fields {
			f.shareable = f.inKey || f.has(dShareable) || onExt && f.fromExtension || onBase && !f.fromExtension
		}
	}
}

func (s *schema) gatherOverrides() {
	for _, t := range s.types {
		for _, f := range t.fields {
			if a := f.first(dOverride); a != nil {
				f.override = &overrideDef{from: a.str("from"), label: a.str("label"), app: a}
			}
		}
	}
}
