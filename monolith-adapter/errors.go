package monolith

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Error is one fault in a schema with connectors.
type Error struct {
	// Code is one of Apollo's, such as INVALID_SELECTION.
	Code    string
	Message string
	// Subgraph whose schema is at fault, and the coordinate in it (Type, Type.field, or @source(name)).
	Subgraph, Coordinate string
	// File, Line and Column of the place; Line is 0 if it has none.
	File         string
	Line, Column int
	// Warning: the connector works, and gives less than the schema says.
	Warning bool
}

// Error is the fault in one line.
func (e *Error) Error() string { return e.place() + e.Code + ": " + e.text() }

// Text is the fault with its place, for a list that has the code already.
func (e *Error) Text() string { return e.place() + e.text() }

func (e *Error) place() string {
	if e.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d: ", e.File, e.Line, e.Column)
}

func (e *Error) text() string {
	if e.Coordinate == "" {
		return fmt.Sprintf("[%s] %s", e.Subgraph, e.Message)
	}
	return fmt.Sprintf("[%s] %s: %s", e.Subgraph, e.Coordinate, e.Message)
}

// Errors are all faults that were found, in the order of the schema.
type Errors []*Error

// Error is a line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// warnings divides the list into what keeps a schema from being served, and what does not.
func (e Errors) warnings() (errs, warnings Errors) {
	for _, f := range e {
		if f.Warning {
			warnings = append(warnings, f)
		} else {
			errs = append(errs, f)
		}
	}
	return errs, warnings
}

// Unwrap gives each fault.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, err := range e {
		out[i] = err
	}
	return out
}

// faults gathers the errors of one subgraph's schema.
type faults struct {
	subgraph string
	list     Errors
}

func (f *faults) add(code, coordinate string, at *ast.Position, format string, args ...any) {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...), Subgraph: f.subgraph, Coordinate: coordinate}
	if at != nil {
		e.Line, e.Column = at.Line, at.Column
		if at.Src != nil {
			e.File = at.Src.Name
		}
	}
	f.list = append(f.list, e)
}

// warn makes a warning of the last fault.
func (f *faults) warn() { f.list[len(f.list)-1].Warning = true }

// sound reports whether there are no errors, whatever the warnings.
func (f *faults) sound() bool {
	errs, _ := f.list.warnings()
	return len(errs) == 0
}

// addIn adds an error at an offset of the text of a string value.
func (f *faults) addIn(v *ast.Value, offset int, code, coordinate, format string, args ...any) {
	f.add(code, coordinate, within(v, offset), format, args...)
}

// within is the place of an offset in the text of a string value, as far as the source shows it. A token's
// start counts runes, and its line may be that of its end, so both are found anew.
func within(v *ast.Value, offset int) *ast.Position {
	if v == nil || v.Position == nil || v.Position.Src == nil {
		return nil
	}
	input := []rune(v.Position.Src.Input)
	start := min(v.Position.Start, len(input))
	before := string(input[:start])
	at := &ast.Position{Src: v.Position.Src, Line: 1 + strings.Count(before, "\n"), Column: start - len([]rune(before[:strings.LastIndexByte(before, '\n')+1])) + 1}
	raw := v.Raw[:min(offset, len(v.Raw))]
	line, column := strings.Count(raw, "\n"), len(raw)-strings.LastIndexByte(raw, '\n')-1
	if v.Kind != ast.BlockValue {
		at.Column += 1 + column
		return at
	}
	// The lines of a block string have lost their common indentation, and the blank lines at both ends are gone.
	source := strings.Split(string(input[start:]), "\n")
	lines := strings.Split(v.Raw, "\n")
	skip := 0
	for skip < len(source) && !strings.Contains(source[skip], strings.TrimSpace(lines[0])) {
		skip++
	}
	if i := skip + line; i < len(source) {
		indent := max(strings.Index(source[i], lines[line]), 0)
		if i > 0 {
			at.Column = 1
		}
		at.Line, at.Column = at.Line+i, at.Column+indent+column
	}
	return at
}
