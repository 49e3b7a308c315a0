package operation

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// dedentBlocks takes the common indentation from block strings. The parser counts the line of the opening
// quotes among those that have one, so that text which begins there keeps the indentation of its other lines.
// https://spec.graphql.org/October2021/#BlockStringValue()
func dedentBlocks(doc *ast.QueryDocument, text string) {
	if !strings.Contains(text, `"""`) {
		return
	}
	b := &blocks{text: []rune(text)}
	for _, op := range doc.Operations {
		b.directives(op.Directives)
		for _, v := range op.VariableDefinitions {
			b.directives(v.Directives)
			if v.DefaultValue != nil {
				b.value(v.DefaultValue)
			}
		}
		b.set(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		b.directives(f.Directives)
		b.set(f.SelectionSet)
	}
}

// blocks has the text as the parser's positions count it.
type blocks struct{ text []rune }

func (b *blocks) set(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			b.directives(s.Directives)
			b.arguments(s.Arguments)
			b.set(s.SelectionSet)
		case *ast.InlineFragment:
			b.directives(s.Directives)
			b.set(s.SelectionSet)
		case *ast.FragmentSpread:
			b.directives(s.Directives)
		}
	}
}

func (b *blocks) directives(list ast.DirectiveList) {
	for _, d := range list {
		b.arguments(d.Arguments)
	}
}

func (b *blocks) arguments(list ast.ArgumentList) {
	for _, arg := range list {
		b.value(arg.Value)
	}
}

func (b *blocks) value(v *ast.Value) {
	if v.Kind == ast.BlockValue && v.Position != nil && b.beginsAtQuotes(v.Position.Start) {
		v.Raw = dedent(v.Raw)
	}
	for _, c := range v.Children {
		b.value(c.Value)
	}
}

// beginsAtQuotes reports whether there is text on the line of the opening quotes.
func (b *blocks) beginsAtQuotes(start int) bool {
	for i := start + len(`"""`); i < len(b.text); i++ {
		switch b.text[i] {
		case ' ', '\t':
		case '\n', '\r':
			return false
		default:
			return true
		}
	}
	return false
}

// dedent takes from all lines but the first what they have in common.
func dedent(s string) string {
	lines := strings.Split(s, "\n")
	common := -1
	for _, line := range lines[1:] {
		if indent := len(line) - len(strings.TrimLeft(line, " \t")); indent < len(line) && (common < 0 || indent < common) {
			common = indent
		}
	}
	for i := 1; i < len(lines) && common > 0; i++ {
		lines[i] = lines[i][min(common, len(lines[i])):]
	}
	return strings.Join(lines, "\n")
}
