package operation

import (
	"encoding/json"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes of refused documents and variables, in extensions.code; Apollo Router's where it has one.
const (
	CodeParse             = "GRAPHQL_PARSE_FAILED"
	CodeParsingLimit      = "PARSING_LIMIT"
	CodeValidation        = "GRAPHQL_VALIDATION_FAILED"
	CodeUnknownOperation  = "GRAPHQL_UNKNOWN_OPERATION_NAME"
	CodeVariable          = "VALIDATION_INVALID_TYPE_VARIABLE"
	CodeVariables         = "INVALID_GRAPHQL_REQUEST"
	CodeTooLarge          = "OPERATION_TOO_LARGE"
	CodeTooManyConditions = "OPERATION_TOO_MANY_CONDITIONS"
	CodeMaxDepth          = "MAX_DEPTH_LIMIT"
	CodeMaxHeight         = "MAX_HEIGHT_LIMIT"
	CodeMaxAliases        = "MAX_ALIASES_LIMIT"
	CodeMaxRootFields     = "MAX_ROOT_FIELDS_LIMIT"
	CodeMaxDirectives     = "MAX_DIRECTIVES_LIMIT"
	CodeMaxInputListSize  = "MAX_INPUT_LIST_SIZE_LIMIT"
	CodeMaxInputDepth     = "MAX_INPUT_DEPTH_LIMIT"
)

// Error is one reason why a request was refused, as the client gets it.
type Error struct {
	Code      string
	Message   string
	Locations []Location
	// Extensions beside the code; nil if there are none.
	Extensions map[string]any
	// Excess is the limit for which the request was refused; nil if it was for something else.
	Excess *Excess
}

// Location is a place in the text of a document, counted from 1.
type Location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// MarshalJSON writes the error as the GraphQL specification has it.
// https://spec.graphql.org/October2021/#sec-Errors.Error-Result-Format
func (e *Error) MarshalJSON() ([]byte, error) {
	extensions := make(map[string]any, len(e.Extensions)+4)
	if x := e.Excess; x != nil {
		extensions["limit"], extensions["max"], extensions["actual"] = x.Limit, x.Max, x.Actual
	}
	for k, v := range e.Extensions {
		extensions[k] = v
	}
	if e.Code != "" {
		extensions["code"] = e.Code
	}
	return json.Marshal(struct {
		Message    string         `json:"message"`
		Locations  []Location     `json:"locations,omitempty"`
		Extensions map[string]any `json:"extensions,omitempty"`
	}{e.Message, e.Locations, extensions})
}

// Errors are all reasons why a request was refused, never empty.
type Errors []*Error

// Error is the messages, one a line.
func (l Errors) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Message
	}
	return strings.Join(lines, "\n")
}

// fromParser is the parser's or validator's error as ours.
func fromParser(code, prefix string, err *gqlerror.Error) *Error {
	out := &Error{Code: code, Message: prefix + err.Message}
	for _, l := range err.Locations {
		out.Locations = append(out.Locations, Location(l))
	}
	return out
}

// at is the place of a position, none if it is unknown.
func at(positions ...*ast.Position) []Location {
	var out []Location
	for _, p := range positions {
		if p != nil {
			out = append(out, Location{Line: p.Line, Column: p.Column})
		}
	}
	return out
}
