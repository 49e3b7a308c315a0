package conformance

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// attempts is how often a mutation is drawn again that found nothing to change.
const attempts = 40

// Mutate changes the set in one or two places and says how. The same random source gives the same mutant. It fails on
// a set whose SDL does not parse.
func Mutate(rng *rand.Rand, s Set) (mutant Set, changes []string, err error) {
	docs := make([]*ast.SchemaDocument, len(s.Subgraphs))
	names := make([]string, len(s.Subgraphs))
	for i, sub := range s.Subgraphs {
		names[i] = sub.Name
		if docs[i], err = parser.ParseSchema(&ast.Source{Name: sub.Name, Input: sub.SDL}); err != nil {
			return Set{}, nil, fmt.Errorf("mutate %s: %w", s.ID, err)
		}
	}
	wanted := 1 + rng.IntN(2)
	for range attempts {
		i := rng.IntN(len(docs))
		m := mutation{rng: rng, doc: docs[i], docs: docs, subgraphs: names}
		if done := pick(rng, mutators)(&m); done != "" {
			changes = append(changes, names[i]+": "+done)
		}
		if len(changes) == wanted {
			break
		}
	}
	mutant = Set{ID: s.ID, Subgraphs: slices.Clone(s.Subgraphs)}
	for i, d := range docs {
		mutant.Subgraphs[i].SDL = sdl(d)
	}
	if len(changes) > 0 && rng.IntN(25) == 0 {
		double := mutant.Subgraphs[rng.IntN(len(docs))]
		changes = append(changes, "copy of subgraph "+double.Name)
		double.Name += "Copy"
		mutant.Subgraphs = append(mutant.Subgraphs, double)
	}
	return mutant, changes, nil
}

func sdl(doc *ast.SchemaDocument) string {
	var b bytes.Buffer
	formatter.NewFormatter(&b).FormatSchemaDocument(doc)
	return b.String()
}

// mutation is one change under way: the document that is changed, and the others that it can borrow from.
type mutation struct {
	rng       *rand.Rand
	doc       *ast.SchemaDocument
	docs      []*ast.SchemaDocument
	subgraphs []string
}

// mutators each make one kind of change and say what they did; "" where there was nothing to change.
var mutators = []func(*mutation) string{
	(*mutation).dropDirectiveOfType, (*mutation).dropDirectiveOfField, (*mutation).dropDirectiveOfField,
	(*mutation).addDirectiveToType, (*mutation).addDirectiveToType, (*mutation).addDirectiveToField, (*mutation).addDirectiveToField, (*mutation).addDirectiveToField,
	(*mutation).addDirectiveElsewhere, (*mutation).moveDirective, (*mutation).changeFieldSet, (*mutation).changeFieldSet, (*mutation).changeOverride, (*mutation).changeLink,
	(*mutation).dropField, (*mutation).renameField, (*mutation).copyField, (*mutation).moveField, (*mutation).borrowField, (*mutation).borrowField,
	(*mutation).changeNullability, (*mutation).changeList, (*mutation).changeType,
	(*mutation).addArgument, (*mutation).dropArgument, (*mutation).changeArgument, (*mutation).changeDefault,
	(*mutation).dropInterface, (*mutation).addInterface, (*mutation).changeEnum, (*mutation).changeUnion,
	(*mutation).dropType, (*mutation).borrowType, (*mutation).turnToExtension, (*mutation).changeKind, (*mutation).renameType,
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// types are the definitions and extensions of the document that is changed.
func (m *mutation) types() []*ast.Definition { return typesOf(m.doc) }

func typesOf(doc *ast.SchemaDocument) []*ast.Definition {
	return slices.Concat(doc.Definitions, doc.Extensions)
}

// typ is any type for which ok holds; nil where there is none.
func (m *mutation) typ(ok func(*ast.Definition) bool) *ast.Definition {
	var fit []*ast.Definition
	for _, t := range m.types() {
		if ok(t) {
			fit = append(fit, t)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return pick(m.rng, fit)
}

func withFields(t *ast.Definition) bool { return len(t.Fields) > 0 }

// field is any field of any type; nil where no type has fields.
func (m *mutation) field() (*ast.Definition, *ast.FieldDefinition) {
	t := m.typ(withFields)
	if t == nil {
		return nil, nil
	}
	return t, pick(m.rng, t.Fields)
}

// fieldWith is any field for which ok holds; nil where there is none.
func (m *mutation) fieldWith(ok func(*ast.FieldDefinition) bool) (*ast.Definition, *ast.FieldDefinition) {
	t := m.typ(func(t *ast.Definition) bool { return slices.ContainsFunc(t.Fields, ok) })
	if t == nil {
		return nil, nil
	}
	var fit []*ast.FieldDefinition
	for _, f := range t.Fields {
		if ok(f) {
			fit = append(fit, f)
		}
	}
	return t, pick(m.rng, fit)
}

// parsed is the first type of a piece of SDL, from which directives and arguments are taken.
func parsed(text string) *ast.Definition {
	doc, err := parser.ParseSchema(&ast.Source{Input: text})
	if err != nil || len(doc.Definitions) == 0 {
		return &ast.Definition{}
	}
	return doc.Definitions[0]
}

func directive(text string) ast.DirectiveList { return parsed("scalar X " + text).Directives }

func argument(text string) ast.ArgumentDefinitionList {
	return parsed("type X { f(" + text + "): Int }").Fields[0].Arguments
}

func coordinate(t *ast.Definition, f *ast.FieldDefinition) string { return t.Name + "." + f.Name }

func remove[T comparable](list []T, x T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(y T) bool { return x == y })
}

func printed(d *ast.Directive) string {
	var args []string
	for _, a := range d.Arguments {
		args = append(args, a.Name+": "+a.Value.String())
	}
	return "@" + d.Name + "(" + strings.Join(args, ", ") + ")"
}
