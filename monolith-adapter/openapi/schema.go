package openapi

import (
	"cmp"
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
