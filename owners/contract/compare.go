package contract

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Compare lists where a service is not what its contract says, in the contract's order. What the service lacks,
// and what it has beyond its contract, contradicts nothing: see Lacks. The contradictions have no Subgraph.
func Compare(promised, service *Schema) []Contradiction {
	c := &comparison{promised: promised, service: service, outputs: promised.outputs()}
	for _, p := range promised.types {
		if s := service.byName[p.name]; s != nil && !machinery(p.name) {
			c.types(p, s)
		}
	}
	return c.found
}

type comparison struct {
	promised, service *Schema
	// outputs are the enums and unions that answers have.
	outputs map[string]bool
	found   []Contradiction
}

func (c *comparison) contradict(coordinate string, code Code, promised, service *ast.Position, format string, args ...any) {
	c.found = append(c.found, Contradiction{
		Coordinate: coordinate, Code: code, Message: fmt.Sprintf(format, args...),
		Contract: c.promised.place(promised), Service: c.service.place(service),
	})
}

// outputs are the types that fields of objects and interfaces return.
func (s *Schema) outputs() map[string]bool {
	out := map[string]bool{}
	for _, t := range s.types {
		for _, f := range t.fields {
			if t.kind != ast.InputObject {
				out[f.Type.Name()] = true
			}
		}
	}
	return out
}

func (c *comparison) types(p, s *typ) {
	if p.kind != s.kind {
		c.contradict(p.name, Kind, p.at, s.at, "the contract has %s, the service %s", article(p.kind), article(s.kind))
		return
	}
	switch p.kind {
	case ast.Enum:
		c.values(p, s)
	case ast.Union:
		c.members(p, s)
	case ast.InputObject:
		c.inputFields(p, s)
	case ast.Object, ast.Interface:
		c.keys(p, s)
		c.interfaces(p, s)
		c.fields(p, s)
	}
}

func article(kind ast.DefinitionKind) string {
	return map[ast.DefinitionKind]string{
		ast.Object: "an object", ast.Interface: "an interface", ast.Union: "a union", ast.Enum: "an enum",
		ast.Scalar: "a scalar", ast.InputObject: "an input",
	}[kind]
}

func (c *comparison) fields(p, s *typ) {
	seen := map[string]bool{}
	for _, f := range p.fields {
		if seen[f.Name] {
			continue
		}
		seen[f.Name] = true
		f = p.field(f.Name)
		in := s.field(f.Name)
		if in == nil || !f.external && !s.resolves(f.Name) || machinery(f.Name) {
			continue // lacking, which is no contradiction
		}
		coordinate := p.name + "." + f.Name
		c.output(coordinate, f, in)
		c.arguments(coordinate, f, in)
	}
}

// output compares what a field returns. A service may promise more than the contract: that something is never null.
func (c *comparison) output(coordinate string, p, s *field) {
	promised, is := c.promised.graphType(p.Type), c.service.graphType(s.Type)
	switch {
	case !same(promised, is):
		c.contradict(coordinate, Type, p.Position, s.Position, "the contract says %s, the service %s", promised, is)
	case !fits(promised, is):
		c.contradict(coordinate, Nullability, p.Position, s.Position, "the contract says %s, the service %s, which may be null", promised, is)
	}
}

// arguments compares what a field is asked with.
func (c *comparison) arguments(coordinate string, p, s *field) {
	for _, a := range p.Arguments {
		at := coordinate + "(" + a.Name + ":)"
		in := s.Arguments.ForName(a.Name)
		if in == nil {
			c.contradict(at, Argument, a.Position, s.Position, "the service does not have the argument")
			continue
		}
		c.input(at, given{a.Type, a.DefaultValue, a.Position}, given{in.Type, in.DefaultValue, in.Position})
	}
	for _, a := range s.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil && p.Arguments.ForName(a.Name) == nil {
			c.contradict(coordinate+"("+a.Name+":)", Argument, p.Position, a.Position, "the service requires an argument that the contract does not have")
		}
	}
}

// given is an argument or an input field.
type given struct {
	typ      *ast.Type
	standard *ast.Value
	at       *ast.Position
}

