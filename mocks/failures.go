package mocks

import (
	"encoding/json"
	"slices"
)

// failures are the errors of one answer, and the path to the value that is being written.
type failures struct {
	path   []any
	errors []failed
}

// failed is one error as GraphQL answers write it.
type failed struct {
	Message    string     `json:"message"`
	Path       []any      `json:"path"`
	Extensions extensions `json:"extensions"`
}

type extensions struct {
	Code   string `json:"code"`
	Mocked bool   `json:"mocked"`
}

// maxFailures bounds the errors of one answer.
const maxFailures = 1_000

func (f *failures) push(name string) { f.path = append(f.path, name) }
func (f *failures) element(i int)    { f.path = append(f.path, i) }
func (f *failures) pop()             { f.path = f.path[:len(f.path)-1] }

// begin is at an entity.
func (f *failures) begin(i int) { f.path = append(f.path[:0], "_entities", i) }

// fail notes an error at the path.
func (f *failures) fail(why *Failure) {
	if len(f.errors) < maxFailures {
		f.errors = append(f.errors, failed{why.Message, slices.Clone(f.path), extensions{why.Code, true}})
	}
}

// appendTo writes the errors into an answer, if there are any.
func (f *failures) appendTo(out []byte) []byte {
	if len(f.errors) == 0 {
		return out
	}
	text, err := json.Marshal(f.errors)
	if err != nil {
		return out // texts and numbers can be written
	}
	return append(append(out, `,"errors":`...), text...)
}
