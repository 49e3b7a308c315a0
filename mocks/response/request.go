package response

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Request is an operation as a client sends it.
type Request struct {
	// File that it was saved in, "" if in none.
	File string
	// Operation is its name, "" for the only one of the document.
	Operation string
	Query     string
	Variables map[string]any
	// Run counts the sets of variables of one operation from 1; 0 if there is only one.
	Run int
}

// Title is how messages and reports call it.
func (r Request) Title() string {
	out := r.File
	switch {
	case out == "" && r.Operation == "":
		out = "the operation"
	case out == "":
		out = r.Operation
	case r.Operation != "":
		out += " " + r.Operation
	}
	if r.Run > 0 {
		out += " (variables " + strconv.Itoa(r.Run) + ")"
	}
	return out
}

// Body is the request as it is sent over HTTP.
func (r Request) Body() ([]byte, error) {
	text, err := json.Marshal(struct {
		Query     string         `json:"query"`
		Operation string         `json:"operationName,omitempty"`
		Variables map[string]any `json:"variables,omitempty"`
	}{r.Query, r.Operation, r.Variables})
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	return text, nil
}
