package mocks_test

import (
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/mocks"
)

// TestListsThatAreTooLong are errors with their place, as they are said or asked for.
func TestListsThatAreTooLong(t *testing.T) {
	sdl := []mocks.SDL{{Name: "a", File: "a.graphql", Text: "type Query { words: [String!]! }"}}
	sg := composed(t, sdl)
	list := "[" + strings.Repeat("a, ", 10_000) + "a]"
	for _, test := range []struct{ name, values, scenario, want string }{
		{"a value", "Query.words: { value: " + list + " }", "", "values.yaml:1:16: Query.words: value: a list of 10001 is too long; 10000 may be given"},
		{"a length", "Query.words: { length: 10001 }", "", "values.yaml:1:16: Query.words: length: 10001 is to be a whole number from 0 to 10000"},
		{"a value in a scenario", "", "rules:\n  - on: Query.words\n    value: " + list, "long.yaml:3:5: Query.words: value: a list of 10001 is too long; 10000 may be given"},
	} {
		_, err := mocks.Read(sg, mocks.Told{SDL: sdl, Values: []mocks.File{{Name: "values.yaml", Text: test.values}}, Scenarios: []mocks.File{{Name: "long.yaml", Text: test.scenario}}})
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
