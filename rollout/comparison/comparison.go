// Package comparison says where two answers to one operation differ, as far as a migration can be why.
//
//	answer, answer, selection, rules  ->  differences
//
// Both answers are to the same selection, a tree of the places that lead to what moves (Field). It is walked once, with a
// value of each answer in hand. On the way only what moved fields can do to what is above them counts: a null that they
// propagate. At a moved field and beneath it all counts: values, nulls, what is absent, and errors by code and path. Data
// that changed between the two answers may bring lists on the way out of step: those are not compared, and counted.
//
// Elements of lists meet by the fields of an entity's @key, where the client asked for them, else in their order. Rules
// say by coordinate what is still the same: numbers within a tolerance, times within a window, lists in another order.
//
// Compare is a pure function: reflexive, and symmetric in whether there is a difference.
package comparison

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Answer is what was answered to an operation. Data is decoded with numbers as json.Number.
type Answer struct {
	Data   any
	Errors []Error
}

// Error is one of an answer's errors, as far as it is compared.
type Error struct {
	Path []any
	Code string
}

// maxErrors is how many errors of an answer are compared.
const maxErrors = 1000

// Read decodes a response. One without data was refused, and is no answer to compare.
func Read(body []byte) (Answer, error) {
	var r struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Path       []any `json:"path"`
			Extensions struct {
				Code string `json:"code"`
			} `json:"extensions"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return Answer{}, fmt.Errorf("read an answer: %w", err)
	}
	if r.Data == nil {
		return Answer{}, fmt.Errorf("read an answer: it has no data")
	}
	var out Answer
	for _, e := range r.Errors[:min(len(r.Errors), maxErrors)] {
		out.Errors = append(out.Errors, Error{Path: e.Path, Code: e.Extensions.Code})
	}
	d := json.NewDecoder(bytes.NewReader(r.Data))
	d.UseNumber()
	if err := d.Decode(&out.Data); err != nil {
		return Answer{}, fmt.Errorf("read an answer: %w", err)
	}
	return out, nil
}

// Field is a place of the selection. The fields of the operation's root type are beneath one without a name.
type Field struct {
	// Name is the key in the response.
	Name string
	// Coordinates that the place can stand for: one for each type that objects here can have, those that move first.
	Coordinates []string
	// Moved: the field itself moves.
	Moved bool
	// Keys of the objects here, each as the names that their fields have in the response.
	Keys [][]string
	// Fields beneath; none of a leaf.
	Fields []*Field
}

// moved is the first coordinate beneath the field that moves, itself included.
func (f *Field) moved() string {
	if f.Moved {
		return f.Coordinates[0]
	}
	for _, sub := range f.Fields {
		if c := sub.moved(); c != "" {
			return c
		}
	}
	return ""
}

// Kind is what is different.
type Kind string

// The kinds of differences.
const (
	// Value is another value of the same type, Type one of another type.
	Value Kind = "value"
	Type  Kind = "type"
	// Null is a value on one side and null on the other; Absent a member that one side does not have.
	Null   Kind = "null"
	Absent Kind = "absent"
	// Length is of lists, Element what only one of two lists has, Order the same elements in another order.
	Length  Kind = "length"
	Element Kind = "element"
	Order   Kind = "order"
	// Failure is null on both sides for other reasons: the codes of errors differ.
	Failure Kind = "error"
)

// Difference is one place where two answers differ.
type Difference struct {
	// Path in the response; an element that was met by its key has that for an index, as in sites[id="7"].
	Path string `json:"path"`
	// At is the path by indices in the first answer, or the second where the first does not have it: it holds no values.
	At string `json:"at"`
	// Coordinate that moves and is why.
	Coordinate string `json:"coordinate"`
	// Field is the coordinate of the place itself.
	Field string `json:"field"`
	Kind  Kind   `json:"kind"`
	// A and B are the values of the sides; nil where there is none.
	A any `json:"-"`
	B any `json:"-"`
	// CodeA and CodeB are the codes of errors at the path, joined.
	CodeA string `json:"codeA,omitempty"`
	CodeB string `json:"codeB,omitempty"`
}

// Result is what a comparison came to.
type Result struct {
	Differences []Difference
	// Seen are the moved coordinates that were compared, sorted.
	Seen []string
	// Unaligned counts lists on the way that could not be brought together.
	Unaligned int
	// Truncated: there are more differences than are told.
	Truncated bool
}

// maxDifferences is how many of one comparison are told.
const maxDifferences = 100

// Compare finds the differences of two answers to the selection under the rules.
func Compare(root *Field, rules Rules, a, b Answer) Result {
	c := &walk{rules: rules, sides: [2]Answer{a, b}, seen: map[string]bool{}}
	c.value(root, place{}, a.Data, b.Data)
	for s := range c.seen {
		c.out.Seen = append(c.out.Seen, s)
	}
	slices.Sort(c.out.Seen)
	return c.out
}

// Noise are those of the differences that another comparison, of one side with itself, has too: at the same place, above
// or beneath it. The rest are real.
func Noise(differences, same []Difference) (noise, real []Difference) {
	for _, d := range differences {
		if slices.ContainsFunc(same, func(s Difference) bool { return within(d.Path, s.Path) || within(s.Path, d.Path) }) {
			noise = append(noise, d)
		} else {
			real = append(real, d)
		}
	}
	return noise, real
}

// within reports whether a path is another, or leads beneath it.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (rest == "" || above == "" || rest[0] == '.' || rest[0] == '[')
}
