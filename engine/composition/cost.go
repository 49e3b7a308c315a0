package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkCosts is about @cost and @listSize: the size of a list is bounded only where there is a list.
func (s *schema) checkCosts() Errors {
	var errs Errors
	for _, t := range s.types {
		for _, f := range t.fields {
			if a := f.first(dCost); a != nil && t.kind == ast.Interface {
				errs = append(errs, s.errorAt(CostOnInterfaceField, a.pos, "@cost cannot be applied to interface %q", f.coord()))
			}
			if a := f.first(dListSize); a != nil {
				errs = append(errs, s.checkListSize(f, a)...)
			}
		}
	}
	return errs
}

func isList(t *ast.Type) bool { return t.Elem != nil }

func (s *schema) checkListSize(f *fieldDef, a *applied) Errors {
	var errs Errors
	bad := func(code Code, format string, args ...any) {
		errs = append(errs, s.errorAt(code, a.pos, format, args...))
	}
	sized := a.arg("sizedFields")
	hasSized := sized != nil && sized.Kind != ast.NullValue
	if !hasSized && !isList(f.typ) {
		bad(ListSizeOnNonList, "%q is not a list", f.coord())
	}
	if size := a.arg("assumedSize"); size != nil && strings.HasPrefix(size.Raw, "-") {
		bad(ListSizeInvalidAssumedSize, "Assumed size of %q cannot be negative", f.coord())
	}
	for _, name := range stringsOf(a.arg("slicingArguments")) {
		switch arg := f.arg(name); {
		case arg == nil:
			bad(ListSizeInvalidSlicing, "Slicing argument %q is not an argument of %q", name, f.coord())
		case arg.typ.NamedType != "Int":
			bad(ListSizeInvalidSlicing, "Slicing argument \"%s(%s:)\" must be Int or Int!", f.coord(), name)
		}
	}
	if hasSized {
		errs = append(errs, s.checkSizedFields(f, a, stringsOf(sized))...)
	}
	return errs
}

func (s *schema) checkSizedFields(f *fieldDef, a *applied, names []string) Errors {
	target := s.byName[f.typ.NamedType]
	if isList(f.typ) || target == nil || !target.composite() {
		return Errors{s.errorAt(ListSizeInvalidSizedField, a.pos, "Sized fields cannot be used because %q is not a composite type", f.typ)}
	}
	var errs Errors
	for _, name := range names {
		switch of := target.field(name); {
		case of == nil:
			errs = append(errs, s.errorAt(ListSizeInvalidSizedField, a.pos, "Sized field %q is not a field on type %q", name, target.name))
		case !isList(of.typ):
			errs = append(errs, s.errorAt(ListSizeOnNonList, a.pos, "Sized field %q is not a list", of.coord()))
		}
	}
	return slices.Clip(errs)
}
