package contract

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/mocks"
)

// maxRounds bounds how often a graph is composed before it is given up.
const maxRounds = 40

// Compose composes subgraphs.
type Compose func([]composition.Subgraph) (*composition.Result, error)

// Reduce composes subgraphs without the coordinates that nobody implements. What cannot be had without them goes
// too, and is in gone with the reason: first what names them (Without), then what composition says cannot stay.
func Reduce(subgraphs []composition.Subgraph, missing []mocks.Coordinate, compose Compose) (result *composition.Result, gone []Gone, err error) {
	var rejected []Gone
	for range maxRounds {
		all := slices.Clone(missing)
		for _, g := range rejected {
			all = append(all, g.Coordinate)
		}
		reduced, also, err := Without(subgraphs, all)
		if err != nil {
			return nil, nil, err
		}
		gone = slices.Concat(also, rejected)
		if result, err = compose(reduced); err == nil {
			return result, gone, nil
		}
		more := rejects(reduced, err)
		if len(more) == 0 {
			return nil, nil, fmt.Errorf("without what nobody implements (%s) the graph does not compose: %w", some(missing), err)
		}
		rejected = append(rejected, more...)
	}
	return nil, nil, fmt.Errorf("without what nobody implements (%s) the graph does not compose", some(missing))
}

// some lists the first coordinates of a list.
func some(list []mocks.Coordinate) string {
	var out []string
	for i, c := range list {
		if i == 5 {
			out = append(out, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		out = append(out, c.Subgraph+": "+c.String())
	}
	return strings.Join(out, ", ")
}

// rejects are the fields that the errors of composition are about; none, if none is about a field. An error without
// a place is about the fields of interface objects, which stand in no type: those go last.
func rejects(subgraphs []composition.Subgraph, err error) []Gone {
	var errs composition.Errors
	if !errors.As(err, &errs) {
		return nil
	}
	var out []Gone
	for _, e := range errs {
		reason, _, _ := strings.Cut(e.Message, "\n")
		if e.Code == composition.Satisfiability {
			reason = "nothing that is implemented leads to it"
		}
		for _, at := range about(subgraphs, e) {
			if !slices.ContainsFunc(out, func(g Gone) bool { return g.Coordinate == at }) {
				out = append(out, Gone{at, fmt.Sprintf("cannot stay without what is not implemented: %s: %s", e.Code, reason)})
			}
		}
	}
	if len(out) == 0 && slices.ContainsFunc(errs, func(e *composition.Error) bool { return e.Code == composition.Satisfiability }) {
		return stuck(subgraphs)
	}
	return out
}

// about are the coordinates at an error's place.
func about(subgraphs []composition.Subgraph, e *composition.Error) []mocks.Coordinate {
	i := slices.IndexFunc(subgraphs, func(s composition.Subgraph) bool { return s.Name == e.Subgraph })
	if i < 0 || e.Line == 0 {
		return nil
	}
	s, err := Read(subgraphs[i].File, subgraphs[i].SDL)
	if err != nil {
		return nil
	}
	out := s.at(e.Line, e.Column)
	for i := range out {
		out[i].Subgraph = e.Subgraph
	}
	return out
}

// stuck are the fields of interface objects.
func stuck(subgraphs []composition.Subgraph) []Gone {
	var out []Gone
	for _, sub := range subgraphs {
		s, err := Read(sub.File, sub.SDL)
		if err != nil {
			return nil
		}
		p := &piece{name: sub.Name, Schema: s}
		for _, def := range p.composites() {
			if len(p.applied(def.Directives, "interfaceObject")) == 0 {
				continue
			}
			for _, f := range def.Fields {
				out = append(out, Gone{p.coordinate(def, f), "is of an @interfaceObject to which nothing that is implemented leads"})
			}
		}
	}
	return out
}

// at is the field in which a place of the SDL lies; where it lies in none, the fields of its type.
func (s *Schema) at(line, column int) []mocks.Coordinate {
	before := func(p *ast.Position) bool { return p != nil && (p.Line < line || p.Line == line && p.Column <= column) }
	var def *ast.Definition
	for _, d := range slices.Concat(s.doc.Definitions, s.doc.Extensions) {
		if before(d.Position) && (def == nil || !isBefore(d.Position, def.Position)) {
			def = d
		}
	}
	switch {
	case def == nil:
		return nil
	case def.Kind == ast.Union:
		return s.returning(def.Name)
	case def.Kind != ast.Object && def.Kind != ast.Interface:
		return nil
	}
	var out []mocks.Coordinate
	for _, f := range def.Fields {
		if before(f.Position) {
			out = nil
		}
		out = append(out, mocks.Coordinate{Type: rootName(s.doc, def.Name), Field: f.Name})
		if before(f.Position) && !s.nextBefore(def, f, before) {
			return out
		}
	}
	return out
}

// returning are the fields that return a type.
func (s *Schema) returning(name string) []mocks.Coordinate {
	var out []mocks.Coordinate
	for _, t := range s.types {
		for _, f := range t.fields {
			if t.kind != ast.InputObject && f.Type.Name() == name {
				out = append(out, mocks.Coordinate{Type: t.name, Field: f.Name})
			}
		}
	}
	return out
}

func isBefore(a, b *ast.Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}

// nextBefore reports whether the field after one begins before a place too.
func (s *Schema) nextBefore(def *ast.Definition, f *ast.FieldDefinition, before func(*ast.Position) bool) bool {
	i := slices.Index(def.Fields, f)
	return i+1 < len(def.Fields) && before(def.Fields[i+1].Position)
}
