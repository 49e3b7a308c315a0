// Package changes compares two schemas as clients see them, and says what the second does to who was written for
// the first.
//
//	old, new -> types -> members, fields, arguments, values -> []Change, by coordinate
//	old, new + saved operations -> []Broken, those that were valid and are not any longer
//
// What is breaking, dangerous and safe follows graphql-js (findBreakingChanges, findDangerousChanges), whose codes
// are used where it has one.
package changes

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Severity of a change.
type Severity int

// The severities, the worst first.
const (
	// Breaking: operations that were valid may not be any longer, or answers may not be what they promised.
	Breaking Severity = iota
	// Dangerous: operations stay valid, but a client may meet what it does not expect.
	Dangerous
	// Safe: no client can tell, unless it asks for what is new.
	Safe
)

// String is the severity's name.
func (s Severity) String() string { return [...]string{"breaking", "dangerous", "safe"}[s] }

// MarshalText writes the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Change is one difference.
type Change struct {
	Severity Severity `json:"severity"`
	// Code is graphql-js's, such as FIELD_REMOVED.
	Code string `json:"code"`
	// Coordinate is what changed: Type, Type.field, Type.field(argument:), @directive.
	Coordinate string `json:"coordinate"`
	// Message says what changed, for people.
	Message string `json:"message"`
}

// Compare lists what the new schema changes, the worst first, then by coordinate.
func Compare(old, new *ast.Schema) []Change {
	c := &comparison{old: old, new: new}
	c.types()
	c.directives()
	slices.SortStableFunc(c.found, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Coordinate, b.Coordinate), cmp.Compare(a.Code, b.Code))
	})
	return c.found
}

// comparison is the two schemas and what was found.
type comparison struct {
	old, new *ast.Schema
	found    []Change
}

func (c *comparison) add(s Severity, code, coordinate, message string) {
	c.found = append(c.found, Change{s, code, coordinate, message})
}

// types compares the types by name.
func (c *comparison) types() {
	for _, name := range names(c.old.Types) {
		was, is := c.old.Types[name], c.new.Types[name]
		switch {
		case builtIn(was):
		case is == nil:
			c.add(Breaking, "TYPE_REMOVED", name, "The type is gone.")
		case was.Kind != is.Kind:
			c.add(Breaking, "TYPE_CHANGED_KIND", name, "It was "+kind(was.Kind)+" and is "+kind(is.Kind)+".")
		default:
			c.typ(was, is)
		}
	}
	for _, name := range names(c.new.Types) {
		if c.old.Types[name] == nil && !builtIn(c.new.Types[name]) {
			c.add(Safe, "TYPE_ADDED", name, "The type is new.")
		}
	}
}

// typ compares two types of one name and kind.
func (c *comparison) typ(was, is *ast.Definition) {
	c.described(was.Name, was.Description, is.Description)
	switch was.Kind {
	case ast.Object, ast.Interface:
		c.interfaces(was, is)
		c.fields(was, is)
	case ast.InputObject:
		c.inputs(was, is)
	case ast.Union:
		c.members(was, is)
	case ast.Enum:
		c.values(was, is)
	}
}

func (c *comparison) described(coordinate, was, is string) {
	if was != is {
		c.add(Safe, "DESCRIPTION_CHANGED", coordinate, "Its description has changed.")
	}
}

// interfaces compares what a type implements.
func (c *comparison) interfaces(was, is *ast.Definition) {
	for _, i := range was.Interfaces {
		if !slices.Contains(is.Interfaces, i) {
			c.add(Breaking, "IMPLEMENTED_INTERFACE_REMOVED", was.Name, "It does not implement "+i+" any longer.")
		}
	}
	for _, i := range is.Interfaces {
		if !slices.Contains(was.Interfaces, i) {
			c.add(Dangerous, "IMPLEMENTED_INTERFACE_ADDED", was.Name, "It implements "+i+" now: fragments on "+i+" meet objects that they did not.")
		}
	}
}

// members compares the types of a union.
func (c *comparison) members(was, is *ast.Definition) {
	for _, m := range was.Types {
		if !slices.Contains(is.Types, m) {
			c.add(Breaking, "TYPE_REMOVED_FROM_UNION", was.Name, m+" is not a member any longer.")
		}
	}
	for _, m := range is.Types {
		if !slices.Contains(was.Types, m) {
			c.add(Dangerous, "TYPE_ADDED_TO_UNION", was.Name, m+" is a member now.")
		}
	}
}

// values compares the values of an enum.
func (c *comparison) values(was, is *ast.Definition) {
	for _, v := range was.EnumValues {
		at := was.Name + "." + v.Name
		now := is.EnumValues.ForName(v.Name)
		if now == nil {
			c.add(Breaking, "VALUE_REMOVED_FROM_ENUM", at, "The value is gone.")
			continue
		}
		c.described(at, v.Description, now.Description)
		c.deprecated(at, v.Directives, now.Directives)
	}
	for _, v := range is.EnumValues {
		if was.EnumValues.ForName(v.Name) == nil {
			c.add(Dangerous, "VALUE_ADDED_TO_ENUM", was.Name+"."+v.Name, "The value is new: clients that list all values meet one that they do not know.")
		}
	}
}

// deprecated compares whether something should still be used.
func (c *comparison) deprecated(coordinate string, was, is ast.DirectiveList) {
	before, after := was.ForName("deprecated") != nil, is.ForName("deprecated") != nil
	switch {
	case !before && after:
		c.add(Safe, "DEPRECATION_ADDED", coordinate, "It is deprecated now.")
	case before && !after:
		c.add(Safe, "DEPRECATION_REMOVED", coordinate, "It is not deprecated any longer.")
	}
}

func names[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// builtIn types come with GraphQL and are not the schema's.
func builtIn(t *ast.Definition) bool {
	return t.BuiltIn || len(t.Name) > 1 && t.Name[:2] == "__"
}

func kind(k ast.DefinitionKind) string {
	switch k {
	case ast.Object:
		return "an object type"
	case ast.Interface:
		return "an interface"
	case ast.Union:
		return "a union"
	case ast.Enum:
		return "an enum"
	case ast.InputObject:
		return "an input type"
	default:
		return "a scalar"
	}
}
