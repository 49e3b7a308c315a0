package contract

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// Schema is the SDL of a subgraph, read by the meaning of its directives: a type with its extensions is one, and
// directives go by their own names, however they are linked.
type Schema struct {
	File  string
	lines []string
	doc   *ast.SchemaDocument
	// directives leads from the names here to those of the specification.
	directives map[string]string
	// linked: the SDL is of Federation 2.
	linked bool
	// types in the order of the SDL, with the names of root types as in the graph.
	types  []*typ
	byName map[string]*typ
}

// typ is a type with its extensions.
type typ struct {
	name       string
	kind       ast.DefinitionKind
	at         *ast.Position
	fields     []*field
	interfaces []string
	members    []string
	values     []*ast.EnumValueDefinition
	keys       []key
	mocked     bool
}

// field is a field of an object, an interface or an input.
type field struct {
	*ast.FieldDefinition
	external, mocked bool
}

// key is a @key of a type.
type key struct {
	fields     selection
	resolvable bool
	at         *ast.Position
}

// Read reads SDL. The file is named in places.
func Read(file, sdl string) (*Schema, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: file, Input: sdl})
	if err != nil {
		return nil, fault(file, err)
	}
	s := &Schema{File: file, doc: doc, lines: strings.Split(sdl, "\n"), byName: map[string]*typ{}}
	s.directives, s.linked = directiveNames(doc)
	for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
		s.add(def)
	}
	return s, nil
}

// fault gives a parser's error its place.
func fault(file string, err error) error {
	var g *gqlerror.Error
	if errors.As(err, &g) && len(g.Locations) > 0 {
		return &Fault{Place{File: file, Line: g.Locations[0].Line, Column: g.Locations[0].Column}, g.Message}
	}
	return &Fault{Place{File: file}, err.Error()}
}

// Fault is SDL that cannot be read, at its place.
type Fault struct {
	Place   Place
	Message string
}

// Error is file:line:column: message.
func (f *Fault) Error() string { return f.Place.String() + ": " + f.Message }

// add adds a definition or an extension. A key that cannot be read is none.
func (s *Schema) add(def *ast.Definition) {
	name := rootName(s.doc, def.Name)
	t := s.byName[name]
	if t == nil {
		t = &typ{name: name, kind: def.Kind, at: def.Position}
		s.byName[name], s.types = t, append(s.types, t)
	}
	t.mocked = t.mocked || len(s.applied(def.Directives, "mock")) > 0
	allExternal := len(s.applied(def.Directives, "external")) > 0
	for _, f := range def.Fields {
		t.fields = append(t.fields, &field{
			FieldDefinition: f, external: allExternal || len(s.applied(f.Directives, "external")) > 0,
			mocked: len(s.applied(f.Directives, "mock")) > 0,
		})
	}
	t.interfaces, t.members = append(t.interfaces, def.Interfaces...), append(t.members, def.Types...)
	t.values = append(t.values, def.EnumValues...)
	for _, d := range s.applied(def.Directives, "key") {
		if fields, err := fieldSet(d); err == nil {
			t.keys = append(t.keys, key{fields, !isFalse(d, "resolvable"), d.Position})
		}
	}
}

// applied are the directives of that name of the specification.
func (s *Schema) applied(list ast.DirectiveList, name string) []*ast.Directive {
	var out []*ast.Directive
	for _, d := range list {
		if s.directives[d.Name] == name {
			out = append(out, d)
		}
	}
	return out
}

func (s *Schema) place(at *ast.Position) Place {
	if at == nil {
		return Place{File: s.File}
	}
	p := Place{File: s.File, Line: at.Line, Column: at.Column}
	if at.Line > 0 && at.Line <= len(s.lines) {
		p.Text = strings.TrimSpace(s.lines[at.Line-1])
	}
	return p
}

// field is the field of that name; of several, one that is not external. It is nil if there is none.
func (t *typ) field(name string) *field {
	var found *field
	for _, f := range t.fields {
		if f.Name == name && (found == nil || found.external) {
			found = f
		}
	}
	return found
}

// isKey reports whether a key of the type has the field.
func (t *typ) isKey(name string) bool {
	return slices.ContainsFunc(t.keys, func(k key) bool { return k.fields.get(name) != nil })
}

// resolves reports whether a service with this type answers the field: that it is external says that it does
// not, unless it is of a key, and of Federation 1 then. What it marks as made up nobody has built.
func (t *typ) resolves(name string) bool {
	f := t.field(name)
	return f != nil && !f.mocked && !t.mocked && (!f.external || t.isKey(name))
}

// rootName is what the graph calls a type: root types have their usual names there, whatever they are here.
func rootName(doc *ast.SchemaDocument, name string) string {
	for _, s := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, op := range s.OperationTypes {
			if op.Type == name {
				return strings.ToUpper(string(op.Operation[:1])) + string(op.Operation[1:])
			}
		}
	}
	return name
}

func isFalse(d *ast.Directive, argument string) bool {
	a := d.Arguments.ForName(argument)
	return a != nil && a.Value != nil && a.Value.Raw == "false"
}

func argument(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil && a.Value != nil {
		return a.Value.Raw
	}
	return ""
}

// selection is a field set: what @key, @requires and @provides name.
type selection []*selected

type selected struct {
	name string
	// on is the type of the fragment that it stands in, "" if it is in none.
	on     string
	fields selection
}

func (s selection) get(name string) *selected {
	for _, f := range s {
		if f.name == name {
			return f
		}
	}
	return nil
}

// String is the selection in one order, so that equal ones are equal texts.
func (s selection) String() string {
	parts := make([]string, len(s))
	for i, f := range s {
		parts[i] = f.name
		if f.on != "" {
			parts[i] = f.on + ":" + f.name
		}
		if len(f.fields) > 0 {
			parts[i] += "{" + f.fields.String() + "}"
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// fieldSet reads the argument fields of a directive.
func fieldSet(d *ast.Directive) (selection, error) {
	text := argument(d, "fields")
	doc, err := parser.ParseQuery(&ast.Source{Input: "{" + text + "}"})
	if err != nil || len(doc.Operations) != 1 {
		return nil, fmt.Errorf("@%s: %q is no selection of fields", d.Name, text)
	}
	return selectionOf(doc.Operations[0].SelectionSet, ""), nil
}

func selectionOf(set ast.SelectionSet, on string) selection {
	var out selection
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			out = append(out, &selected{s.Name, on, selectionOf(s.SelectionSet, "")})
		case *ast.InlineFragment:
			out = append(out, selectionOf(s.SelectionSet, s.TypeCondition)...)
		}
	}
	return out
}
