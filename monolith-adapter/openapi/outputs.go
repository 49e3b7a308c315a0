package openapi

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxLists is how many lists may be within each other.
const maxLists = 4

// output is the type of values of a schema in answers. hint names it if the schema has no name.
func (b *builder) output(ref *openapi3.SchemaRef, hint, place string) *typ {
	s := b.shape(ref, place, 0)
	t := b.value(s, hint, b.output, b.object)
	if t.name == "" && t.enum == nil && t.list == nil && (t.object == nil || len(t.object.members) == 0 && t.object.name == "") {
		b.warnJSON(s)
		return &typ{name: b.scalar("JSON"), nonNull: t.nonNull}
	}
	return t
}

// value is the type of a shape's values; it says nothing where they can only be JSON. of is the type of what is in a
// list, and object that of an object: those differ between requests and answers.
func (b *builder) value(s *shape, hint string, of func(ref *openapi3.SchemaRef, hint, place string) *typ, object func(*shape, string) *object) *typ {
	t := &typ{nonNull: !s.nullable}
	switch s.kind {
	case scalarShape:
		t.name = b.scalar(s.scalar)
	case enumShape:
		t.enum = b.enum(s, hint)
	case listShape:
		if b.nesting++; b.nesting <= maxLists {
			t.list = of(s.items, singularLast(hint), s.place+"/items")
		} else {
			s.reason = "is a list within more lists than can be read"
		}
		b.nesting--
	case objectShape:
		t.object = object(s, hint)
	}
	return t
}

// warnJSON says why a value is JSON, unless it has been said what is wrong with its schema.
func (b *builder) warnJSON(s *shape) {
	if s.schema != nil && s.schema.Extensions[toldKey] != nil {
		return
	}
	b.warn(s.place, "%s; it is JSON", reasonOf(s))
}

func reasonOf(s *shape) string {
	if s.reason == "" {
		return "the object has no properties that can be read"
	}
	return "the value " + s.reason
}

func (b *builder) scalar(name string) string {
	if scalarNames[name] {
		b.scalars[name] = true
	}
	return name
}

// object is the output type of a shape; nil if it has nothing to read.
func (b *builder) object(s *shape, hint string) *object {
	if o := b.outputs[s.schema]; o != nil {
		return o
	}
	if !slices.ContainsFunc(s.props, func(p *prop) bool { return !writeOnly(p.ref) }) {
		return nil
	}
	name := hint
	if component := b.components[s.schema]; component != "" {
		name = typeName(component)
	}
	defer func(n int) { b.nesting = n }(b.nesting)
	b.nesting = 0
	o := &object{name: b.unique(name), given: name, description: s.description, place: s.place}
	b.outputs[s.schema] = o
	b.objects = append(b.objects, o)
	for _, p := range s.props {
		if writeOnly(p.ref) {
			continue
		}
		m := b.member(o, p)
		m.typ = b.output(p.ref, o.name+typeName(m.name), p.place)
		m.typ = identified(m.name, m.typ)
		m.optional = !p.required || !m.typ.nonNull
		if !p.required {
			m.typ = &typ{name: m.typ.name, object: m.typ.object, enum: m.typ.enum, list: m.typ.list}
		}
		o.members = append(o.members, m)
	}
	return o
}

func writeOnly(ref *openapi3.SchemaRef) bool {
	return ref != nil && ref.Value != nil && ref.Value.WriteOnly
}

// member is a field of an object, named.
func (b *builder) member(o *object, p *prop) *member {
	name := memberName(p.name)
	if name == "" {
		name = "value"
	}
	if to := b.rename(o.name+"."+name, o.given+"."+name); to != "" {
		name = to
	}
	m := &member{name: name, property: p.name, place: p.place}
	for n := '2'; o.member(m.name) != nil; n++ {
		if m.name = name + string(n); n == '2' {
			b.warn(p.place, "two properties would be called %s; this one is %s", name, m.name)
		}
	}
	if p.ref != nil && p.ref.Value != nil {
		m.description, m.deprecated = p.ref.Value.Description, p.ref.Value.Deprecated
	}
	return m
}

// identified makes an ID of what is one by its name.
func identified(name string, t *typ) *typ {
	leaf := t.leaf()
	if leaf.object != nil || leaf.enum != nil || !slices.Contains([]string{"String", "Int", "BigInt", "UUID"}, leaf.name) {
		return t
	}
	one := name == "id" || strings.HasSuffix(name, "Id")
	many := name == "ids" || strings.HasSuffix(name, "Ids")
	if one && t.list == nil || many && t.list != nil {
		return withName(t, "ID")
	}
	return t
}

// withName is the reference with another scalar in the same lists.
func withName(t *typ, name string) *typ {
	if t.list != nil {
		return &typ{list: withName(t.list, name), nonNull: t.nonNull}
	}
	return &typ{name: name, nonNull: t.nonNull}
}

// singularLast is a name with its last word in the singular.
func singularLast(name string) string {
	list := words(name)
	if len(list) == 0 {
		return name
	}
	last := list[len(list)-1]
	if one := singular(last); one != last {
		return strings.TrimSuffix(name, last) + one
	}
	return name + "Item"
}

// enum is the enum type of a shape: the same for the same values under the same name, or without a name.
func (b *builder) enum(s *shape, hint string) *enum {
	component := b.components[s.schema]
	name := hint
	if component != "" {
		name = typeName(component)
	}
	values, mapped := enumValues(s.values)
	for _, e := range b.enums {
		if slices.Equal(e.values, values) && (e.name == name || component == "") {
			return e
		}
	}
	e := &enum{name: b.unique(name), description: s.description, values: values, mapped: mapped}
	for i, v := range e.values {
		if to := b.rename(e.name + "." + v.name); to != "" {
			e.values[i].name, e.mapped = to, true
		}
	}
	b.enums = append(b.enums, e)
	return e
}

// enumValues names values. If one is no name, all get names in capitals, which are mapped.
func enumValues(list []string) (values []enumValue, mapped bool) {
	bad := func(v string) bool {
		return !graphQLName.MatchString(v) || strings.HasPrefix(v, "__") || v == "true" || v == "false" || v == "null"
	}
	mapped = slices.ContainsFunc(list, bad)
	taken := map[string]bool{}
	for _, v := range list {
		name := v
		if mapped {
			name = enumName(v)
		}
		base := name
		for n := '2'; taken[name]; n++ {
			name = base + "_" + string(n)
		}
		taken[name] = true
		values = append(values, enumValue{name, v})
	}
	return values, mapped
}
