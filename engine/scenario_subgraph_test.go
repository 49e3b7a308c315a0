package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// contract is a subgraph's schema as an implementation of it serves it, and what its federation directives promise.
type contract struct {
	name   string
	schema *ast.Schema
	types  map[string]*typeContract
	// renamed are the directives that were imported under another name.
	renamed map[string]string
}

// typeContract is what the directives on one type say.
type typeContract struct {
	keys            []supergraph.FieldSet
	resolvable      []bool
	interfaceObject bool
	external        bool
	implements      []string
	fields          map[string]*fieldContract
}

// fieldContract is what the directives on one field say.
type fieldContract struct {
	external           bool
	requires, provides supergraph.FieldSet
}

// newContract reads the SDL of a subgraph: its directives are taken down and off, and what federation adds to the
// schema is added.
func newContract(name, sdl string) (*contract, error) {
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, err
	}
	c := &contract{name: name, types: map[string]*typeContract{}, renamed: renamed(append(doc.Schema, doc.SchemaExtension...))}
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		for _, def := range list {
			if err := c.takeDown(def); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, def.Name, err)
			}
		}
	}
	if err := c.addEntities(doc); err != nil {
		return nil, err
	}
	c.schema, err = validator.ValidateSchemaDocument(doc)
	return c, err
}

// of is what is known of a type; never nil.
func (c *contract) of(name string) *typeContract {
	if t := c.types[name]; t != nil {
		return t
	}
	return &typeContract{}
}

func (t *typeContract) field(name string) *fieldContract {
	if f := t.fields[name]; f != nil {
		return f
	}
	return &fieldContract{}
}

func (c *contract) takeDown(def *ast.Definition) error {
	t := c.types[def.Name]
	if t == nil {
		t = &typeContract{fields: map[string]*fieldContract{}}
		c.types[def.Name] = t
	}
	t.implements = append(t.implements, def.Interfaces...)
	for _, d := range def.Directives {
		switch c.meaning(d) {
		case "key":
			set, err := fieldSetOf(d)
			if err != nil {
				return err
			}
			off := d.Arguments.ForName("resolvable")
			t.keys, t.resolvable = append(t.keys, set), append(t.resolvable, off == nil || off.Value.Raw != "false")
		case "interfaceObject":
			t.interfaceObject = true
		case "external":
			t.external = true
		}
	}
	if !strings.HasPrefix(def.Name, "__") && !def.BuiltIn {
		def.Directives = nil
	}
	for _, f := range def.Fields {
		if err := c.takeDownField(t, f); err != nil {
			return err
		}
	}
	for _, v := range def.EnumValues {
		v.Directives = nil
	}
	return nil
}

func (c *contract) takeDownField(t *typeContract, f *ast.FieldDefinition) error {
	fc := &fieldContract{external: t.external}
	for _, d := range f.Directives {
		set, err := fieldSetOf(d)
		if err != nil {
			return err
		}
		switch c.meaning(d) {
		case "external":
			fc.external = true
		case "requires":
			fc.requires = set
		case "provides":
			fc.provides = set
		}
	}
	t.fields[f.Name] = fc
	f.Directives = nil
	for _, a := range f.Arguments {
		a.Directives = nil
	}
	return nil
}

// meaning is the name of a federation directive, however it was imported.
func (c *contract) meaning(d *ast.Directive) string {
	if name := c.renamed[d.Name]; name != "" {
		return name
	}
	return strings.TrimPrefix(d.Name, "federation__")
}

// renamed are the names that @link gives to what it imports, with what they were.
func renamed(schemas ast.SchemaDefinitionList) map[string]string {
	out := map[string]string{}
	for _, s := range schemas {
		for _, link := range s.Directives {
			imports := link.Arguments.ForName("import")
			if imports == nil {
				continue
			}
			for _, i := range imports.Value.Children {
				if name, as := i.Value.Children.ForName("name"), i.Value.Children.ForName("as"); name != nil && as != nil {
					out[strings.TrimPrefix(as.Raw, "@")] = strings.TrimPrefix(name.Raw, "@")
				}
			}
		}
	}
	return out
}

func fieldSetOf(d *ast.Directive) (supergraph.FieldSet, error) {
	if a := d.Arguments.ForName("fields"); a != nil {
		return supergraph.ParseFieldSet(a.Value.Raw)
	}
	return nil, nil
}

// addEntities adds Query._entities, and Query itself if there is none.
func (c *contract) addEntities(doc *ast.SchemaDocument) error {
	root, declared := "Query", false
	for _, list := range []ast.SchemaDefinitionList{doc.Schema, doc.SchemaExtension} {
		for _, s := range list {
			s.Directives = nil
			for _, o := range s.OperationTypes {
				declared = true
				if o.Operation == ast.Query {
					root = o.Type
				}
			}
		}
	}
	text := "scalar _Any"
	entities := c.entities(doc)
	switch has := doc.Definitions.ForName(root) != nil || doc.Extensions.ForName(root) != nil; {
	case len(entities) > 0:
		text += " union _Entity = " + strings.Join(entities, " | ") + " extend type " + root + " { _entities(representations: [_Any!]!): [_Entity]! }"
	case !has:
		text += " type " + root + " { _service: String }"
	}
	if declared && !slices.ContainsFunc(append(doc.Schema, doc.SchemaExtension...), func(s *ast.SchemaDefinition) bool { return s.OperationTypes.ForType(root) != nil }) {
		text += " extend schema { query: " + root + " }"
	}
	more, err := parser.ParseSchema(&ast.Source{Name: "federation", Input: text})
	if err != nil {
		return err
	}
	doc.Definitions = append(doc.Definitions, more.Definitions...)
	doc.Extensions = append(doc.Extensions, more.Extensions...)
	doc.SchemaExtension = append(doc.SchemaExtension, more.SchemaExtension...)
	return nil
}

// entities are the object types with a key, in the order of the schema.
func (c *contract) entities(doc *ast.SchemaDocument) []string {
	var out []string
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		for _, def := range list {
			if def.Kind == ast.Object && len(c.of(def.Name).keys) > 0 && !slices.Contains(out, def.Name) {
				out = append(out, def.Name)
			}
		}
	}
	return out
}
