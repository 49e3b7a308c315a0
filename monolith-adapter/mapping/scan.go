package mapping

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxSource bounds the text of a selection, maxNesting its depth, maxLocals the variables that one path binds.
const (
	maxSource  = 1 << 20
	maxNesting = 128
	maxLocals  = 100
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

// str reads a string in single or double quotes.
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
		case c != '\\' || s.pos == len(s.src):
			b.WriteByte(c)
		default:
			if err := s.escape(&b); err != nil {
				return "", err
			}
		}
	}
	return "", s.fail(start, "the string that starts here does not end")
}

// escape reads what follows a backslash. Before v0.4 only \n is more than the character itself; from then on
// the escapes are those of JSON.
func (s *scanner) escape(b *strings.Builder) error {
	c := s.src[s.pos]
	switch {
	case c == 'n':
		b.WriteByte('\n')
	case s.version < V04:
		b.WriteByte(c)
	case c == 'u':
		n := s.units()
		if n == 0 {
			return s.fail(s.pos-1, `\u needs four hexadecimal digits`)
		}
		b.WriteString(unescape(s.src[s.pos-1 : s.pos+n]))
		s.pos += n
		return nil
	default:
		b.WriteByte(unescaped(c))
	}
	s.pos++
	return nil
}

// units is the length of uXXXX at the position, or of the surrogate pair uXXXX\uXXXX; 0 if it is neither.
func (s *scanner) units() int {
	unit := func(at int) bool {
		if s.byteAt(at) != 'u' {
			return false
		}
		for i := 1; i <= 4; i++ {
			if !isHex(s.byteAt(at + i)) {
				return false
			}
		}
		return true
	}
	switch {
	case !unit(s.pos):
		return 0
	case s.byteAt(s.pos+5) == '\\' && unit(s.pos+6):
		return 11
	}
	return 5
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
	exponent, err := s.exponent()
	if err != nil {
		return "", err
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if s.src[start] == '-' {
		whole = "-" + whole
	}
	if !point {
		return whole + exponent, nil
	}
	if fraction == "" {
		fraction = "0"
	}
	return whole + "." + fraction + exponent, nil
}

// exponent reads the exponent of a number, if there is one.
func (s *scanner) exponent() (string, error) {
	start := s.pos
	if c := s.byteAt(s.pos); s.version >= V04 && (c == 'e' || c == 'E') {
		s.pos++
		if c := s.byteAt(s.pos); c == '+' || c == '-' {
			s.pos++
		}
		if s.digits() == "" {
			return "", s.fail(s.pos, "an exponent needs a digit")
		}
	}
	switch c := s.byteAt(s.pos); {
	case !isIdentPart(c):
		return s.src[start:s.pos], nil
	case s.version < V04 && (c == 'e' || c == 'E'):
		return "", s.fail(s.pos, "an exponent cannot be written before v0.4")
	}
	return "", s.fail(s.pos, "a number cannot go on with %s", s.here())
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

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
