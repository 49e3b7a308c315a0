// Package mapping is the language in which a connector says how JSON becomes GraphQL: JSONSelection, as the
// connect spec calls it.
//
//	text --Parse--> Selection --Trim--> Selection --Eval--> Value + Problems
//	                    |
//	                    +--Output, References: what it makes and what it reads, without running it
//
// A Selection is parsed once and immutable. It is evaluated over a Value, a JSON tree that refers to the bytes
// it was read from: numbers keep their source text and strings their escapes, so that what is only moved is
// never decoded. A Value is JSON or Missing; Missing is left out of objects and becomes null in lists.
//
// Nothing in a mapping stops the rest of it: what cannot be done gives Missing and a Problem. Only the budget
// (Limits) ends an evaluation, with an error.
package mapping

import (
	"errors"
	"fmt"
)

// Version is a version of the connect spec, which decides on the grammar.
type Version uint8

// The versions whose grammar is known.
const (
	V01 Version = iota + 1
	V02
	V03
	V04
)

// Versions maps the text in a link's URL to the version.
var Versions = map[string]Version{"v0.1": V01, "v0.2": V02, "v0.3": V03, "v0.4": V04}

// Selection is a parsed mapping. It is immutable.
type Selection struct {
	// Source is the text it was parsed from; positions are offsets into it.
	Source  string
	Version Version
	// Root is a Block (names and what they become) or a Path (the value itself).
	Root Expr
}

// Limits bound an evaluation; a zero field is the default.
type Limits struct {
	// Depth of nested calls; 0 means 256.
	Depth int
	// Steps of the evaluator; 0 means 10 million. Work that is more than one step for its input costs as many.
	Steps int
	// Nodes of the output, of which each 64 bytes of text are one more; 0 means 5 million.
	Nodes int
}

// filled are the limits with their defaults.
func (l Limits) filled() Limits {
	if l.Depth == 0 {
		l.Depth = 256
	}
	if l.Steps == 0 {
		l.Steps = 10_000_000
	}
	if l.Nodes == 0 {
		l.Nodes = 5_000_000
	}
	return l
}

// ErrBudget is the end of an evaluation that took too much.
var ErrBudget = errors.New("the mapping exceeds its budget")

// Problem is something that a mapping could not do. The value is missing there, the rest goes on.
type Problem struct {
	Message string
	// Path in the output, such as items.3.name; of the first occurrence.
	Path string
	// At is the offset in the selection's source, which is Source where several selections are evaluated together.
	At     int
	Source string
	// Count of occurrences.
	Count int
	// Lost are the paths in the output, of the first occurrences, at which there is nothing because of it. What is
	// just not in the data is no loss.
	Lost []string
}

// String is the problem in one line.
func (p Problem) String() string {
	times := ""
	if p.Count > 1 {
		times = fmt.Sprintf(" (%d times)", p.Count)
	}
	if p.Path == "" {
		return fmt.Sprintf("%d: %s%s", p.At, p.Message, times)
	}
	return fmt.Sprintf("%d: %s: %s%s", p.At, p.Path, p.Message, times)
}

// Variables are the values of the variables that a mapping may read, by name without the dollar sign.
type Variables map[string]Value
