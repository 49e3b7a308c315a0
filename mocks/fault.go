package mocks

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// place is where something is said: a file, a line and a column, both from 1.
type place struct {
	file         string
	line, column int
}

// Fault is what is wrong with what was said of mocks, at its place.
type Fault struct {
	File         string
	Line, Column int
	// Coordinate that it is about, such as Product.price; "" if about none.
	Coordinate string
	Message    string
}

// Error is file:line:column: coordinate: message.
func (f *Fault) Error() string {
	text := f.Message
	if f.Coordinate != "" {
		text = f.Coordinate + ": " + text
	}
	if f.Line == 0 {
		return f.File + ": " + text
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, text)
}

// builder makes rules and scenarios, and gathers what is wrong with them.
type builder struct {
	graph  *supergraph.Supergraph
	faults []*Fault
}

func (b *builder) fault(at place, coordinate, format string, args ...any) {
	b.faults = append(b.faults, &Fault{File: at.file, Line: at.line, Column: at.column, Coordinate: coordinate, Message: fmt.Sprintf(format, args...)})
}

// maxFaults are reported at once: the first ones help most.
const maxFaults = 50

// err is all faults, in the order of their places.
func (b *builder) err() error {
	slices.SortStableFunc(b.faults, func(x, y *Fault) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
	var errs []error
	for i, f := range b.faults {
		if i == maxFaults {
			errs = append(errs, fmt.Errorf("and %d more", len(b.faults)-maxFaults))
			break
		}
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}
