package documents

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// canonicalKey is equal for texts that differ only in space, commas, comments, and the order of their operations and
// fragments. It is zero for what is no text of tokens.
type canonicalKey [sha256.Size]byte

// canonical reads tokens and no grammar, so that it takes a time that grows with the text alone, and no depth. It gives up
// after so many tokens.
func canonical(text string, most int) canonicalKey {
	lex := lexer.New(&ast.Source{Input: text})
	var definitions []string
	var one strings.Builder
	depth := 0
	for n := 0; n <= most; {
		tok, err := lex.ReadToken()
		switch {
		case err != nil:
			return canonicalKey{}
		case tok.Kind == lexer.EOF:
			return sum(append(definitions, one.String()))
		case tok.Kind == lexer.Comment:
			continue
		}
		n++
		write(&one, tok)
		switch tok.Kind {
		case lexer.BraceL, lexer.BracketL, lexer.ParenL:
			depth++
		case lexer.BraceR, lexer.BracketR, lexer.ParenR:
			if depth--; depth == 0 && tok.Kind == lexer.BraceR {
				definitions = append(definitions, one.String())
				one.Reset()
			}
		}
	}
	return canonicalKey{}
}

// write has each token's length, so that no value can pass for several tokens.
func write(to *strings.Builder, tok lexer.Token) {
	var head [9]byte
	head[0] = byte(tok.Kind)
	binary.LittleEndian.PutUint64(head[1:], uint64(len(tok.Value)))
	to.Write(head[:])
	to.WriteString(tok.Value)
}

func sum(definitions []string) canonicalKey {
	slices.Sort(definitions)
	h := sha256.New()
	var size [8]byte
	for _, d := range definitions {
		binary.LittleEndian.PutUint64(size[:], uint64(len(d)))
		h.Write(size[:])
		h.Write([]byte(d))
	}
	return canonicalKey(h.Sum(nil))
}

// count is how many tokens a text has that count.
func count(text string) int {
	lex := lexer.New(&ast.Source{Input: text})
	for n := 0; ; {
		tok, err := lex.ReadToken()
		if err != nil || tok.Kind == lexer.EOF {
			return n
		}
		if tok.Kind != lexer.Comment {
			n++
		}
	}
}
