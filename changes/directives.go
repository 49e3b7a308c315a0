package changes

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// executableLocations are where clients may write directives.
var executableLocations = []ast.DirectiveLocation{
	ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField, ast.LocationFragmentDefinition,
	ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition,
}

// executable reports whether clients may write the directive at all; what only schemas use is none of theirs.
func executable(d *ast.DirectiveDefinition) bool {
	return slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool { return slices.Contains(executableLocations, l) })
}

// directives compares the directives that clients may write.
func (c *comparison) directives() {
	for _, name := range names(c.old.Directives) {
		was, is := c.old.Directives[name], c.new.Directives[name]
		if !executable(was) {
			continue
		}
		at := "@" + name
		if is == nil {
			c.add(Breaking, "DIRECTIVE_REMOVED", at, "The directive is gone.")
			continue
		}
		for _, a := range was.Arguments {
			if is.Arguments.ForName(a.Name) == nil {
				c.add(Breaking, "DIRECTIVE_ARG_REMOVED", at+"("+a.Name+":)", "The argument is gone.")
			}
		}
		for _, a := range is.Arguments {
			if was.Arguments.ForName(a.Name) == nil && required(a.Type, a.DefaultValue) {
				c.add(Breaking, "REQUIRED_DIRECTIVE_ARG_ADDED", at+"("+a.Name+":)", "The argument is new, and must be given.")
			}
		}
		if was.IsRepeatable && !is.IsRepeatable {
			c.add(Breaking, "DIRECTIVE_REPEATABLE_REMOVED", at, "It may stand only once now.")
		}
		for _, l := range was.Locations {
			if slices.Contains(executableLocations, l) && !slices.Contains(is.Locations, l) {
				c.add(Breaking, "DIRECTIVE_LOCATION_REMOVED", at, "It may not stand at "+string(l)+" any longer.")
			}
		}
	}
	for _, name := range names(c.new.Directives) {
		if c.old.Directives[name] == nil && executable(c.new.Directives[name]) {
			c.add(Safe, "DIRECTIVE_ADDED", "@"+name, "The directive is new.")
		}
	}
}
