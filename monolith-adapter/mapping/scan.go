package mapping

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxSource bounds the text of a selection, maxNesting its depth.
const (
	maxSource  = 1 << 20
	maxNesting = 128
)

// SyntaxError says where a selection is not one.
type SyntaxError struct {
	// At is the offset in the source.
	At      int
	Message string
}

// Error is the message with the offset.
func (e *SyntaxError) Error() string { return fmt.Sprintf("at offset %d: %s", e.At, e.Message) }

// scanner walks over the source; it knows characters and names, the parser knows the grammar.
type scanner struct {
	src     string
	pos     int
	version Version
	depth   int
}

func (s *scanner) fail(at int, format string, args ...any) error {
	return &SyntaxError{At: at, Message: fmt.Sprintf(format, args...)}
}

// blanks skips white space and comments.
func (s *scanner) blanks() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		case '#':
			if end := strings.IndexByte(s.src[s.pos:], '\n'); end >= 0 {
				s.pos += end + 1
			} else {
				s.pos = len(s.src)
			}
		default:
			return
		}
	}
}

// next skips blanks and gives the byte that follows, or 0.
func (s *scanner) next() byte {
	s.blanks()
	return s.byteAt(s.pos)
}

func (s *scanner) byteAt(i int) byte {
	if i < len(s.src) {
		return s.src[i]
	}
	return 0
}

// here names what stands at the position, for messages.
func (s *scanner) here() string {
	if s.pos >= len(s.src) {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(s.src[s.pos:])
	return fmt.Sprintf("%q", r)
}

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.src[s.pos:], prefix) }

func isIdentStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

func isIdentPart(c byte) bool { return isIdentStart(c) || c >= '0' && c <= '9' }

// isIdent reports whether the text is an identifier.
func isIdent(text string) bool {
	if text == "" || !isIdentStart(text[0]) {
		return false
	}
	for i := range len(text) {
		if !isIdentPart(text[i]) {
			return false
		}
	}
	return true
}

// ident reads an identifier at the position; "" if there is none.
func (s *scanner) ident() string {
	start := s.pos
	if !isIdentStart(s.byteAt(s.pos)) {
		return ""
	}
	for isIdentPart(s.byteAt(s.pos)) {
		s.pos++
	}
	return s.src[start:s.pos]
}

// isKey reports whether a key can start with the byte.
func isKey(c byte) bool { return isIdentStart(c) || c == '\'' || c == '"' }

// key reads an identifier or a string at the position, which isKey.
func (s *scanner) key() (string, error) {
	if c := s.byteAt(s.pos); c == '\'' || c == '"' {
		return s.str()
	}
	return s.ident(), nil
}

// str reads a string in single or double quotes. A backslash takes the next character as it is, but for \n.
func (s *scanner) str() (string, error) {
	start, quote := s.pos, s.src[s.pos]
	s.pos++
	var b strings.Builder
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		s.pos++
		switch {
		case c == quote:
			return b.String(), nil
		case c == '\\' && s.pos < len(s.src):
			if c = s.src[s.pos]; c == 'n' {
				c = '\n'
			}
			s.pos++
		}
		b.WriteByte(c)
	}
	return "", s.fail(start, "the string that starts here does not end")
}

// number reads a number at the position and gives it as JSON has it: 1. is 1.0, .5 is 0.5.
func (s *scanner) number() (string, error) {
	start := s.pos
	if s.byteAt(s.pos) == '-' {
		s.pos++
	}
	whole := s.digits()
	fraction, point := "", s.byteAt(s.pos) == '.'
	if point {
		s.pos++
		fraction = s.digits()
	}
	if whole == "" && fraction == "" {
		return "", s.fail(start, "a number needs a digit")
	}
	if isIdentPart(s.byteAt(s.pos)) {
		return "", s.fail(s.pos, "a number goes on with %s; an exponent cannot be written here", s.here())
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if s.src[start] == '-' {
		whole = "-" + whole
	}
	if !point {
		return whole, nil
	}
	if fraction == "" {
		fraction = "0"
	}
	return whole + "." + fraction, nil
}

func (s *scanner) digits() string {
	start := s.pos
	for c := s.byteAt(s.pos); c >= '0' && c <= '9'; c = s.byteAt(s.pos) {
		s.pos++
	}
	return s.src[start:s.pos]
}

// enter counts a level of nesting; the caller leaves it with s.depth--.
func (s *scanner) enter() error {
	if s.depth++; s.depth > maxNesting {
		return s.fail(s.pos, "nested deeper than %d", maxNesting)
	}
	return nil
}
