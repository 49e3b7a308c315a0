// Package operation turns a request's text into an Operation that can be planned: parsed, validated against
// the API schema, its fragments inlined, its @skip and @include decided.
//
//	text -> Document (parsed and valid; one per text, cacheable)
//	Document + operation's name -> Prepared
//	Prepared + JSON of variables -> Values (coerced) -> mask of conditions
//	Prepared + mask -> Operation (one per combination of conditions)
//
// Conditions are decided before planning, so a plan never holds a branch: the values of the Boolean variables
// that @skip and @include use are part of what identifies an Operation.
//
// A document comes from anybody. Each step therefore costs about as much as the text is long, or is bounded
// by Limits: tokens and nesting before the parser sees the text, visits while validating, selections while
// inlining. Whatever is refused has a code, a place and a sentence that says what to do.
package operation

import "github.com/vektah/gqlparser/v2/ast"

// Operation is one operation ready to be planned. It is immutable.
type Operation struct {
	Kind ast.Operation
	Name string
	// Selections on the root type.
	Selections []*Selection
	// Variables that the selections use, in the order of their definition.
	Variables ast.VariableDefinitionList
	// Key identifies the operation: its normalized text, equal for operations that differ only in layout,
	// fragments' names and order of definitions.
	Key string
	// Exceeded are the limits that the operation passes, and that are only measured.
	Exceeded []Excess
}

// Selection is a field, or an inline fragment (On is set) that narrows the type. Fragments without effect
// (the same type, one that always holds, no condition) are dissolved, those that can never hold are dropped;
// fields are not merged: CollectFields' order is the reader's. A composite field may end up with no
// Selections, when all of them were skipped: its value is then an empty object.
type Selection struct {
	// On is the type condition of an inline fragment; then only Selections is set beside it.
	On string
	// Key in the response (the alias, or the name).
	Key string
	// Name of the field.
	Name      string
	Arguments ast.ArgumentList
	// Definition in the API schema; for __typename its well-known definition.
	Definition *ast.FieldDefinition
	// Parent is the type on which the field is selected.
	Parent     string
	Selections []*Selection
	// Denied are the run-time types for which the caller may not read the field; see package authorization.
	Denied []string
}

// Values are the coerced variables of one request as JSON, in the order of their definition; a variable that
// was not given and has no default is absent.
type Values []Value

// Value is one variable's name and its JSON.
type Value struct {
	Name string
	JSON []byte
}

// Get is the JSON of the variable, nil if it has no value.
func (v Values) Get(name string) []byte {
	for i := range v {
		if v[i].Name == name {
			return v[i].JSON
		}
	}
	return nil
}
