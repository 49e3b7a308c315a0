package supergraph

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// FieldSet is the selection of a @key, @requires or @provides, parsed: `id org { id ... on Team { size } }`.
type FieldSet []*FieldSetItem

// FieldSetItem is a field with its own selection, or an inline fragment (On is set, Name is "").
type FieldSetItem struct {
	Name      string
	Alias     string
	Arguments ast.ArgumentList
	On        string
	Fields    FieldSet
}

// ParseFieldSet reads the text of a fields argument. It checks syntax only, not that the fields exist.
func ParseFieldSet(text string) (FieldSet, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Name: "fields", Input: "{" + text + "}"})
	if err != nil {
		return nil, fmt.Errorf("field set %q: %w", text, err)
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) != 0 {
		return nil, fmt.Errorf("field set %q: want one selection set", text)
	}
	return fieldSetOf(doc.Operations[0].SelectionSet)
}

func fieldSetOf(set ast.SelectionSet) (FieldSet, error) {
	out := make(FieldSet, 0, len(set))
	for _, sel := range set {
		item := &FieldSetItem{}
		var sub ast.SelectionSet
		switch sel := sel.(type) {
		case *ast.Field:
			item.Name, item.Arguments, sub = sel.Name, sel.Arguments, sel.SelectionSet
			if sel.Alias != sel.Name {
				item.Alias = sel.Alias
			}
		case *ast.InlineFragment:
			item.On, sub = sel.TypeCondition, sel.SelectionSet
		default:
			return nil, fmt.Errorf("field set: a fragment spread is not allowed, write the fields out")
		}
		fields, err := fieldSetOf(sub)
		if err != nil {
			return nil, err
		}
		item.Fields = fields
		out = append(out, item)
	}
	return out, nil
}

// String is the field set in one line, as it is written in SDL.
func (s FieldSet) String() string {
	var b strings.Builder
	s.write(&b)
	return b.String()
}

func (s FieldSet) write(b *strings.Builder) {
	for i, item := range s {
		if i > 0 {
			b.WriteByte(' ')
		}
		item.write(b)
	}
}

func (f *FieldSetItem) write(b *strings.Builder) {
	switch {
	case f.Name == "" && f.On == "":
		b.WriteString("...")
	case f.Name == "":
		b.WriteString("... on " + f.On)
	case f.Alias != "":
		b.WriteString(f.Alias + ": " + f.Name)
	default:
		b.WriteString(f.Name)
	}
	for i, a := range f.Arguments {
		b.WriteString(map[bool]string{true: "(", false: ", "}[i == 0] + a.Name + ": " + a.Value.String())
	}
	if len(f.Arguments) > 0 {
		b.WriteByte(')')
	}
	if len(f.Fields) > 0 {
		b.WriteString(" { ")
		f.Fields.write(b)
		b.WriteString(" }")
	}
}
