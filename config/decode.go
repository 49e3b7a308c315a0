package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Error is one fault of a configuration file, at its place.
type Error struct {
	File         string
	Line, Column int
	Message      string
	// cause is the error that was given a place; nil if the fault was found in the file itself.
	cause error
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.cause }

// Error is file:line:column: message.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// decode reads YAML into the struct that into points to, and returns its tree, nil where there is nothing. Values
// ${env.NAME:-default} are taken from env, ${file.NAME} is what read reads.
// Keys that the struct does not have are errors, with the nearest one that it has. All errors are returned,
// joined, in the order of the file.
func decode(file string, data []byte, env func(string) (string, bool), read func(string) ([]byte, error), into any) (ast.Node, error) {
	body, err := parse(file, data)
	if body == nil || err != nil {
		return nil, err
	}
	c := &checker{file: file, env: env, read: read}
	body = c.expand(body)
	return c.decode(body, into)
}

// Decode reads another YAML file with the strictness of a configuration: unknown keys are errors at their place. Nothing
// in it is replaced. It gives the file's tree, nil if there is nothing in it.
func Decode(file string, data []byte, into any) (ast.Node, error) {
	body, err := parse(file, data)
	if body == nil || err != nil {
		return nil, err
	}
	return (&checker{file: file}).decode(body, into, yaml.UseOrderedMap())
}

// parse is the tree of a file's only document, nil if it is empty.
func parse(file string, data []byte) (ast.Node, error) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntaxError(file, err)
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil || tree.Docs[0].Body.Type() == ast.NullType {
		return nil, nil
	}
	if len(tree.Docs) > 1 {
		return nil, &Error{File: file, Message: "holds several YAML documents; keep one"}
	}
	return tree.Docs[0].Body, nil
}

// decode checks the keys of a tree and reads it.
func (c *checker) decode(body ast.Node, into any, options ...yaml.DecodeOption) (ast.Node, error) {
	c.unknown(body, into)
	if len(c.errs) > 0 {
		slices.SortStableFunc(c.errs, func(a, b *Error) int { return a.Line - b.Line })
		return nil, joined(c.errs)
	}
	if err := yaml.NodeToValue(body, into, options...); err != nil {
		return nil, syntaxError(c.file, err)
	}
	return body, nil
}

// syntaxError gives an error of the YAML library its file and position.
func syntaxError(file string, err error) error {
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		at := e.GetToken().Position
		return &Error{File: file, Line: at.Line, Column: at.Column, Message: e.GetMessage()}
	}
	return &Error{File: file, Message: err.Error()}
}

func joined(list []*Error) error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errors.Join(errs...)
}

// checker walks the tree of a file and gathers what is wrong with it.
type checker struct {
	file string
	env  func(string) (string, bool)
	read func(string) ([]byte, error)
	errs []*Error
}

func (c *checker) fault(n ast.Node, format string, args ...any) {
	e := &Error{File: c.file, Message: fmt.Sprintf(format, args...)}
	if t := n.GetToken(); t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
	}
	c.errs = append(c.errs, e)
}
