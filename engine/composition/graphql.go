package composition

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Base GraphQL: the rules of the type system that hold for any schema, federated or not.

func itoa(n int) string { return strconv.Itoa(n) }

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// kindName is the name of a kind in messages.
func kindName(k ast.DefinitionKind) string {
	switch k {
	case ast.Scalar:
		return "Scalar Type"
	case ast.Object:
		return "Object Type"
	case ast.Interface:
		return "Interface Type"
	case ast.Union:
		return "Union Type"
	case ast.Enum:
		return "Enum Type"
	default:
		return "InputObject Type"
	}
}

var scalars = map[string]bool{"Int": true, "Float": true, "String": true, "Boolean": true, "ID": true}

// kindOf is the kind of a type by name; "" for a type that the schema does not have.
func (s *schema) kindOf(name string) ast.DefinitionKind {
	if t := s.byName[name]; t != nil {
		return t.kind
	}
	if scalars[name] {
		return ast.Scalar
	}
	return s.declared[name]
}

// checkKnown finds references to types that are not there.
func (s *schema) checkKnown() Errors {
	var errs Errors
	known := func(name string, pos *ast.Position) {
		// A query type that the subgraph does not write is added for _entities and _service; its own fields cannot mean it.
		if t := s.byName[name]; s.kindOf(name) == "" || t != nil && t == s.roots[0] && t.pos == nil {
			errs = append(errs, s.errorAt(InvalidGraphQL, pos, "Unknown type %s", name))
		}
	}
	for _, d := range s.directives {
		for _, a := range d.def.Arguments {
			known(a.Type.Name(), a.Position)
		}
	}
	if s.fed2 { // libraries of Federation 1 print such fields without their types
		for _, f := range s.dropped {
			known(f.typ.Name(), f.pos)
		}
	}
	for _, t := range s.types {
		for _, name := range slices.Concat(t.interfaces, t.members) {
			known(name, t.pos)
		}
		for _, f := range t.fields {
			known(f.typ.Name(), f.pos)
			for _, a := range f.args {
				known(a.typ.Name(), a.pos)
			}
		}
		for _, in := range t.inputs {
			known(in.typ.Name(), in.pos)
		}
	}
	return errs
}

// checkGraphQL gathers what is wrong before any federation rule is looked at.
func (s *schema) checkGraphQL() Errors {
	var errs Errors
	for _, d := range s.directives {
		for _, a := range d.def.Arguments {
			errs = append(errs, s.checkRef(a.Type, a.Position, true, "@"+d.name+"("+a.Name+":)")...)
		}
	}
	errs = append(errs, s.checkApplied(s.applied, ast.LocationSchema, "schema")...)
	errs = append(errs, s.checkApplied(s.skipped, ast.LocationScalar, "scalar")...)
	for _, p := range s.within {
		errs = append(errs, s.checkApplied(p.applied, p.at, p.coord)...)
	}
	for _, t := range s.types {
		errs = append(errs, s.checkShape(t)...)
		errs = append(errs, s.checkApplied(t.applied, locationOf(t.kind), t.name)...)
		for _, f := range t.fields {
			errs = append(errs, s.checkField(f)...)
		}
		for _, in := range t.inputs {
			errs = append(errs, s.checkInput(in, t.name+"."+in.name, ast.LocationInputFieldDefinition)...)
		}
		for _, val := range t.values {
			errs = append(errs, s.checkApplied(val.applied, ast.LocationEnumValue, t.name+"."+val.name)...)
		}
	}
	for _, t := range s.types {
		errs = append(errs, s.checkImplements(t)...)
	}
	return append(errs, s.checkInputCycles()...)
}

// checkShape is about what a type holds: something, and each thing once.
func (s *schema) checkShape(t *typeDef) Errors {
	var errs Errors
	bad := func(pos *ast.Position, format string, args ...any) {
		errs = append(errs, s.errorAt(InvalidGraphQL, pos, format, args...))
	}
	if strings.HasPrefix(t.name, "__") {
		bad(t.pos, "Name %q must not begin with \"__\", which is reserved by GraphQL introspection.", t.name)
	}
	switch t.kind {
	case ast.Object, ast.Interface:
		if len(t.fields) == 0 && t != s.roots[0] {
			bad(t.pos, "Type %s must define one or more fields.", t.name)
		}
	case ast.InputObject:
		if len(t.inputs) == 0 {
			bad(t.pos, "Input Object type %s must define one or more fields.", t.name)
		}
	case ast.Enum:
		if len(t.values) == 0 {
			bad(t.pos, "Enum type %s must define one or more values.", t.name)
		}
	case ast.Union:
		errs = append(errs, s.checkMembers(t)...)
	}
	return errs
}

func (s *schema) checkMembers(t *typeDef) Errors {
	var errs Errors
	if len(t.members) == 0 {
		errs = append(errs, s.errorAt(InvalidGraphQL, t.pos, "Union type %s must define one or more member types.", t.name))
	}
	for i, m := range t.members {
		switch k := s.kindOf(m); {
		case k != ast.Object:
			errs = append(errs, s.errorAt(InvalidGraphQL, t.pos, "Cannot add non-object type %s (of type %s) as member of union type %s", m, kindName(k), t.name))
		case slices.Contains(t.members[:i], m):
			errs = append(errs, s.errorAt(InvalidGraphQL, t.pos, "Union type %q can only include type %q once.", t.name, m))
		}
	}
	return errs
}

