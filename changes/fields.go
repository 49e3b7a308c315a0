package changes

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// fields compares the fields of an object type or interface.
func (c *comparison) fields(was, is *ast.Definition) {
	for _, f := range was.Fields {
		if builtInField(f) {
			continue
		}
		at := was.Name + "." + f.Name
		now := is.Fields.ForName(f.Name)
		if now == nil {
			c.add(Breaking, "FIELD_REMOVED", at, "The field is gone.")
			continue
		}
		c.arguments(at, f.Arguments, now.Arguments)
		switch {
		case f.Type.String() == now.Type.String():
		case safeOutput(f.Type, now.Type):
			c.add(Safe, "FIELD_CHANGED_KIND_SAFE", at, "It was "+f.Type.String()+" and is "+now.Type.String()+", which promises more.")
		default:
			c.add(Breaking, "FIELD_CHANGED_KIND", at, "It was "+f.Type.String()+" and is "+now.Type.String()+".")
		}
		c.described(at, f.Description, now.Description)
		c.deprecated(at, f.Directives, now.Directives)
	}
	for _, f := range is.Fields {
		if was.Fields.ForName(f.Name) == nil {
			c.add(Safe, "FIELD_ADDED", was.Name+"."+f.Name, "The field is new.")
		}
	}
}

// builtInField: introspection's fields stand among those of the query root.
func builtInField(f *ast.FieldDefinition) bool { return len(f.Name) > 1 && f.Name[:2] == "__" }

// arguments compares the arguments of a field.
func (c *comparison) arguments(field string, was, is ast.ArgumentDefinitionList) {
	for _, a := range was {
		at := field + "(" + a.Name + ":)"
		now := is.ForName(a.Name)
		if now == nil {
			c.add(Breaking, "ARG_REMOVED", at, "The argument is gone.")
			continue
		}
		switch {
		case a.Type.String() == now.Type.String():
			c.defaults(at, a.DefaultValue, now.DefaultValue)
		case safeInput(a.Type, now.Type):
			c.add(Safe, "ARG_CHANGED_KIND_SAFE", at, "It was "+a.Type.String()+" and is "+now.Type.String()+", which takes more.")
			c.defaults(at, a.DefaultValue, now.DefaultValue)
		default:
			c.add(Breaking, "ARG_CHANGED_KIND", at, "It was "+a.Type.String()+" and is "+now.Type.String()+".")
		}
		c.described(at, a.Description, now.Description)
		c.deprecated(at, a.Directives, now.Directives)
	}
	for _, a := range is {
		at := field + "(" + a.Name + ":)"
		switch {
		case was.ForName(a.Name) != nil:
		case required(a.Type, a.DefaultValue):
			c.add(Breaking, "REQUIRED_ARG_ADDED", at, "The argument is new, and must be given.")
		default:
			c.add(Dangerous, "OPTIONAL_ARG_ADDED", at, "The argument is new.")
		}
	}
}

// defaults compares what is taken where an argument is not given. One that is new is as dangerous as graphql-js
// takes it for: not at all.
func (c *comparison) defaults(at string, was, is *ast.Value) {
	switch {
	case was == nil && is != nil:
		c.add(Safe, "ARG_DEFAULT_VALUE_ADDED", at, "It has a default value now: "+is.String()+".")
	case was == nil:
	case is == nil:
		c.add(Dangerous, "ARG_DEFAULT_VALUE_CHANGE", at, "Its default value "+was.String()+" is gone.")
	case canonical(was) != canonical(is):
		c.add(Dangerous, "ARG_DEFAULT_VALUE_CHANGE", at, "Its default value was "+was.String()+" and is "+is.String()+".")
	}
}

// inputs compares the fields of an input type.
func (c *comparison) inputs(was, is *ast.Definition) {
	for _, f := range was.Fields {
		at := was.Name + "." + f.Name
		now := is.Fields.ForName(f.Name)
		if now == nil {
			c.add(Breaking, "FIELD_REMOVED", at, "The field is gone.")
			continue
		}
		switch {
		case f.Type.String() == now.Type.String():
		case safeInput(f.Type, now.Type):
			c.add(Safe, "FIELD_CHANGED_KIND_SAFE", at, "It was "+f.Type.String()+" and is "+now.Type.String()+", which takes more.")
		default:
			c.add(Breaking, "FIELD_CHANGED_KIND", at, "It was "+f.Type.String()+" and is "+now.Type.String()+".")
		}
		c.described(at, f.Description, now.Description)
		c.deprecated(at, f.Directives, now.Directives)
	}
	for _, f := range is.Fields {
		at := was.Name + "." + f.Name
		switch {
		case was.Fields.ForName(f.Name) != nil:
		case required(f.Type, f.DefaultValue):
			c.add(Breaking, "REQUIRED_INPUT_FIELD_ADDED", at, "The field is new, and must be given.")
		default:
			c.add(Dangerous, "OPTIONAL_INPUT_FIELD_ADDED", at, "The field is new.")
		}
	}
}

func required(t *ast.Type, value *ast.Value) bool { return t.NonNull && value == nil }

// safeOutput reports whether every value of the new type is one of the old.
func safeOutput(was, is *ast.Type) bool {
	if was.NonNull && !is.NonNull {
		return false
	}
	if was.Elem != nil || is.Elem != nil {
		return was.Elem != nil && is.Elem != nil && safeOutput(was.Elem, is.Elem)
	}
	return was.NamedType == is.NamedType
}

// safeInput reports whether every value of the old type is one of the new.
func safeInput(was, is *ast.Type) bool {
	if is.NonNull && !was.NonNull {
		return false
	}
	if was.Elem != nil || is.Elem != nil {
		return was.Elem != nil && is.Elem != nil && safeInput(was.Elem, is.Elem)
	}
	return was.NamedType == is.NamedType
}

// canonical is a value with the fields of objects in order, which makes no difference.
func canonical(v *ast.Value) string {
	out := v.Raw + "{"
	parts := make([]string, len(v.Children))
	for i, child := range v.Children {
		parts[i] = child.Name + ":" + canonical(child.Value)
	}
	if v.Kind == ast.ObjectValue {
		slices.Sort(parts)
	}
	for _, p := range parts {
		out += p + ","
	}
	return out + "}"
}
