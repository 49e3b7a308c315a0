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
		c.retyped("FIELD_CHANGED_KIND", at, f.Type, now.Type, narrows(f.Type, now.Type), "promises more")
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
		if c.retyped("ARG_CHANGED_KIND", at, a.Type, now.Type, narrows(now.Type, a.Type), "takes more") {
			c.defaults(at, a.DefaultValue, now.DefaultValue)
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
		c.retyped("FIELD_CHANGED_KIND", at, f.Type, now.Type, narrows(now.Type, f.Type), "takes more")
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

// retyped compares a type, and reports whether those who were written for the old one can live with the new.
func (c *comparison) retyped(code, at string, was, is *ast.Type, safe bool, how string) bool {
	text := "It was " + was.String() + " and is " + is.String()
	switch {
	case was.String() == is.String():
	case safe:
		c.add(Safe, code+"_SAFE", at, text+", which "+how+".")
	default:
		c.add(Breaking, code, at, text+".")
		return false
	}
	return true
}

// narrows reports whether every value of the narrow type is one of the wide: what is safe to answer instead of it, or
// to take in its place.
func narrows(wide, narrow *ast.Type) bool {
	if wide.NonNull && !narrow.NonNull {
		return false
	}
	if wide.Elem != nil || narrow.Elem != nil {
		return wide.Elem != nil && narrow.Elem != nil && narrows(wide.Elem, narrow.Elem)
	}
	return wide.NamedType == narrow.NamedType
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
