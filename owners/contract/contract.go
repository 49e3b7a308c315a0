// Package contract compares what a service says of itself with what it has promised.
//
// The contract is the SDL of a subgraph as the teams agreed on it; the service has its own, which it answers to
// { _service { sdl } }. A service that is not done yet lacks fields of its contract: somebody else answers them,
// or nobody does. A service that has a field and means something else by it contradicts the contract, which is
// somebody's mistake; it is reported with the lines of both.
package contract

import "fmt"

// Contradiction is a place where a service is not what its contract says.
type Contradiction struct {
	Subgraph string `json:"subgraph"`
	// Coordinate is what both have: Type, Type.field, Type.field(argument:) or Enum.VALUE.
	Coordinate string `json:"coordinate"`
	Code       Code   `json:"code"`
	// Message is a sentence without places.
	Message string `json:"message"`
	// Contract and Service are where each says it; a line of 0 is one that is not there.
	Contract Place `json:"contract"`
	Service  Place `json:"service"`
}

// String is the contradiction in one line, with both places.
func (c Contradiction) String() string {
	return fmt.Sprintf("%s: %s: %s (contract %s, service %s)", c.Subgraph, c.Coordinate, c.Message, c.Contract, c.Service)
}

// Code says what kind of contradiction it is.
type Code string

// The kinds of contradictions.
const (
	// Kind is a type that is of another kind, such as an enum for an object.
	Kind Code = "KIND"
	// Type is a field, argument or input field of another type; lists count, nullability does not.
	Type Code = "TYPE"
	// Nullability is one whose type is the same but for what may be null.
	Nullability Code = "NULLABILITY"
	// Argument is an argument that one of both lacks.
	Argument Code = "ARGUMENT"
	// Default is an argument or input field with another default.
	Default Code = "DEFAULT"
	// Key is a @key of the contract that the service cannot be asked by.
	Key Code = "KEY"
	// Value is an enum value that the service lacks.
	Value Code = "ENUM_VALUE"
	// Member is an interface that a type does not implement, or a type that is not in a union.
	Member Code = "MEMBER"
	// InputField is an input field that the service lacks, or that it requires beyond the contract.
	InputField Code = "INPUT_FIELD"
	// Unreadable is SDL of a service that cannot be parsed.
	Unreadable Code = "UNREADABLE"
)

// Place is where something stands in SDL.
type Place struct {
	// File is the schema's; for a service, its URL.
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// Text is the line, without space around it.
	Text string `json:"text,omitempty"`
}

// String is file:line:column.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}
