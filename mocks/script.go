package mocks

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// SDL is the schema of one subgraph, whose directives say what its mocked values are like.
type SDL struct{ Name, File, Text string }

// File is a file about mocks: values, or a scenario.
type File struct{ Name, Text string }

// Told is all that people told the mock source about a graph: in the subgraphs' schemas, in files beside them, and
// in scenarios. Equal texts tell the same.
type Told struct {
	SDL       []SDL
	Values    []File
	Scenarios []File
}

// Script is what the mock source was told, read and checked against the graph. It is immutable; the nil Script
// says nothing.
type Script struct {
	rules     table
	scenarios []*scenario
}

// table is rules by type and field; those of leaf types have the field "".
type table map[string]map[string]*rule

func (t table) get(typ, field string) *rule { return t[typ][field] }

func (t table) set(c coordinates, r *rule) {
	if t[c.typ] == nil {
		t[c.typ] = map[string]*rule{}
	}
	t[c.typ][c.field] = r
}

// coordinates name a field, or, with no field, a type.
type coordinates struct{ typ, field string }

func (c coordinates) String() string {
	if c.field == "" {
		return c.typ
	}
	return c.typ + "." + c.field
}

// Read reads what the mock source is told, and checks it against the graph: types, fields, values and generators. All
// errors are returned, joined, each with its place.
func Read(graph *supergraph.Supergraph, told Told) (*Script, error) {
	b := &builder{graph: graph}
	s := &Script{rules: table{}}
	for _, sdl := range told.SDL {
		b.directiveRules(sdl, s.rules)
	}
	beside := table{}
	for _, f := range told.Values {
		b.fileRules(f, beside)
	}
	for typ, fields := range beside { // what a file says goes before what the schema says
		for field, r := range fields {
			s.rules.set(coordinates{typ, field}, r)
		}
	}
	b.spread(s.rules)
	s.scenarios = b.scenarios(told.Scenarios)
	if err := b.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// said makes a rule of what is said at a coordinate.
func (b *builder) said(into table, c coordinates, list []setting) {
	if len(list) == 0 {
		return
	}
	subject, ok := b.topic(c, list[0].at)
	if !ok {
		return
	}
	if into.get(c.typ, c.field) != nil {
		b.fault(list[0].at, c.String(), "is said twice; keep one")
		return
	}
	into.set(c, b.rule(subject, list))
}

// topic finds what is at a coordinate.
func (b *builder) topic(c coordinates, at place) (topic, bool) {
	t := b.graph.Type(c.typ)
	switch {
	case t == nil && builtIn(c.typ):
		return topic{coordinate: c.String(), typ: ast.NamedType(c.typ, nil)}, c.field == ""
	case t == nil:
		b.fault(at, c.String(), "there is no type %s%s", c.typ, near(c.typ, b.typeNames()))
		return topic{}, false
	case c.field == "" && t.IsLeaf():
		return topic{coordinate: c.typ, typ: ast.NamedType(c.typ, nil)}, true
	case c.field == "":
		b.fault(at, c.typ, "is no scalar and no enum; name a field of it, such as %s.%s", c.typ, first(strings.Join(append(fieldNames(t), "id")[:1], ""), func(r rune) rune { return r }))
		return topic{}, false
	case t.Field(c.field) == nil:
		b.fault(at, c.String(), "%s has no field %s%s", c.typ, c.field, near(c.field, fieldNames(t)))
		return topic{}, false
	}
	f := t.Field(c.field)
	return topic{coordinate: c.String(), typ: f.Type, field: true, args: f.Args}, true
}

func builtIn(name string) bool {
	return slices.Contains([]string{"Int", "Float", "String", "Boolean", "ID"}, name)
}

func (b *builder) typeNames() []string {
	out := make([]string, len(b.graph.Types))
	for i, t := range b.graph.Types {
		out[i] = t.Name
	}
	return out
}

// spread gives what is said of an interface's field to the objects that say nothing of their own.
func (b *builder) spread(rules table) {
	for _, t := range b.graph.Types {
		if t.Kind != ast.Interface {
			continue
		}
		for _, f := range t.Fields {
			r := rules.get(t.Name, f.Name)
			for _, m := range t.Members {
				if r != nil && rules.get(m, f.Name) == nil {
					rules.set(coordinates{m, f.Name}, r)
				}
			}
		}
	}
}

// of is the rule of a field, nil if nothing is said of it.
func (s *Script) of(typ, field string) *rule {
	if s == nil {
		return nil
	}
	return s.rules.get(typ, field)
}
