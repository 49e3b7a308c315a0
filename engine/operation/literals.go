package operation

import (
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// checkLiterals holds values that are written in the document against the types of their places. It visits
// each value once; the parser's rule evaluates a value again at each level, and knows no range of Int.
// https://spec.graphql.org/October2021/#sec-Values-of-Correct-Type
func checkLiterals(api *ast.Schema, doc *ast.QueryDocument) Errors {
	c := &literalCheck{api: api}
	for _, op := range doc.Operations {
		c.directives(op.Directives)
		for _, v := range op.VariableDefinitions {
			c.directives(v.Directives)
			if v.DefaultValue != nil {
				c.value(v.DefaultValue, v.Type)
			}
		}
		c.set(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		c.directives(f.Directives)
		c.set(f.SelectionSet)
	}
	return c.errs
}

type literalCheck struct {
	api  *ast.Schema
	errs Errors
}

func (c *literalCheck) set(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			c.directives(s.Directives)
			if s.Definition != nil {
				c.arguments(s.Arguments, s.Definition.Arguments)
			}
			c.set(s.SelectionSet)
		case *ast.InlineFragment:
			c.directives(s.Directives)
			c.set(s.SelectionSet)
		case *ast.FragmentSpread:
			c.directives(s.Directives)
		}
	}
}

func (c *literalCheck) directives(list ast.DirectiveList) {
	for _, d := range list {
		if d.Definition != nil {
			c.arguments(d.Arguments, d.Definition.Arguments)
		}
	}
}

func (c *literalCheck) arguments(list ast.ArgumentList, defined ast.ArgumentDefinitionList) {
	for _, arg := range list {
		if def := defined.ForName(arg.Name); def != nil {
			c.value(arg.Value, def.Type)
		}
	}
}

func (c *literalCheck) value(v *ast.Value, t *ast.Type) {
	switch {
	case v.Kind == ast.Variable:
		return // VariablesInAllowedPosition's
	case v.Kind == ast.NullValue:
		if t.NonNull {
			c.fail(v.Position, `Expected value of type "%s", found null.`, t)
		}
		return
	case t.Elem != nil && v.Kind == ast.ListValue:
		for _, child := range v.Children {
			c.value(child.Value, t.Elem)
		}
		return
	case t.Elem != nil:
		c.value(v, t.Elem)
		return
	}
	switch def := c.api.Types[t.NamedType]; {
	case def == nil:
	case def.Kind == ast.InputObject && v.Kind == ast.ObjectValue:
		c.object(v, def)
	case def.Kind == ast.InputObject:
		c.fail(v.Position, `Expected value of type "%s", found %s.`, t, brief(v))
	case def.Kind == ast.Enum:
		c.enum(v, def)
	case def.Kind == ast.Scalar:
		c.scalar(v, def.Name)
	}
}

func (c *literalCheck) object(v *ast.Value, def *ast.Definition) {
	given := make(map[string]bool, len(v.Children))
	for _, child := range v.Children {
		given[child.Name] = true
		if f := def.Fields.ForName(child.Name); f != nil {
			c.value(child.Value, f.Type)
			continue
		}
		names := func() []string { return fieldNames(def) }
		c.fail(child.Position, `Field "%s" is not defined by type "%s".%s`, child.Name, def.Name, c.meant("", child.Name, names))
	}
	for _, f := range def.Fields {
		if f.Type.NonNull && f.DefaultValue == nil && !given[f.Name] {
			c.fail(v.Position, `Field "%s.%s" of required type "%s" was not provided.`, def.Name, f.Name, f.Type)
		}
	}
	if def.Directives.ForName("oneOf") == nil {
		return
	}
	if len(given) != 1 {
		c.fail(v.Position, `OneOf Input Object "%s" must specify exactly one key.`, def.Name)
	} else if only := v.Children[0]; only.Value.Kind == ast.NullValue {
		c.fail(v.Position, `Field "%s.%s" must be non-null.`, def.Name, only.Name)
	}
}

func (c *literalCheck) enum(v *ast.Value, def *ast.Definition) {
	names := func() []string { return valueNames(def) }
	const meant = "the enum value "
	if v.Kind != ast.EnumValue {
		c.fail(v.Position, `Enum "%s" cannot represent non-enum value: %s.%s`, def.Name, brief(v), c.meant(meant, v.Raw, names))
	} else if def.EnumValues.ForName(v.Raw) == nil {
		c.fail(v.Position, `Value "%s" does not exist in "%s" enum.%s`, v.Raw, def.Name, c.meant(meant, v.Raw, names))
	}
}

// scalar checks the scalars of the specification; what a custom one takes is for its owner to say.
func (c *literalCheck) scalar(v *ast.Value, name string) {
	text := v.Kind == ast.StringValue || v.Kind == ast.BlockValue
	ok := true
	switch name {
	case "Int":
		if ok = v.Kind == ast.IntValue; ok {
			if _, err := strconv.ParseInt(v.Raw, 10, 32); err != nil {
				c.fail(v.Position, "Int cannot represent non 32-bit signed integer value: %s", v.Raw)
			}
		}
		name = "Int cannot represent non-integer value"
	case "Float":
		ok = v.Kind == ast.IntValue || v.Kind == ast.FloatValue
		name = "Float cannot represent non numeric value"
	case "String":
		ok = text
		name = "String cannot represent a non string value"
	case "Boolean":
		ok = v.Kind == ast.BooleanValue
		name = "Boolean cannot represent a non boolean value"
	case "ID":
		ok = text || v.Kind == ast.IntValue
		name = "ID cannot represent a non-string and non-integer value"
	}
	if !ok {
		c.fail(v.Position, "%s: %s", name, brief(v))
	}
}

func (c *literalCheck) fail(where *ast.Position, format string, args ...any) {
	if len(c.errs) <= maxErrors {
		c.errs = append(c.errs, &Error{Code: CodeValidation, Message: fmt.Sprintf(format, args...), Locations: at(where)})
	}
}

// meant is a sentence that suggests names like the one that was given.
func (c *literalCheck) meant(what, name string, names func() []string) string {
	if len(c.errs) >= maxSuggested {
		return ""
	}
	found := core.SuggestionList(name, names())
	if len(found) == 0 {
		return ""
	}
	return " Did you mean " + what + validator.QuotedOrList(found...) + "?"
}

func fieldNames(def *ast.Definition) []string {
	out := make([]string, len(def.Fields))
	for i, f := range def.Fields {
		out[i] = f.Name
	}
	return out
}

func valueNames(def *ast.Definition) []string {
	out := make([]string, len(def.EnumValues))
	for i, v := range def.EnumValues {
		out[i] = v.Name
	}
	return out
}

// brief is a value for a message.
func brief(v *ast.Value) string {
	p := &printer{indent: true}
	p.value(v)
	return shorten(p.out)
}
