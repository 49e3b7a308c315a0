// Package operation turns a request's text into an Operation that can be planned: parsed, validated against
// the API schema, its fragments inlined, its @skip and @include decided.
//
//	text -> Document (parsed and valid; one per text, cacheable)
//	Document + operation name + values of variables -> Operation (one per combination of conditions) + Variables
//
// Conditions are decided before planning, so a plan never holds a branch: the values of the Boolean variables
// that @skip and @include use are part of what identifies an Operation.
package operation

import "github.com/vektah/gqlparser/v2/ast"

// Operation is one operation ready to be planned. It is immutable.
type Operation struct {
	Kind ast.Operation
	Name string
	// Selections on the root type.
	Selections []*Selection
	// Variables that the operation declares, in order.
	Variables ast.VariableDefinitionList
	// Key identifies the operation: its normalized text, equal for operations that differ only in layout,
	// fragments' names and order of definitions.
	Key string
}

// Selection is a field, or an inline fragment (On is set) that narrows the type. Fragments without effect
// (the same type, no condition) are dissolved; fields are not merged: CollectFields' order is the reader's.
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
}

// Values are the coerced variables of one request as JSON, in the order of their definition; a variable that
// was not given and has no default is absent.
type Values []Value

// Value is one variable's name and its JSON.
type Value struct {
	Name string
	JSON []byte
}
