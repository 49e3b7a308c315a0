package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxNesting is how deep the JSON of a token or a key may be nested.
const maxNesting = 32

var (
	errNotUTF8   = errors.New("it is not valid UTF-8")
	errNotJSON   = errors.New("it is not JSON")
	errNotObject = errors.New("it is not a JSON object")
	errNested    = fmt.Errorf("it is nested deeper than %d", maxNesting)
	errSurrogate = errors.New("it escapes half of a character")
	errTwice     = errors.New("it has a member twice")
)

// readObject reads one JSON object in which everybody reads the same: two readers may each choose another of two
// members with one name, so a name that comes twice, however it is escaped and at whatever depth, is refused (RFC 7519,
// 4 leaves the choice), and so is what decoders replace silently. Names are compared as they are, where encoding/json
// would take ALG for alg. Numbers are json.Number.
func readObject(text []byte) (map[string]any, error) {
	switch {
	case !utf8.Valid(text):
		return nil, errNotUTF8
	case nesting(text) > maxNesting:
		return nil, errNested
	case !json.Valid(text):
		return nil, errNotJSON
	case halfCharacter(text):
		return nil, errSurrogate
	}
	r := reader{text: text}
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, errNotObject
	}
	return object, nil
}

// reader reads a text that is known to be valid JSON and not to be nested deep.
type reader struct {
	text []byte
	at   int
}

// peek is the next byte that is no space.
func (r *reader) peek() byte {
	for r.text[r.at] <= ' ' {
		r.at++
	}
	return r.text[r.at]
}

func (r *reader) value() (any, error) {
	switch r.peek() {
	case '{':
		return r.object()
	case '[':
		return r.list()
	case '"':
		return r.string()
	case 't':
		r.at += len("true")
		return true, nil
	case 'f':
		r.at += len("false")
		return false, nil
	case 'n':
		r.at += len("null")
		return nil, nil //nolint:nilnil // it is what was read
	}
	start := r.at
	for r.at < len(r.text) && r.text[r.at] > ' ' && r.text[r.at] != ',' && r.text[r.at] != '}' && r.text[r.at] != ']' {
		r.at++
	}
	return json.Number(r.text[start:r.at]), nil
}

func (r *reader) object() (any, error) {
	object := map[string]any{}
	for r.at++; r.peek() != '}'; {
		name, err := r.string()
		if err != nil {
			return nil, err
		}
		if _, twice := object[name]; twice {
			return nil, errTwice
		}
		r.peek() // the colon
		r.at++
		if object[name], err = r.value(); err != nil {
			return nil, err
		}
		if r.peek() == ',' {
			r.at++
			r.peek()
		}
	}
	r.at++
	return object, nil
}

func (r *reader) list() (any, error) {
	list := []any{}
	for r.at++; r.peek() != ']'; {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if r.peek() == ',' {
			r.at++
		}
	}
	r.at++
	return list, nil
}

func (r *reader) string() (string, error) {
	start, escaped := r.at, false
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			escaped = true
			r.at++
		}
	}
	r.at++
	if !escaped {
		return string(r.text[start+1 : r.at-1]), nil
	}
	var out string
	if err := json.Unmarshal(r.text[start:r.at], &out); err != nil {
		return "", errNotJSON
	}
	return out, nil
}

// nesting is how deep the text is nested at most; more may be said of a text that is no JSON.
func nesting(text []byte) int {
	depth, most, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			most = max(most, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return most
}

// halfCharacter says whether valid JSON escapes one half of a surrogate pair without the other. encoding/json makes
// U+FFFD of each, so that names that differ would become one.
func halfCharacter(text []byte) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if text[i] != 'u' {
			continue
		}
		switch surrogate(text[i+1:]) {
		case low:
			return true
		case high:
			if next := text[i+5:]; len(next) < 6 || next[0] != '\\' || next[1] != 'u' || surrogate(next[2:]) != low {
				return true
			}
			i += 6
		case whole:
		}
		i += 4
	}
	return false
}

// half is which half of a pair an escape stands for.
type half int

const (
	whole half = iota
	high
	low
)

// surrogate reads the first digits of an escape.
func surrogate(digits []byte) half {
	if len(digits) < 4 || digits[0]|0x20 != 'd' {
		return whole
	}
	switch digits[1] | 0x20 {
	case '8', '9', 'a', 'b':
		return high
	case 'c', 'd', 'e', 'f':
		return low
	}
	return whole
}
