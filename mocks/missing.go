package mocks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Coordinate is a field as one subgraph is to resolve it.
type Coordinate struct {
	// Subgraph by name.
	Subgraph    string
	Type, Field string
}

// String is the coordinate without its subgraph.
func (c Coordinate) String() string { return c.Type + "." + c.Field }

// Check says which field the graph does not have at a coordinate, Type.field, with the nearest that it has.
func Check(graph *supergraph.Supergraph, coordinate string) error {
	typ, field, _ := strings.Cut(coordinate, ".")
	b := builder{graph: graph}
	switch t := graph.Type(typ); {
	case t == nil:
		return fmt.Errorf("there is no type %s%s", typ, near(typ, b.typeNames()))
	case field == "":
		return fmt.Errorf("name a field, such as %s.id", typ)
	case t.Field(field) == nil:
		return fmt.Errorf("%s has no field %s%s", typ, field, near(field, fieldNames(t)))
	}
	return nil
}

// Resolves reports whether the subgraph of that ID is to resolve the field, of an object or an interface.
func Resolves(f *supergraph.Field, id int) bool { return resolves(f, id) }

func resolves(f *supergraph.Field, id int) bool {
	in := f.In[id]
	return in != nil && !in.External && !in.UsedOverridden && (f.Parent.Kind == ast.Object || f.Parent.Kind == ast.Interface)
}

// Marked lists the fields of a subgraph's SDL that are marked @mock: that nobody is to be asked for. A type
// marked @mock stands for all its fields. The directive is ours where it is linked from
// https://ficus.dev/spec, under whatever name; the coordinates have no Subgraph.
func Marked(subgraphSDL string) ([]Coordinate, error) {
	doc, err := parse("", subgraphSDL)
	if err != nil {
		return nil, err
	}
	names := markNames(doc)
	marked := func(list ast.DirectiveList) bool {
		return slices.ContainsFunc(list, func(d *ast.Directive) bool { return slices.Contains(names, d.Name) })
	}
	whole := map[string]bool{}
	for _, def := range definitions(doc) {
		whole[def.Name] = whole[def.Name] || marked(def.Directives)
	}
	var out []Coordinate
	for _, def := range definitions(doc) {
		if def.Kind != ast.Object && def.Kind != ast.Interface {
			continue
		}
		for _, f := range def.Fields {
			if whole[def.Name] || marked(f.Directives) {
				out = append(out, Coordinate{Type: rootName(doc, def.Name), Field: f.Name})
			}
		}
	}
	return out, nil
}

// spec is where our directives come from; versions follow.
const spec = "https://ficus.dev/spec"

// markNames are the names that @mock has in the SDL: as imported, or else under the link's own name.
func markNames(doc *ast.SchemaDocument) []string {
	var out []string
	for local, name := range localNames(doc) {
		if name == mockDirective {
			out = append(out, local)
		}
	}
	return out
}

func argument(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil {
		return a.Value.Raw
	}
	return ""
}

func definitions(doc *ast.SchemaDocument) ast.DefinitionList {
	return slices.Concat(doc.Definitions, doc.Extensions)
}

// rootName is what the graph calls a type: root types have their usual names there, whatever they are here.
func rootName(doc *ast.SchemaDocument, name string) string {
	for _, s := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, op := range s.OperationTypes {
			if op.Type == name {
				return upperFirst(string(op.Operation))
			}
		}
	}
	return name
}

func parse(name, sdl string) (*ast.SchemaDocument, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	if err == nil {
		return doc, nil
	}
	var g *gqlerror.Error
	if errors.As(err, &g) && len(g.Locations) > 0 {
		return nil, fmt.Errorf("SDL of %s: %d:%d: %s", subject(name), g.Locations[0].Line, g.Locations[0].Column, g.Message)
	}
	return nil, fmt.Errorf("SDL of %s: %w", subject(name), err)
}

func subject(name string) string {
	if name == "" {
		return "the subgraph"
	}
	return name
}
