package supergraph

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// contexts reads which contexts a type sets.
func (r *reader) contexts(list ast.DirectiveList) []string {
	var out []string
	for _, d := range list.ForNames(r.features.name("context", "context")) {
		out = append(out, stringArg(d, "name"))
	}
	return out
}

// contextArgument reads one element of join__field's contextArguments.
func contextArgument(v *ast.Value) (*ContextArgument, error) {
	get := func(name string) string {
		if c := v.Children.ForName(name); c != nil {
			return c.Raw
		}
		return ""
	}
	out := &ContextArgument{Name: get("name"), Context: get("context"), Selection: get("selection")}
	var err error
	if out.Type, err = parseType(get("type")); err != nil {
		return nil, fmt.Errorf("argument %s from context %s: %w", out.Name, out.Context, err)
	}
	text := strings.TrimSpace(out.Selection)
	if strings.HasPrefix(text, "{") { // a selection set, where fragments stand without braces around them
		text = strings.TrimSuffix(text[1:], "}")
	}
	if out.Fields, err = ParseFieldSet(text); err != nil {
		return nil, fmt.Errorf("argument %s from context %s: %w", out.Name, out.Context, err)
	}
	if len(out.Fields) == 0 {
		return nil, fmt.Errorf("argument %s from context %s: nothing is selected", out.Name, out.Context)
	}
	return out, nil
}
