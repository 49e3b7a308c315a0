package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkDefinitions compares a subgraph's own definitions of federation directives with the specification.
func (s *schema) checkDefinitions() Errors {
	var errs Errors
	for _, d := range s.directives {
		sp := s.names.kinds[d.name]
		if sp == nil || sp.kind == dCustom || sp.locations == "" {
			continue
		}
		errs = append(errs, s.checkDefinition(d, s.specDefinition(sp), sp)...)
	}
	for _, t := range specTypes {
		if def := s.byName[s.names.types[t.name]]; def != nil && def.kind != ast.Scalar {
			errs = append(errs, s.errorAt(TypeDefInvalid, def.pos, "Invalid definition for type %s: %s should be a ScalarType but is defined as a %s", t.name, t.name, kindName(def.kind)))
		}
	}
	return errs
}

func (s *schema) checkDefinition(d *directiveDef, want *ast.DirectiveDefinition, sp *spec) Errors {
	var errs Errors
	bad := func(format string, args ...any) {
		errs = append(errs, s.errorAt(DirectiveDefInvalid, d.pos, "Invalid definition for directive \"@%s\": "+format, append([]any{d.name}, args...)...))
	}
	for i, a := range want.Arguments {
		have := d.def.Arguments.ForName(a.Name)
		if have == nil {
			if a.Type.NonNull && a.DefaultValue == nil && !sp.args[i].optional {
				bad("missing required argument %q", a.Name)
			}
			continue
		}
		ht := have.Type
		if ht.NonNull && !a.Type.NonNull {
			ht = &ast.Type{NamedType: ht.NamedType, Elem: ht.Elem}
		}
		if !sameType(ht, a.Type) && !s.looseArg(sp, a, ht) {
			bad("argument %q should have type %q but found type %q", a.Name, a.Type, have.Type)
		} else if !sameDefault(a.DefaultValue, have.DefaultValue) {
			bad("argument %q should have default value %s but found default value %s", a.Name, printValue(a.DefaultValue), printValue(have.DefaultValue))
		}
	}
	for _, have := range d.def.Arguments {
		if want.Arguments.ForName(have.Name) == nil {
			bad("unknown/unsupported argument %q", have.Name)
		}
	}
	if d.def.IsRepeatable && !want.IsRepeatable {
		bad("\"@%s\" should not be repeatable", d.name)
	}
	var extra []string
	for _, l := range d.def.Locations {
		if !slices.Contains(want.Locations, l) {
			extra = append(extra, string(l))
		}
	}
	if len(extra) > 0 {
		bad("\"@%s\" should have locations %s, but found (non-subset) %s", d.name, joinLocations(want.Locations), strings.Join(extra, ", "))
	}
	return errs
}

// looseArg accepts what the libraries of Federation 1 printed for arguments that are sets of fields.
func (s *schema) looseArg(sp *spec, want *ast.ArgumentDefinition, have *ast.Type) bool {
	switch sp.kind {
	case dKey, dRequires, dProvides:
		if want.Name != "fields" {
			return false
		}
		n := have.Name()
		if def := s.byName[n]; s.fed2 && n == "FieldSet" && def != nil && def.kind != ast.Scalar {
			return true // told where sets of fields do not fit such a type
		}
		return n == "String" || n == "_FieldSet" || n == s.names.types["FieldSet"]
	case dTag, dDeprecated, dSpecifiedBy, dLink:
		return sp.kind != dTag
	}
	return false
}

func sameDefault(a, b *ast.Value) bool {
	none := func(v *ast.Value) bool { return v == nil || v.Kind == ast.NullValue }
	return none(a) && none(b) || sameValue(a, b)
}

func joinLocations(ls []ast.DirectiveLocation) string {
	out := make([]string, len(ls))
	for i, l := range ls {
		out[i] = string(l)
	}
	return strings.Join(out, ", ")
}
