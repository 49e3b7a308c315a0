package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// ArgumentsJSON is the arguments of a field as its resolver gets them: a JSON object, in the order of their names,
// with the variables' values and with defaults.
// https://spec.graphql.org/October2021/#sec-Coercing-Field-Arguments
func (s *Selection) ArgumentsJSON(api *ast.Schema, values Values) []byte {
	d := &defaults{api: api, values: values}
	defined := slices.Clone(s.Definition.Arguments)
	slices.SortFunc(defined, func(a, b *ast.ArgumentDefinition) int { return strings.Compare(a.Name, b.Name) })
	out := []byte{'{'}
	for _, def := range defined {
		value := def.DefaultValue
		if given := s.Arguments.ForName(def.Name); given != nil && !d.absent(given.Value) {
			value = given.Value
		}
		if value == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(appendString(out, def.Name), ':')
		out = d.appendValue(out, value, def.Type)
	}
	return append(out, '}')
}
