package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/mocks"
)

// Gone is a coordinate that goes because of others that do.
type Gone struct {
	mocks.Coordinate
	// Because goes on with the coordinate, as in "requires User.email, which nobody implements".
	Because string
}

// Without is the subgraphs without some coordinates, and without what cannot be had without them: fields that
// require them, keys that have them, interfaces that promise them, types that are left empty. Parts that lose
// nothing are left as they are. What also went is in the order of the parts.
func Without(parts []composition.Subgraph, missing []mocks.Coordinate) ([]composition.Subgraph, []Gone, error) {
	c := &cut{gone: map[mocks.Coordinate]bool{}, lost: map[string]bool{}, emptied: map[string]bool{}}
	for _, m := range missing {
		c.gone[m], c.lost[m.String()] = true, true
	}
	for _, p := range parts {
		s, err := Read(p.File, p.SDL)
		if err != nil {
			return nil, nil, err
		}
		one := &piece{name: p.Name, Schema: s}
		one.wanted = one.used()
		c.parts = append(c.parts, one)
	}
	for again := true; again; {
		again = false
		for _, p := range c.parts {
			again = c.prune(p) || again
		}
		again = c.across() || again
	}
	return c.result(parts), c.also, nil
}

// cut is parts that are losing coordinates.
type cut struct {
	parts []*piece
	// gone by subgraph; lost by coordinate, in whatever subgraph; emptied are types of which one lost all.
	gone    map[mocks.Coordinate]bool
	lost    map[string]bool
	emptied map[string]bool
	also    []Gone
}

// piece is a part as a document, whose definitions change.
type piece struct {
	name string
	*Schema
	changed bool
	// wanted are the coordinates that field sets named before.
	wanted map[string]bool
}

func (c *cut) result(parts []composition.Subgraph) []composition.Subgraph {
	out := slices.Clone(parts)
	for i, p := range c.parts {
		if !p.changed {
			continue
		}
		var b strings.Builder
		formatter.NewFormatter(&b).FormatSchemaDocument(p.doc)
		out[i].SDL = b.String()
	}
	slices.SortStableFunc(c.also, func(a, b Gone) int { return cmp.Compare(c.index(a.Subgraph), c.index(b.Subgraph)) })
	return out
}

func (c *cut) index(name string) int {
	return slices.IndexFunc(c.parts, func(p *piece) bool { return p.name == name })
}

// take loses a field of a part. It reports whether that is new.
func (c *cut) take(p *piece, def *ast.Definition, f *ast.FieldDefinition, format string, args ...any) bool {
	at := p.coordinate(def, f)
	if c.gone[at] {
		return false
	}
	c.gone[at] = true
	if !p.isExternal(def, f) {
		c.lost[at.String()] = true
		c.also = append(c.also, Gone{at, fmt.Sprintf(format, args...)})
	}
	return true
}

func (p *piece) coordinate(def *ast.Definition, f *ast.FieldDefinition) mocks.Coordinate {
	return mocks.Coordinate{Subgraph: p.name, Type: rootName(p.doc, def.Name), Field: f.Name}
}

func (p *piece) isExternal(def *ast.Definition, f *ast.FieldDefinition) bool {
	return len(p.applied(f.Directives, "external")) > 0 || len(p.applied(def.Directives, "external")) > 0
}

// composites are the definitions and extensions of objects and interfaces.
func (p *piece) composites() []*ast.Definition {
	var out []*ast.Definition
	for _, def := range slices.Concat(p.doc.Definitions, p.doc.Extensions) {
		if def.Kind == ast.Object || def.Kind == ast.Interface {
			out = append(out, def)
		}
	}
	return out
}

// find is the field of a type, nil if it is not there.
func (p *piece) find(typ, name string) *ast.FieldDefinition {
	for _, def := range p.composites() {
		if def.Name == typ || rootName(p.doc, def.Name) == typ {
			if f := def.Fields.ForName(name); f != nil {
				return f
			}
		}
	}
	return nil
}

// prune takes out of a part what is gone, and what that leaves behind in it. It reports whether there was any.
func (c *cut) prune(p *piece) bool {
	changed := c.fields(p)
	changed = c.empty(p) || changed
	changed = c.fieldSets(p) || changed
	changed = c.interfaceFields(p) || changed
	return c.unwanted(p) || changed
}

// fields takes the fields out that are gone.
func (c *cut) fields(p *piece) bool {
	changed := false
	for _, def := range p.composites() {
		before := len(def.Fields)
		def.Fields = slices.DeleteFunc(def.Fields, func(f *ast.FieldDefinition) bool { return c.gone[p.coordinate(def, f)] })
		changed = changed || len(def.Fields) < before
	}
	p.changed = p.changed || changed
	return changed
}

