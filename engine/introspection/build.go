package introspection

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// builder turns an ast.Schema into a Schema.
type builder struct {
	api *ast.Schema
	out *Schema
	// elements counts types, fields, arguments and values.
	elements int
}

func (b *builder) build() *Schema {
	s := b.out
	s.description = described(b.api.Description)
	directives := b.directivesInOrder()
	definitions := b.typesInOrder(directives)
	for _, def := range definitions {
		t := &typ{
			text: def.Name, kind: quote(string(def.Kind)), name: quote(def.Name), description: described(def.Description),
			specified: null, oneOf: null,
		}
		s.types = append(s.types, t)
		s.byName[def.Name] = t
	}
	for i, def := range definitions {
		b.fill(s.types[i], def)
	}
	for _, d := range directives {
		s.directives = append(s.directives, b.directive(d))
	}
	s.query, s.mutation, s.subscription = b.rootType(b.api.Query), b.rootType(b.api.Mutation), b.rootType(b.api.Subscription)
	s.limit = baseLimit + elementLimit*b.elements
	return s
}

func (b *builder) rootType(def *ast.Definition) *typ {
	if def == nil {
		return nil
	}
	return b.out.byName[def.Name]
}

// fill adds to a type what refers to others.
func (b *builder) fill(t *typ, def *ast.Definition) {
	b.elements++
	switch def.Kind {
	case ast.Scalar:
		t.specified = argument(def.Directives.ForName("specifiedBy"), "url", null)
	case ast.Object:
		t.fields, t.interfaces = b.fields(def.Fields), b.named(def.Interfaces)
	case ast.Interface:
		t.fields, t.interfaces, t.possible = b.fields(def.Fields), b.named(def.Interfaces), b.possible(def)
	case ast.Union:
		t.possible = b.named(def.Types)
	case ast.Enum:
		t.values = b.values(def.EnumValues)
	case ast.InputObject:
		t.inputs = b.inputFields(def.Fields)
		t.oneOf = "false"
		if def.Directives.ForName("oneOf") != nil {
			t.oneOf = "true"
		}
	}
}

func (b *builder) fields(list ast.FieldList) []*fieldDef {
	out := make([]*fieldDef, 0, len(list))
	for _, f := range list {
		if strings.HasPrefix(f.Name, "__") {
			continue // on the query type, and not for clients to see
		}
		out = append(out, &fieldDef{
			name: quote(f.Name), description: described(f.Description), args: b.arguments(f.Arguments),
			typ: b.typeOf(f.Type), deprecation: deprecationOf(f.Directives),
		})
	}
	b.elements += len(out)
	return out
}

func (b *builder) arguments(list ast.ArgumentDefinitionList) []*inputValue {
	out := make([]*inputValue, 0, len(list))
	for _, a := range list {
		out = append(out, b.input(a.Name, a.Description, a.Type, a.DefaultValue, a.Directives))
	}
	return out
}

func (b *builder) inputFields(list ast.FieldList) []*inputValue {
	out := make([]*inputValue, 0, len(list))
	for _, f := range list {
		out = append(out, b.input(f.Name, f.Description, f.Type, f.DefaultValue, f.Directives))
	}
	return out
}

func (b *builder) input(name, description string, t *ast.Type, value *ast.Value, directives ast.DirectiveList) *inputValue {
	b.elements++
	out := &inputValue{
		name: quote(name), description: described(description), fallback: null, typ: b.typeOf(t),
		deprecation: deprecationOf(directives),
	}
	if value != nil {
		out.fallback = quote((&defaults{api: b.api}).text(value, t))
	}
	return out
}

func (b *builder) values(list ast.EnumValueList) []*enumValue {
	out := make([]*enumValue, 0, len(list))
	for _, v := range list {
		out = append(out, &enumValue{name: quote(v.Name), description: described(v.Description), deprecation: deprecationOf(v.Directives)})
	}
	b.elements += len(out)
	return out
}

func (b *builder) directive(d *ast.DirectiveDefinition) *directive {
	locations := make([]string, 0, len(d.Locations))
	for _, l := range d.Locations {
		locations = append(locations, string(quote(string(l))))
	}
	return &directive{
		name: quote(d.Name), description: described(d.Description), repeatable: d.IsRepeatable,
		locations: json("[" + strings.Join(locations, ",") + "]"), args: b.arguments(d.Arguments),
	}
}

// named is the types with the names; a name without a type is left out.
func (b *builder) named(names []string) []*typ {
	out := make([]*typ, 0, len(names))
	for _, n := range names {
		if t := b.out.byName[n]; t != nil {
			out = append(out, t)
		}
	}
	return out
}

// possible is the object types that implement the interface.
func (b *builder) possible(def *ast.Definition) []*typ {
	objects := map[string]bool{}
	for _, t := range b.api.PossibleTypes[def.Name] {
		if t != nil && t.Kind == ast.Object {
			objects[t.Name] = true
		}
	}
	out := make([]*typ, 0, len(objects))
	for _, t := range b.out.types {
		if objects[t.text] {
			out = append(out, t)
		}
	}
	return out
}

// typeOf is the type as it is written at a field; the same for all that write it alike.
func (b *builder) typeOf(t *ast.Type) *typ {
	text := t.String()
	if t.NamedType != "" && !t.NonNull {
		return b.out.byName[text]
	}
	if out := b.out.wrapped[text]; out != nil {
		return out
	}
	out := &typ{text: text, kind: `"LIST"`, name: null, description: null, specified: null, oneOf: null}
	inner := *t
	if t.NonNull {
		out.kind, inner.NonNull = `"NON_NULL"`, false
		out.ofType = b.typeOf(&inner)
	} else {
		out.ofType = b.typeOf(t.Elem)
	}
	b.out.wrapped[text] = out
	return out
}

func deprecationOf(list ast.DirectiveList) deprecation {
	d := list.ForName("deprecated")
	if d == nil {
		return deprecation(null)
	}
	return deprecation(argument(d, "reason", `"No longer supported"`))
}

// argument is a string argument of an applied directive.
func argument(d *ast.Directive, name string, fallback json) json {
	if d == nil {
		return null
	}
	arg := d.Arguments.ForName(name)
	switch {
	case arg == nil || arg.Value == nil:
		return fallback
	case arg.Value.Kind == ast.NullValue:
		return null
	}
	return quote(arg.Value.Raw)
}

// byPosition orders what was written before what came later; what has no position goes last, by name.
func byPosition(a, b *ast.Position, nameA, nameB string) int {
	switch {
	case a == nil && b == nil:
		return cmp.Compare(nameA, nameB)
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Or(cmp.Compare(source(a), source(b)), cmp.Compare(a.Start, b.Start), cmp.Compare(nameA, nameB))
}

func source(p *ast.Position) string {
	if p.Src == nil {
		return ""
	}
	return p.Src.Name
}

func builtIn(p *ast.Position) bool { return p != nil && p.Src != nil && p.Src.BuiltIn }

// directivesInOrder is those of the schema, then those of the specification. What the parser's prelude has
// beyond them is not served, and so not shown.
func (b *builder) directivesInOrder() []*ast.DirectiveDefinition {
	var out []*ast.DirectiveDefinition
	for _, d := range b.api.Directives {
		if !builtIn(d.Position) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(x, y *ast.DirectiveDefinition) int { return byPosition(x.Position, y.Position, x.Name, y.Name) })
	for _, name := range []string{"include", "skip", "deprecated", "specifiedBy", "oneOf"} {
		if d := b.api.Directives[name]; d != nil && builtIn(d.Position) {
			out = append(out, d)
		}
	}
	return out
}
