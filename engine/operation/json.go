package operation

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// reader goes once over JSON, in place, and holds it to the grammar as it goes. Once it is broken every
// step is false or nil, and pos is where it broke.
// https://www.rfc-editor.org/rfc/rfc8259
type reader struct {
	text   []byte
	pos    int
	depth  int
	broken string
	extent extent
}

// maxJSONDepth is how deep variables may nest.
const maxJSONDepth = 500

func (r *reader) fail(why string) bool {
	if r.broken == "" {
		r.broken = why
	}
	return false
}

// peek is the next byte that is no white space, 0 at the end.
func (r *reader) peek() byte {
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; c {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return c
		}
	}
	return 0
}

// take steps over the byte if it is the next one.
func (r *reader) take(c byte) bool {
	if r.broken == "" && r.peek() == c {
		r.pos++
		return true
	}
	return false
}

// expect is take that insists.
func (r *reader) expect(c byte) bool {
	return r.take(c) || r.fail("expected "+string(c))
}

// enter and leave bound how deep values nest.
func (r *reader) enter() bool {
	r.depth++
	r.extent.deepest = max(r.extent.deepest, r.depth)
	return r.depth <= maxJSONDepth || r.fail("it nests too deep")
}

func (r *reader) leave() { r.depth-- }

// more steps to the next member or element: first says that none was read, end closes them.
func (r *reader) more(first bool, end byte) bool {
	if r.take(end) {
		return false
	}
	if r.broken != "" {
		return false
	}
	return first || r.expect(',')
}

// key reads a member's name and the colon.
func (r *reader) key() []byte {
	if r.peek() != '"' {
		r.fail("expected a name in double quotes")
		return nil
	}
	start := r.pos
	if !r.str() {
		return nil
	}
	name := unquote(r.text[start:r.pos])
	if !r.expect(':') {
		return nil
	}
	return name
}

// skip steps over one value and returns its text, nil if it is broken.
func (r *reader) skip() []byte {
	c := r.peek()
	start := r.pos
	if !r.value(c) {
		return nil
	}
	return r.text[start:r.pos]
}

func (r *reader) value(c byte) bool {
	switch {
	case r.broken != "":
		return false
	case c == '"':
		return r.str()
	case c == '{' || c == '[':
		return r.composite(c)
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case c == 't':
		return r.word("true")
	case c == 'f':
		return r.word("false")
	case c == 'n':
		return r.word("null")
	}
	return r.fail("expected a value")
}

func (r *reader) composite(open byte) bool {
	if !r.enter() {
		return false
	}
	r.pos++
	end := open + 2 // '{' and '}', '[' and ']' lie two apart
	n := 0
	for ; r.more(n == 0, end); n++ {
		if open == '{' && r.key() == nil {
			return false
		}
		if r.skip() == nil {
			return false
		}
	}
	if open == '[' {
		r.extent.longest = max(r.extent.longest, n)
	}
	r.leave()
	return r.broken == ""
}

func (r *reader) word(w string) bool {
	if !bytes.HasPrefix(r.text[r.pos:], []byte(w)) {
		return r.fail("expected a value")
	}
	r.pos += len(w)
	return true
}

func (r *reader) number() bool {
	r.byteIs('-')
	if !r.byteIs('0') && !r.digits() {
		return r.fail("expected a digit")
	}
	if r.byteIs('.') && !r.digits() {
		return r.fail("expected a digit")
	}
	if r.byteIs('e') || r.byteIs('E') {
		_ = r.byteIs('-') || r.byteIs('+')
		if !r.digits() {
			return r.fail("expected a digit")
		}
	}
	return true
}

// byteIs steps over the byte if it is right here.
func (r *reader) byteIs(c byte) bool {
	if r.pos < len(r.text) && r.text[r.pos] == c {
		r.pos++
		return true
	}
	return false
}

func (r *reader) digits() bool {
	start := r.pos
	for r.pos < len(r.text) && r.text[r.pos] >= '0' && r.text[r.pos] <= '9' {
		r.pos++
	}
	return r.pos > start
}

// str steps over a string, at whose opening quote the reader stands.
func (r *reader) str() bool {
	for r.pos++; r.pos < len(r.text); {
		switch c := r.text[r.pos]; {
		case c == '"':
			r.pos++
			return true
		case c == '\\':
			if !r.escape() {
				return false
			}
		case c < 0x20:
			return r.fail("a control character in a string must be escaped")
		case c < utf8.RuneSelf:
			r.pos++
		default:
			char, size := utf8.DecodeRune(r.text[r.pos:])
			if char == utf8.RuneError && size == 1 {
				return r.fail("it is not valid UTF-8")
			}
			r.pos += size
		}
	}
	return r.fail("a string has no end")
}

func (r *reader) escape() bool {
	rest := r.text[r.pos+1:]
	switch {
	case len(rest) == 0:
		return r.fail("a string has no end")
	case bytes.IndexByte([]byte(`"\/bfnrt`), rest[0]) >= 0:
		r.pos += 2
		return true
	case rest[0] != 'u' || len(rest) < 5:
		return r.fail("unknown escape sequence")
	}
	for _, c := range rest[1:5] {
		if hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'; !hex {
			return r.fail("unknown escape sequence")
		}
	}
	r.pos += 6
	return true
}

// unquote is the text of a string, a part of it where nothing is escaped.
func unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return []byte{}
	}
	return []byte(s)
}
