package executor

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// The scanner checks and skips JSON in place: each function takes the text and the index at which its value
// starts, and returns the index behind it, or malformed. It allocates nothing, accepts exactly RFC 8259 in
// valid UTF-8, and never reads outside of the text.

// malformed is the index that stands for a syntax error.
const malformed = -1

// maxDepth bounds how deep answers may nest.
const maxDepth = 512

// skipSpace is the index of the next byte that is no white space.
func skipSpace(text []byte, i int) int {
	for i < len(text) && text[i] <= ' ' {
		switch text[i] {
		case ' ', '\n', '\r', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

// skipValue skips the value that starts at i, without white space around it.
func skipValue(text []byte, i, depth int) int {
	if i >= len(text) {
		return malformed
	}
	switch c := text[i]; c {
	case '"':
		return skipString(text, i+1)
	case '{', '[':
		return skipComposite(text, i, depth)
	case 't':
		return skipWord(text, i, "true")
	case 'f':
		return skipWord(text, i, "false")
	case 'n':
		return skipWord(text, i, "null")
	default:
		return skipNumber(text, i)
	}
}

func skipWord(text []byte, i int, word string) int {
	if len(text)-i < len(word) || string(text[i:i+len(word)]) != word {
		return malformed
	}
	return i + len(word)
}

// skipComposite skips an object or a list without recursion: a bit for each open one says which it is.
func skipComposite(text []byte, i, depth int) int {
	var objects [maxDepth / 64]uint64
	open := 0
	for {
		// At the start of a value.
		if i >= len(text) {
			return malformed
		}
		if c := text[i]; c == '{' || c == '[' {
			if depth+open >= maxDepth {
				return malformed
			}
			if c == '{' {
				objects[open/64] |= 1 << (open % 64)
			} else {
				objects[open/64] &^= 1 << (open % 64)
			}
			open++
			i = skipSpace(text, i+1)
			if i >= len(text) {
				return malformed
			}
			if text[i] != c+2 { // '}' is '{'+2, ']' is '['+2
				if c == '{' {
					i = skipKey(text, i)
				}
				if i < 0 {
					return malformed
				}
				continue
			}
			i++
			open--
		} else if i = skipValue(text, i, depth); i < 0 {
			return malformed
		}
		// Behind a value: close what ends here, or go to the next one.
		for {
			if open == 0 {
				return i
			}
			object := objects[(open-1)/64]&(1<<((open-1)%64)) != 0
			i = skipSpace(text, i)
			if i >= len(text) {
				return malformed
			}
			if c := text[i]; c == ',' {
				i = skipSpace(text, i+1)
				if object {
					i = skipKey(text, i)
				}
				if i < 0 {
					return malformed
				}
				break
			} else if (c != '}' || !object) && (c != ']' || object) {
				return malformed
			}
			i++
			open--
		}
	}
}

// skipKey skips a key, the colon, and white space up to the value.
func skipKey(text []byte, i int) int {
	if i >= len(text) || text[i] != '"' {
		return malformed
	}
	return skipColon(text, skipString(text, i+1))
}

func skipColon(text []byte, i int) int {
	if i < 0 {
		return malformed
	}
	i = skipSpace(text, i)
	if i >= len(text) || text[i] != ':' {
		return malformed
	}
	return skipSpace(text, i+1)
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// skipString skips a string whose first byte, behind the quote, is at i. It looks at eight bytes at once for
// one that needs care: a quote, a backslash, a control character, or anything beyond ASCII.
func skipString(text []byte, i int) int {
	for {
		for i+8 <= len(text) {
			w := binary.LittleEndian.Uint64(text[i:])
			quote, escape := w^('"'*lowBits), w^('\\'*lowBits)
			care := ((quote - lowBits) | (escape - lowBits) | (w - ' '*lowBits) | w) & highBits
			if care != 0 {
				// A borrow may mark bytes behind the first, never the first wrongly.
				i += bits.TrailingZeros64(care) / 8
				break
			}
			i += 8
		}
		if i >= len(text) {
			return malformed
		}
		switch c := text[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			i = skipEscape(text, i+1)
		case c < ' ':
			return malformed
		case c < utf8.RuneSelf:
			i++
		default:
			i = skipRunes(text, i)
		}
		if i < 0 {
			return malformed
		}
	}
}

// skipRunes skips characters beyond ASCII, which come together in most languages.
func skipRunes(text []byte, i int) int {
	for i < len(text) && text[i] >= utf8.RuneSelf {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return malformed
		}
		i += size
	}
	return i
}

func skipEscape(text []byte, i int) int {
	if i >= len(text) {
		return malformed
	}
	switch text[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		if i+5 > len(text) {
			return malformed
		}
		for _, c := range text[i+1 : i+5] {
			if !isHex(c) {
				return malformed
			}
		}
		return i + 5
	}
	return malformed
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// skipNumber skips a number, or finds that there is none.
func skipNumber(text []byte, i int) int {
	if i < len(text) && text[i] == '-' {
		i++
	}
	if i >= len(text) {
		return malformed
	}
	switch c := text[i]; {
	case c == '0':
		i++
	case c >= '1' && c <= '9':
		i = skipDigits(text, i)
	default:
		return malformed
	}
	if i < len(text) && text[i] == '.' {
		end := skipDigits(text, i+1)
		if end == i+1 {
			return malformed
		}
		i = end
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		end := skipDigits(text, i)
		if end == i {
			return malformed
		}
		i = end
	}
	return i
}

func skipDigits(text []byte, i int) int {
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	return i
}
