package openapi

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape is what values of a schema look like, whatever it is put together of.
type shape struct {
	kind shapeKind
	// schema is what the shape comes from, which says whether two are the same type.
	schema      *openapi3.Schema
	place       string
	description string
	nullable    bool
	// scalar of the graph.
	scalar string
	values []string
	items  *openapi3.SchemaRef
	props  []*prop
	// reason says why nothing better than JSON is known; varied, that it is one of several things.
	reason string
	varied bool
}

type shapeKind uint8

const (
	anyShape shapeKind = iota
	scalarShape
	enumShape
	listShape
	objectShape
)

// prop is a property of an object.
type prop struct {
	name     string
	ref      *openapi3.SchemaRef
	required bool
	place    string
}

// maxNesting is how deep allOf, anyOf and oneOf may contain each other.
const maxNesting = 16

// shape sees through references, allOf, and alternatives of which one is null. Each schema is looked at once.
func (b *builder) shape(ref *openapi3.SchemaRef, place string, depth int) *shape {
	if ref == nil || ref.Value == nil {
		return &shape{place: place, reason: "has no schema"}
	}
	known, seen := b.shapes[ref.Value]
	switch {
	case !seen:
		b.shapes[ref.Value] = nil
		known = b.look(ref.Value, place, depth)
		b.shapes[ref.Value] = known
	case known == nil:
		return &shape{schema: ref.Value, place: place, reason: "is made of itself"}
	}
	own := *known
	return &own
}

func (b *builder) look(s *openapi3.Schema, place string, depth int) *shape {
	if name, named := b.components[s]; named {
		place = "#/components/schemas/" + escape(name)
	}
	out := &shape{schema: s, place: place, description: s.Description, nullable: nullable(s)}
	if depth > maxNesting {
		out.reason = "is nested too deep"
		return out
	}
	alternatives, null := withoutNull(slices.Concat(s.OneOf, s.AnyOf))
	out.nullable = out.nullable || null
	switch own := b.props(s, place); {
	case len(s.AllOf) > 0:
		return b.merged(out, own, depth)
	case len(own) > 0:
		if slices.ContainsFunc(alternatives, hasProperties) {
			b.warn(place, "the alternatives of oneOf or anyOf add properties, which are left out")
		}
		out.kind, out.props = objectShape, own
	case len(alternatives) == 1:
		inner := b.shape(alternatives[0], place, depth+1)
		inner.nullable = inner.nullable || out.nullable
		inner.description = cmp.Or(out.description, inner.description)
		return inner
	case len(alternatives) > 1:
		b.either(out, alternatives, depth)
	default:
		plain(out)
	}
	return out
}

// plain reads a schema that has neither properties nor parts.
func plain(out *shape) {
	s := out.schema
	types := s.Type.Slice()
	types = slices.DeleteFunc(slices.Clone(types), func(t string) bool { return t == "null" })
	values, ok := texts(s)
	switch {
	case ok && len(values) == 1:
		out.kind, out.scalar = scalarShape, "String"
	case ok:
		out.kind, out.values = enumShape, values
	case len(types) > 1:
		out.reason = "is of several types (" + strings.Join(types, ", ") + ")"
	case len(types) == 1 && types[0] == "array" || len(types) == 0 && s.Items != nil:
		out.kind, out.items = listShape, s.Items
	case s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has:
		out.reason = "is a map of whatever keys"
	case len(types) == 1 && types[0] == "object":
		out.reason = "has no properties that are known"
	case len(types) == 1:
		out.kind, out.scalar = scalarShape, scalarOf(types[0], s.Format)
	case s.Format != "" && scalarOf("string", s.Format) != "String":
		out.kind, out.scalar = scalarShape, scalarOf("string", s.Format)
	default:
		out.reason = "says nothing of its type"
	}
}

// texts are the values of an enum of texts; ok is false if it is none.
func texts(s *openapi3.Schema) (values []string, ok bool) {
	list := s.Enum
	if s.Const != nil {
		list = []any{s.Const}
	}
	for _, v := range list {
		switch v := v.(type) {
		case string:
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		case nil:
		default:
			return nil, false
		}
	}
	return values, len(values) > 0
}

func nullable(s *openapi3.Schema) bool {
	return s.Nullable || s.Extensions["x-nullable"] == true || slices.Contains(s.Type.Slice(), "null") || slices.Contains(s.Enum, nil)
}

// withoutNull takes the alternatives that are nothing but null out.
func withoutNull(list openapi3.SchemaRefs) (rest openapi3.SchemaRefs, null bool) {
	for _, ref := range list {
		switch {
		case ref == nil || ref.Value == nil:
		case onlyNull(ref.Value):
			null = true
		default:
			rest = append(rest, ref)
		}
	}
	return rest, null
}

