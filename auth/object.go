package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxNesting is how deep the JSON of a token or a key may be nested.
const maxNesting = 32

var (
	errNotUTF8     = errors.New("it is not valid UTF-8")
	errNotJSON     = errors.New("it is not JSON")
	errNotObject   = errors.New("it is not a JSON object")
	errNested      = fmt.Errorf("it is nested deeper than %d", maxNesting)
	errSurrogate   = errors.New("it escapes half of a character")
	errTwice       = errors.New("it has a member twice")
	errNotEndOfOne = errors.New("something follows the object")
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
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := readValue(d)
	if err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errNotEndOfOne
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, errNotObject
	}
	return object, nil
}

// readValue reads what comes next; its nesting is bounded already.
func readValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, errNotJSON
	}
	switch t {
	case json.Delim('{'):
		return readMembers(d)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := readValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return t, nil
}

func readMembers(d *json.Decoder) (any, error) {
	object := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, errNotJSON
		}
		name, ok := t.(string)
		if !ok {
			return nil, errNotJSON
		}
		if _, twice := object[name]; twice {
			return nil, errTwice
		}
		v, err := readValue(d)
		if err != nil {
			return nil, err
		}
		object[name] = v
	}
	_, err := d.Token()
	return object, err
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
