package mocks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// Strip takes our directives out of a subgraph's SDL, with their definitions and the types that only those use
// (fake__Types and the like): they are for the mock source alone and need neither be defined nor be in the graph.
// Blanks stand in their place, so that all else stays at its line and column.
func Strip(subgraphSDL string) (string, error) {
	doc, err := parse("", subgraphSDL)
	if err != nil {
		return "", err
	}
	s := stripper{known: localNames(doc), text: []rune(subgraphSDL)}
	if s.tokens, err = tokens(subgraphSDL); err != nil {
		return "", err
	}
	for i := 0; i < len(s.tokens); {
		i = s.step(i)
	}
	return string(s.text), nil
}

func tokens(sdl string) ([]lexer.Token, error) {
	l := lexer.New(&ast.Source{Input: sdl})
	var out []lexer.Token
	for {
		t, err := l.ReadToken()
		switch {
		case err != nil:
			return nil, fmt.Errorf("SDL of the subgraph: %w", err)
		case t.Kind == lexer.EOF:
			return out, nil
		case t.Kind != lexer.Comment:
			out = append(out, t)
		}
	}
}

// stripper goes through the tokens of an SDL.
type stripper struct {
	known  map[string]string
	tokens []lexer.Token
	text   []rune
	// depth counts the braces, brackets and parentheses that are open.
	depth int
}

// step goes past one token, or past all of what it takes out.
func (s *stripper) step(i int) int {
	t := s.tokens[i]
	switch t.Kind {
	case lexer.ParenL, lexer.BraceL, lexer.BracketL:
		s.depth++
	case lexer.ParenR, lexer.BraceR, lexer.BracketR:
		s.depth--
	case lexer.At:
		if s.is(i+1, lexer.Name) && s.known[s.tokens[i+1].Value] != "" && !s.word(i-1, "directive") {
			return s.blank(i, s.pastArguments(i+2))
		}
	case lexer.Name, lexer.String, lexer.BlockString:
		if s.depth == 0 && s.ours(i) {
			return s.blank(i, s.pastDefinition(i))
		}
	}
	return i + 1
}

func (s *stripper) is(i int, kind lexer.Type) bool {
	return i >= 0 && i < len(s.tokens) && s.tokens[i].Kind == kind
}

func (s *stripper) word(i int, word string) bool {
	return s.is(i, lexer.Name) && s.tokens[i].Value == word
}

func (s *stripper) describes(i int) bool { return s.is(i, lexer.String) || s.is(i, lexer.BlockString) }

// ours reports whether a definition of ours begins here.
func (s *stripper) ours(i int) bool {
	if s.describes(i) {
		i++
	}
	if s.word(i, "directive") && s.is(i+1, lexer.At) && s.is(i+2, lexer.Name) {
		return s.known[s.tokens[i+2].Value] != ""
	}
	if !s.is(i, lexer.Name) || !slices.Contains([]string{"enum", "input", "scalar"}, s.tokens[i].Value) || !s.is(i+1, lexer.Name) || s.continues(i) {
		return false
	}
	prefix, _, ok := strings.Cut(s.tokens[i+1].Value, "__")
	return ok && slices.Contains(directiveNames, prefix)
}

// keywords begin definitions.
var keywords = []string{"schema", "scalar", "type", "interface", "union", "enum", "input", "directive", "extend"}

// continues reports whether a word goes on with what is before it: a type of that name, not a keyword.
func (s *stripper) continues(i int) bool {
	return s.is(i-1, lexer.Pipe) || s.is(i-1, lexer.Equals) || s.is(i-1, lexer.Amp) || s.is(i-1, lexer.At) ||
		s.is(i-1, lexer.Name) && slices.Contains(append([]string{"on", "implements"}, keywords...), s.tokens[i-1].Value)
}

// pastArguments is the token behind arguments, if there are any.
func (s *stripper) pastArguments(i int) int {
	if !s.is(i, lexer.ParenL) {
		return i
	}
	for depth := 0; i < len(s.tokens); i++ {
		switch s.tokens[i].Kind {
		case lexer.ParenL:
			depth++
		case lexer.ParenR:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return i
}

// pastDefinition is the token with which the next definition begins.
func (s *stripper) pastDefinition(i int) int {
	if s.describes(i) {
		i++
	}
	depth := 0
	for i++; i < len(s.tokens); i++ {
		switch s.tokens[i].Kind {
		case lexer.ParenL, lexer.BraceL, lexer.BracketL:
			depth++
		case lexer.ParenR, lexer.BraceR, lexer.BracketR:
			depth--
		}
		if depth == 0 && (s.describes(i) || s.is(i, lexer.Name) && slices.Contains(keywords, s.tokens[i].Value) && !s.continues(i)) {
			return i
		}
	}
	return i
}

// blank writes blanks over the tokens from i to end, and leaves the ends of lines.
func (s *stripper) blank(i, end int) int {
	for at := s.tokens[i].Pos.Start; at < s.tokens[end-1].Pos.End; at++ {
		if r := s.text[at]; r != '\n' && r != '\r' {
			s.text[at] = ' '
		}
	}
	return end
}
