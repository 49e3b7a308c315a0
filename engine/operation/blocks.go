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
	EachValue(doc, b.value)
}

// blocks has the text as the parser's positions count it.
type blocks struct{ text []rune }

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