// input compares what is sent. A service may take more than the contract: that something is null.
func (c *comparison) input(coordinate string, p, s given) {
	promised, takes := c.promised.graphType(p.typ), c.service.graphType(s.typ)
	switch {
	case !same(promised, takes):
		c.contradict(coordinate, Type, p.at, s.at, "the contract says %s, the service %s", promised, takes)
	case !fits(takes, promised) && (s.standard == nil || !fits(nullable(takes), nullable(promised))):
		c.contradict(coordinate, Nullability, p.at, s.at, "the contract says %s, the service %s, which must not be null", promised, takes)
	}
	if valueText(p.standard) != none && valueText(p.standard) != valueText(s.standard) {
		c.contradict(coordinate, Default, p.at, s.at, "the default is %s in the contract, and %s in the service", valueText(p.standard), valueText(s.standard))
	}
}

func nullable(t *ast.Type) *ast.Type {
	out := *t
	out.NonNull = false
	return &out
}

func (c *comparison) inputFields(p, s *typ) {
	for _, f := range p.fields {
		in := s.field(f.Name)
		if in == nil {
			c.contradict(p.name+"."+f.Name, InputField, f.Position, s.at, "the service does not have the input field")
			continue
		}
		c.input(p.name+"."+f.Name, given{f.Type, f.DefaultValue, f.Position}, given{in.Type, in.DefaultValue, in.Position})
	}
	for _, f := range s.fields {
		if f.Type.NonNull && f.DefaultValue == nil && p.field(f.Name) == nil {
			c.contradict(p.name+"."+f.Name, InputField, p.at, f.Position, "the service requires an input field that the contract does not have")
		}
	}
}

func (c *comparison) values(p, s *typ) {
	has := func(t *typ, name string) bool {
		return slices.ContainsFunc(t.values, func(v *ast.EnumValueDefinition) bool { return v.Name == name })
	}
	for _, v := range p.values {
		if !has(s, v.Name) {
			c.contradict(p.name+"."+v.Name, Value, v.Position, s.at, "the service does not have the value")
		}
	}
	for _, v := range s.values {
		if c.outputs[p.name] && !has(p, v.Name) {
			c.contradict(p.name+"."+v.Name, Value, p.at, v.Position, "the service may answer a value that the contract does not have")
		}
	}
}

func (c *comparison) members(p, s *typ) {
	for _, name := range p.members {
		if c.service.byName[name] != nil && !slices.Contains(s.members, name) {
			c.contradict(p.name, Member, p.at, s.at, "%s is not in the service's union", name)
		}
	}
	for _, name := range s.members {
		if !slices.Contains(p.members, name) {
			c.contradict(p.name, Member, p.at, s.at, "the service may answer a %s, which is not in the contract's union", name)
		}
	}
}

func (c *comparison) interfaces(p, s *typ) {
	for _, name := range p.interfaces {
		if c.service.byName[name] != nil && !slices.Contains(s.interfaces, name) {
			c.contradict(p.name, Member, p.at, s.at, "the service's %s does not implement %s", p.name, name)
		}
	}
}

// keys compares how an entity is entered. A key whose fields the service lacks is none of a contradiction yet.
func (c *comparison) keys(p, s *typ) {
	for _, k := range p.keys {
		if !k.resolvable || !c.service.has(s, k.fields) {
			continue
		}
		text := k.fields.String()
		i := slices.IndexFunc(s.keys, func(other key) bool { return other.fields.String() == text })
		switch {
		case i < 0:
			c.contradict(p.name, Key, k.at, s.at, "the service's %s has no @key(fields: %q)", p.name, text)
		case !slices.ContainsFunc(s.keys, func(other key) bool { return other.resolvable && other.fields.String() == text }):
			c.contradict(p.name, Key, k.at, s.keys[i].at, "the service's @key(fields: %q) is not resolvable", text)
		}
	}
}

// has reports whether all fields of a selection are there.
func (s *Schema) has(t *typ, fields selection) bool {
	for _, item := range fields {
		if item.on != "" || item.name == "__typename" {
			continue
		}
		f := t.field(item.name)
		if f == nil {
			return false
		}
		if of := s.byName[f.Type.Name()]; of != nil && len(item.fields) > 0 && !s.has(of, item.fields) {
			return false
		}
	}
	return true
}