// empty takes the types out of which nothing is left, with the fields that return them.
func (c *cut) empty(p *piece) bool {
	gone := map[string]bool{}
	for _, def := range slices.Concat(p.doc.Definitions, p.doc.Extensions) {
		if had := p.byName[rootName(p.doc, def.Name)]; had == nil || !p.isEmpty(had, def.Name) {
			continue
		}
		gone[def.Name] = true
		c.emptied[def.Name] = true
	}
	if len(gone) == 0 {
		return false
	}
	is := func(def *ast.Definition) bool { return gone[def.Name] }
	p.doc.Definitions, p.doc.Extensions = slices.DeleteFunc(p.doc.Definitions, is), slices.DeleteFunc(p.doc.Extensions, is)
	named := func(name string) bool { return gone[name] }
	for _, def := range slices.Concat(p.doc.Definitions, p.doc.Extensions) {
		def.Types, def.Interfaces = slices.DeleteFunc(def.Types, named), slices.DeleteFunc(def.Interfaces, named)
		for _, f := range def.Fields {
			if gone[f.Type.Name()] {
				c.take(p, def, f, "returns %s, of which nothing is implemented", f.Type.Name())
			}
		}
	}
	for _, s := range slices.Concat(p.doc.Schema, p.doc.SchemaExtension) {
		s.OperationTypes = slices.DeleteFunc(s.OperationTypes, func(op *ast.OperationTypeDefinition) bool { return gone[op.Type] })
	}
	p.doc.Schema = slices.DeleteFunc(p.doc.Schema, func(s *ast.SchemaDefinition) bool { return len(s.OperationTypes) == 0 && len(s.Directives) == 0 })
	p.changed = true
	return true
}

// isEmpty reports whether a type had fields, or members, and has none left.
func (p *piece) isEmpty(had *typ, name string) bool {
	switch had.kind {
	case ast.Object, ast.Interface:
		return len(had.fields) > 0 && !slices.ContainsFunc(p.composites(), func(def *ast.Definition) bool { return def.Name == name && len(def.Fields) > 0 })
	case ast.Union:
		return len(had.members) > 0 && !slices.ContainsFunc(slices.Concat(p.doc.Definitions, p.doc.Extensions), func(def *ast.Definition) bool { return def.Name == name && len(def.Types) > 0 })
	default:
		return false
	}
}

// unwanted takes out external fields that only stood there for field sets that are gone.
func (c *cut) unwanted(p *piece) bool {
	used, changed := p.used(), false
	for _, def := range p.composites() {
		for _, f := range def.Fields {
			at := p.coordinate(def, f).String()
			if p.isExternal(def, f) && p.wanted[at] && !used[at] && !p.promises(def, f.Name) {
				changed = c.take(p, def, f, "") || changed
			}
		}
	}
	return changed
}

// promises reports whether an interface of a type has the field.
func (p *piece) promises(def *ast.Definition, name string) bool {
	return slices.ContainsFunc(p.composites(), func(of *ast.Definition) bool {
		return of.Kind == ast.Interface && slices.Contains(def.Interfaces, of.Name) && of.Fields.ForName(name) != nil
	})
}

// across takes out what one part has and cannot be without another's.
func (c *cut) across() bool {
	changed := false
	for _, p := range c.parts {
		for _, def := range p.composites() {
			name := rootName(p.doc, def.Name)
			orphan := c.emptied[def.Name] && !p.linked && p.extends(def) && !c.hasBase(def.Name)
			for _, f := range def.Fields {
				switch {
				case c.stranded(p, def):
					changed = c.take(p, def, f, "is of an @interfaceObject, and no key of it is left with all types of %s", name) || changed
				case orphan:
					changed = c.take(p, def, f, "extends %s, of which nothing is implemented", name) || changed
				case !c.lost[name+"."+f.Name]:
				case p.isExternal(def, f) && !c.resolved(name, f.Name):
					changed = c.take(p, def, f, "") || changed
				}
			}
		}
	}
	return c.promisedOnly() || changed
}

// extends reports whether a definition extends a type that another part has.
func (p *piece) extends(def *ast.Definition) bool {
	return slices.Contains(p.doc.Extensions, def) || len(p.applied(def.Directives, "extends")) > 0
}

func (c *cut) hasBase(name string) bool {
	return slices.ContainsFunc(c.parts, func(p *piece) bool {
		return slices.ContainsFunc(p.composites(), func(def *ast.Definition) bool {
			return def.Name == name && (p.linked || !p.extends(def))
		})
	})
}

// resolved reports whether a part has the field, not from elsewhere.
func (c *cut) resolved(typ, name string) bool {
	return slices.ContainsFunc(c.parts, func(p *piece) bool {
		return slices.ContainsFunc(p.composites(), func(def *ast.Definition) bool {
			f := def.Fields.ForName(name)
			return f != nil && rootName(p.doc, def.Name) == typ && !p.isExternal(def, f)
		})
	})
}
