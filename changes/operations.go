package changes

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
)

// Saved is a document of operations that some client sends.
type Saved struct {
	// Name says where it is from, such as a file.
	Name string
	Text string
}

// Broken is a saved document that the new schema refuses.
type Broken struct {
	Name string `json:"name"`
	// Errors say why, with line and column.
	Errors []string `json:"errors"`
	// Before: the old schema refused it as well.
	Before bool `json:"before"`
}

// Operations are those of the documents that the new schema refuses, in their order.
func Operations(old, new *ast.Schema, documents []Saved) []Broken {
	var out []Broken
	for _, d := range documents {
		_, err := operation.Parse(new, d.Text, operation.Limits{})
		if err == nil {
			continue
		}
		_, before := operation.Parse(old, d.Text, operation.Limits{})
		out = append(out, Broken{Name: d.Name, Errors: lines(err), Before: before != nil})
	}
	return out
}

// lines are the errors with their places.
func lines(err error) []string {
	var list operation.Errors
	if !errors.As(err, &list) {
		return []string{err.Error()}
	}
	var out []string
	for _, e := range list {
		text := e.Message
		if len(e.Locations) > 0 {
			text = fmt.Sprintf("%d:%d: %s", e.Locations[0].Line, e.Locations[0].Column, text)
		}
		out = append(out, text)
	}
	return out
}