func (s *schema) checkField(f *fieldDef) Errors {
	var errs Errors
	if strings.HasPrefix(f.name, "__") {
		errs = append(errs, s.errorAt(InvalidGraphQL, f.pos, "Name %q must not begin with \"__\", which is reserved by GraphQL introspection.", f.name))
	}
	errs = append(errs, s.checkRef(f.typ, f.pos, false, f.coord())...)
	errs = append(errs, s.checkApplied(f.applied, ast.LocationFieldDefinition, f.coord())...)
	for _, a := range f.args {
		coord := f.coord() + "(" + a.name + ":)"
		errs = append(errs, s.checkInput(a, coord, ast.LocationArgumentDefinition)...)
	}
	return errs
}

func (s *schema) checkInput(in *inputDef, coord string, at ast.DirectiveLocation) Errors {
	errs := s.checkRef(in.typ, in.pos, true, coord)
	errs = append(errs, s.checkApplied(in.applied, at, coord)...)
	if in.typ.NonNull && in.def == nil && in.has(dDeprecated) {
		what := "input field"
		if at == ast.LocationArgumentDefinition {
			what = "argument"
		}
		errs = append(errs, s.errorAt(InvalidGraphQL, in.pos, "Required %s %s cannot be deprecated.", what, coord))
	}
	if len(errs) == 0 && in.def != nil && !s.fits(in.def, in.typ, 0) {
		what := "input field"
		if at == ast.LocationArgumentDefinition {
			what = "argument"
		}
		errs = append(errs, s.errorAt(InvalidGraphQL, in.pos, "Invalid default value (got: %s) provided for %s %s of type %s.", printValue(in.def), what, coord, in.typ))
	}
	return errs
}

// checkRef is about a reference to a type: it exists, and can stand where it stands.
func (s *schema) checkRef(t *ast.Type, pos *ast.Position, input bool, coord string) Errors {
	k := s.kindOf(t.Name())
	isInput := k == ast.Scalar || k == ast.Enum || k == ast.InputObject
	switch {
	case input && !isInput:
		return Errors{s.errorAt(InvalidGraphQL, pos, "The type of %q must be Input Type but got %q, a %s.", coord, t, kindName(k))}
	case !input && k == ast.InputObject:
		return Errors{s.errorAt(InvalidGraphQL, pos, "The type of %q must be Output Type but got %q, a %s.", coord, t, kindName(k))}
	}
	return nil
}

// fits reports whether a literal can be coerced to the type.
func (s *schema) fits(val *ast.Value, t *ast.Type, depth int) bool {
	if depth > 100 {
		return false
	}
	if val.Kind == ast.NullValue {
		return !t.NonNull
	}
	if t.Elem != nil {
		if val.Kind != ast.ListValue {
			return s.fits(val, t.Elem, depth+1)
		}
		for _, c := range val.Children {
			if !s.fits(c.Value, t.Elem, depth+1) {
				return false
			}
		}
		return true
	}
	isString := val.Kind == ast.StringValue || val.Kind == ast.BlockValue
	switch t.NamedType {
	case "Int":
		_, err := strconv.ParseInt(val.Raw, 10, 32)
		return val.Kind == ast.IntValue && err == nil
	case "Float":
		return val.Kind == ast.IntValue || val.Kind == ast.FloatValue
	case "String":
		return isString || val.Kind == ast.EnumValue // written without quotes by services in the wild
	case "Boolean":
		return val.Kind == ast.BooleanValue
	case "ID":
		return isString || val.Kind == ast.IntValue || val.Kind == ast.EnumValue
	}
	def := s.byName[t.NamedType]
	switch {
	case def == nil || def.kind == ast.Scalar:
		return true
	case def.kind == ast.Enum:
		// A string is taken for the value of that name, as services in the wild write it.
		return (val.Kind == ast.EnumValue || isString) && def.value(val.Raw) != nil
	default:
		return val.Kind == ast.ObjectValue && s.fitsObject(val, def, depth)
	}
}

func (s *schema) fitsObject(val *ast.Value, def *typeDef, depth int) bool {
	for _, c := range val.Children {
		in := def.input(c.Name)
		if in == nil || !s.fits(c.Value, in.typ, depth+1) {
			return false
		}
	}
	return true
}

// checkInputCycles finds inputs that need themselves through non-null fields.
func (s *schema) checkInputCycles() Errors {
	var errs Errors
	const visiting, done = 1, 2
	state := map[string]int{}
	var visit func(t *typeDef, path []string)
	visit = func(t *typeDef, path []string) {
		state[t.name] = visiting
		for _, in := range t.inputs {
			next := s.byName[in.typ.NamedType]
			if !in.typ.NonNull || next == nil || next.kind != ast.InputObject {
				continue
			}
			p := append(slices.Clone(path), in.name)
			switch state[next.name] {
			case visiting:
				errs = append(errs, s.errorAt(InvalidGraphQL, in.pos, "Cannot reference Input Object %q within itself through a series of non-null fields: %q.", next.name, strings.Join(p, ".")))
			case 0:
				visit(next, p)
			}
		}
		state[t.name] = done
	}
	for _, t := range s.types {
		if t.kind == ast.InputObject && state[t.name] == 0 {
			visit(t, nil)
		}
	}
	return errs
}
