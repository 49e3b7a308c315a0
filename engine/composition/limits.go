package composition

import "strings"

// What one input can make composition do is bounded here.
const (
	// maxTokens of a subgraph's SDL, maxSelectionTokens of one set of fields.
	maxTokens          = 5_000_000
	maxSelectionTokens = 10_000
	// maxNesting of brackets: the parser recurses into them.
	maxNesting = 500
	// maxAlternatives of scopes, when the conditions of several subgraphs are taken together.
	maxAlternatives = 10_000
	// maxComparisons of situations while looking for queries that cannot be answered.
	maxComparisons = 50_000_000
)

// nesting is how deep the brackets of a document go. Strings and comments do not count; what is not GraphQL
// is left for the parser to refuse.
func nesting(text string) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '#':
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				return deepest
			}
			i += end
		case '"':
			i = skipString(text, i)
		case '{', '[', '(':
			depth++
			deepest = max(deepest, depth)
		case '}', ']', ')':
			depth--
		}
	}
	return deepest
}

// skipString gives the index of the last byte of the string that starts at i.
func skipString(text string, i int) int {
	if strings.HasPrefix(text[i:], `"""`) {
		for j := i + 3; j < len(text); j++ {
			switch {
			case strings.HasPrefix(text[j:], `\"""`):
				j += 3
			case strings.HasPrefix(text[j:], `"""`):
				return j + 2
			}
		}
		return len(text)
	}
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case '"', '\n':
			return j
		}
	}
	return len(text)
}