func onlyNull(s *openapi3.Schema) bool {
	types := s.Type.Slice()
	return len(types) == 1 && types[0] == "null" || len(types) == 0 && len(s.Enum) == 1 && s.Enum[0] == nil
}

func hasProperties(ref *openapi3.SchemaRef) bool {
	return len(ref.Value.Properties) > 0 || len(ref.Value.AllOf) > 0
}

// props are the schema's own properties, in the order of the description, or by name where that is not known.
func (b *builder) props(s *openapi3.Schema, place string) []*prop {
	names := slices.Sorted(maps.Keys(s.Properties))
	if order, ok := s.Extensions[orderKey].([]any); ok {
		rank := make(map[string]int, len(order))
		for i, name := range order {
			if text, isText := name.(string); isText {
				rank[text] = i + 1
			}
		}
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(rank[a], rank[b]) })
	}
	out := make([]*prop, 0, len(names))
	for _, name := range names {
		out = append(out, &prop{name: name, ref: s.Properties[name], required: slices.Contains(s.Required, name), place: place + "/properties/" + escape(name)})
	}
	return out
}

// merged is allOf: all properties of all parts, however deep. Of two of one name the later counts.
func (b *builder) merged(out *shape, own []*prop, depth int) *shape {
	s := out.schema
	if len(s.AllOf) == 1 && len(own) == 0 {
		inner := b.shape(s.AllOf[0], out.place+"/allOf/0", depth+1)
		inner.nullable = inner.nullable || out.nullable
		if len(s.Required) == 0 || inner.kind != objectShape {
			return inner
		}
	}
	var other *shape
	for i, ref := range s.AllOf {
		part := b.shape(ref, fmt.Sprintf("%s/allOf/%d", out.place, i), depth+1)
		switch {
		case part.kind == objectShape:
			out.props = overlay(out.props, part.props)
		case part.kind != anyShape:
			other = part
		case part.varied:
			b.warn(part.place, "as a part of allOf it %s; what it adds is left out", part.reason)
		}
	}
	out.props = overlay(out.props, own)
	for i, p := range out.props {
		if slices.Contains(s.Required, p.name) && !p.required {
			required := *p
			required.required = true
			out.props[i] = &required
		}
	}
	switch {
	case len(out.props) > 0:
		out.kind = objectShape
	case other != nil:
		other.nullable = other.nullable || out.nullable
		return other
	default:
		out.reason = "has no properties that are known"
	}
	return out
}

func overlay(below, above []*prop) []*prop {
	out := slices.Clone(below)
	for _, p := range above {
		same := func(o *prop) bool { return o.name == p.name }
		if i := slices.IndexFunc(out, same); i >= 0 {
			required := *p
			required.required = p.required || out[i].required
			out[i] = &required
		} else {
			out = append(out, p)
		}
	}
	return out
}

// either is oneOf or anyOf of several: what they have in common if that is a scalar or an enum, else JSON.
func (b *builder) either(out *shape, alternatives openapi3.SchemaRefs, depth int) {
	var shapes []*shape
	for i, ref := range alternatives {
		a := b.shape(ref, fmt.Sprintf("%s/oneOf/%d", out.place, i), depth+1)
		out.nullable = out.nullable || a.nullable
		shapes = append(shapes, a)
	}
	all := func(kind shapeKind) bool {
		return !slices.ContainsFunc(shapes, func(a *shape) bool { return a.kind != kind })
	}
	switch {
	case all(enumShape):
		out.kind = enumShape
		for _, a := range shapes {
			for _, v := range a.values {
				if !slices.Contains(out.values, v) {
					out.values = append(out.values, v)
				}
			}
		}
	case all(objectShape):
		out.varied, out.reason = true, fmt.Sprintf("is one of %d kinds of objects", len(shapes))
	default:
		out.scalar = common(shapes)
		if out.kind = scalarShape; out.scalar == "" {
			out.varied = true
			out.kind, out.reason = anyShape, fmt.Sprintf("is one of %d things that have no type in common", len(shapes))
		}
	}
}

// common is the scalar that holds values of all the shapes, or "".
func common(shapes []*shape) string {
	found := ""
	for _, a := range shapes {
		scalar := a.scalar
		if a.kind == enumShape {
			scalar = "String"
		}
		numbers := func(x, y string) bool { return (x == "Int" || x == "BigInt") && y == "Float" }
		switch {
		case a.kind != scalarShape && a.kind != enumShape:
			return ""
		case found == "" || found == scalar || numbers(found, scalar):
			found = scalar
		case numbers(scalar, found):
		case isText(found) && isText(scalar):
			found = "String"
		default:
			return ""
		}
	}
	return found
}

// isText reports whether values of the scalar are strings in JSON.
func isText(scalar string) bool {
	return scalar == "String" || scalarNames[scalar] && scalar != "BigInt" && scalar != "JSON"
}
