package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of JSON that is read.
const maxDepth = 512

// ParseJSON reads one JSON value. The value does not refer to data. The error says at which byte the text is
// not JSON.
func ParseJSON(data []byte) (Value, error) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) {
		return Value{}, errors.New("not JSON: the text is not UTF-8")
	}
	d := decoder{s: text}
	v, err := d.value()
	if err != nil {
		return Value{}, err
	}
	if d.blanks(); d.pos < len(d.s) {
		return Value{}, d.fail("text after the value")
	}
	return v, nil
}

// decoder reads JSON. Lists and objects are collected on a stack and then cut from slabs, so that reading
// costs few allocations whatever the number of values.
type decoder struct {
	s     string
	pos   int
	depth int
	vals  []Value
	keys  []string
	slabV []Value
	slabK []string
	slabN []node
	// last are the keys of the object read last at each depth: objects of one list mostly share theirs.
	last [16][]string
}

func (d *decoder) fail(what string) error {
	if d.pos >= len(d.s) {
		return fmt.Errorf("not JSON: the text ends at byte %d: %s", d.pos, what)
	}
	return fmt.Errorf("not JSON at byte %d: %s", d.pos, what)
}

func (d *decoder) blanks() {
	for d.pos < len(d.s) {
		switch d.s[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

func (d *decoder) value() (Value, error) {
	d.blanks()
	if d.pos >= len(d.s) {
		return Value{}, d.fail("a value is missing")
	}
	switch c := d.s[d.pos]; {
	case c == '{':
		return d.object()
	case c == '[':
		return d.list()
	case c == '"':
		text, escaped, err := d.str()
		return Value{kind: String, text: text, escaped: escaped}, err
	case c == '-' || c >= '0' && c <= '9':
		return d.number()
	case strings.HasPrefix(d.s[d.pos:], "true"):
		d.pos += 4
		return trueValue, nil
	case strings.HasPrefix(d.s[d.pos:], "false"):
		d.pos += 5
		return falseValue, nil
	case strings.HasPrefix(d.s[d.pos:], "null"):
		d.pos += 4
		return nullValue, nil
	}
	return Value{}, d.fail("a value was expected")
}

func (d *decoder) nest() error {
	d.pos++
	if d.depth++; d.depth > maxDepth {
		return d.fail(fmt.Sprintf("nested deeper than %d", maxDepth))
	}
	d.blanks()
	return nil
}

func (d *decoder) list() (Value, error) {
	if err := d.nest(); err != nil {
		return Value{}, err
	}
	start := len(d.vals)
	if d.peek() != ']' {
		for {
			v, err := d.value()
			if err != nil {
				return Value{}, err
			}
			d.vals = append(d.vals, v)
			if d.blanks(); d.peek() != ',' {
				break
			}
			d.pos++
		}
	}
	if d.peek() != ']' {
		return Value{}, d.fail("a list goes on with , or ends with ]")
	}
	d.pos++
	d.depth--
	n := d.node()
	n.vals = d.cut(start)
	return Value{kind: List, node: n}, nil
}

func (d *decoder) object() (Value, error) {
	if err := d.nest(); err != nil {
		return Value{}, err
	}
	start, startK := len(d.vals), len(d.keys)
	if d.peek() != '}' {
		for {
			if err := d.member(start, startK); err != nil {
				return Value{}, err
			}
			if d.blanks(); d.peek() != ',' {
				break
			}
			d.pos++
		}
	}
	if d.peek() != '}' {
		return Value{}, d.fail("an object goes on with , or ends with }")
	}
	d.pos++
	d.depth--
	n := d.node()
	n.vals = d.cut(start)
	if n.keys = d.sharedKeys(startK); len(n.keys) >= indexedFrom {
		n.keys = slices.Clone(n.keys)
		n.indexKeys()
	}
	return Value{kind: Object, node: n}, nil
}

// member reads one key with its value. Of equal keys the last counts, as everywhere; large objects are freed
// of doubles when they are indexed.
func (d *decoder) member(start, startK int) error {
	d.blanks()
	if d.peek() != '"' {
		return d.fail("a key in quotes was expected")
	}
	key, escaped, err := d.str()
	if err != nil {
		return err
	}
	if escaped {
		key = unescape(key)
	}
	if d.blanks(); d.peek() != ':' {
		return d.fail("a colon was expected")
	}
	d.pos++
	v, err := d.value()
	if err != nil {
		return err
	}
	if keys := d.keys[startK:]; len(keys) < indexedFrom {
		for i := range keys {
			if keys[i] == key {
				d.vals[start+i] = v
				return nil
			}
		}
	}
	d.vals, d.keys = append(d.vals, v), append(d.keys, key)
	return nil
}

func (n *node) indexKeys() {
	n.index = make(map[string]int, len(n.keys))
	kept := 0
	for i, k := range n.keys {
		if at, double := n.index[k]; double {
			n.vals[at] = n.vals[i]
			continue
		}
		n.index[k], n.keys[kept], n.vals[kept] = kept, k, n.vals[i]
		kept++
	}
	n.keys, n.vals = n.keys[:kept], n.vals[:kept]
}

func (d *decoder) peek() byte {
	if d.pos < len(d.s) {
		return d.s[d.pos]
	}
	return 0
}

// str reads a string and gives what stands between the quotes.
func (d *decoder) str() (text string, escaped bool, err error) {
	d.pos++
	start := d.pos
	for d.pos < len(d.s) {
		switch c := d.s[d.pos]; {
		case c == '"':
			d.pos++
			return d.s[start : d.pos-1], escaped, nil
		case c == '\\':
			escaped = true
			if err := d.escape(); err != nil {
				return "", false, err
			}
		case c < 0x20:
			return "", false, d.fail("a control character within a string")
		default:
			d.pos++
		}
	}
	return "", false, d.fail("a string does not end")
}

func (d *decoder) escape() error {
	d.pos++
	switch d.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		d.pos++
		return nil
	case 'u':
		for range 4 {
			if d.pos++; !isHex(d.peek()) {
				return d.fail(`\u needs four hexadecimal digits`)
			}
		}
		d.pos++
		return nil
	}
	return d.fail("an escape that JSON does not know")
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func (d *decoder) number() (Value, error) {
	start := d.pos
	if d.peek() == '-' {
		d.pos++
	}
	if d.peek() == '0' {
		d.pos++
	} else if !d.digits() {
		return Value{}, d.fail("a digit was expected")
	}
	if d.peek() == '.' {
		if d.pos++; !d.digits() {
			return Value{}, d.fail("a digit was expected after the point")
		}
	}
	if c := d.peek(); c == 'e' || c == 'E' {
		d.pos++
		if c := d.peek(); c == '+' || c == '-' {
			d.pos++
		}
		if !d.digits() {
			return Value{}, d.fail("a digit was expected in the exponent")
		}
	}
	return Value{kind: Number, text: d.s[start:d.pos]}, nil
}

func (d *decoder) digits() bool {
	start := d.pos
	for d.pos < len(d.s) && d.s[d.pos] >= '0' && d.s[d.pos] <= '9' {
		d.pos++
	}
	return d.pos > start
}

// slab is how many values are allocated at a time.
const slab = 512

func (d *decoder) cut(start int) []Value {
	n := len(d.vals) - start
	if n > len(d.slabV) {
		d.slabV = make([]Value, max(n, slab))
	}
	out := d.slabV[:n:n]
	copy(out, d.vals[start:])
	d.slabV, d.vals = d.slabV[n:], d.vals[:start]
	return out
}

// sharedKeys are the keys of the object that ends here: those of its sibling if they are the same.
func (d *decoder) sharedKeys(start int) []string {
	if d.depth >= len(d.last) {
		return d.cutKeys(start)
	}
	if last := &d.last[d.depth]; !slices.Equal(*last, d.keys[start:]) {
		*last = d.cutKeys(start)
	} else {
		d.keys = d.keys[:start]
	}
	return d.last[d.depth]
}

func (d *decoder) cutKeys(start int) []string {
	n := len(d.keys) - start
	if n > len(d.slabK) {
		d.slabK = make([]string, max(n, slab))
	}
	out := d.slabK[:n:n]
	copy(out, d.keys[start:])
	d.slabK, d.keys = d.slabK[n:], d.keys[:start]
	return out
}

func (d *decoder) node() *node {
	if len(d.slabN) == 0 {
		d.slabN = make([]node, min(slab, 1+len(d.s)/64))
	}
	n := &d.slabN[0]
	d.slabN = d.slabN[1:]
	return n
}
