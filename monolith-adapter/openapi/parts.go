package openapi

import (
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

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
