package executor

import (
	"bytes"
	"strconv"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// leafCheck checks and writes leaf values.
type leafCheck struct {
	kind queryplan.LeafKind
	// named is the type's name, for messages.
	named string
	// values of an enum, quoted.
	values []string
}

func newLeafCheck(l *queryplan.Leaf, named string) *leafCheck {
	check := &leafCheck{named: named}
	if l != nil {
		check.kind = l.Kind
		for _, v := range l.Values {
			check.values = append(check.values, quoted(v))
		}
	}
	return check
}

// append writes a value as a response shows it, or reports that the value is not legal.
func (l *leafCheck) append(dst, value []byte) ([]byte, bool) {
	c := value[0]
	switch l.kind {
	case queryplan.Any:
		return append(dst, value...), true
	case queryplan.String:
		if c == '"' {
			return append(dst, value...), true
		}
	case queryplan.ID:
		return appendID(dst, value)
	case queryplan.Int:
		return appendInt(dst, value)
	case queryplan.Float:
		return appendFloat(dst, value)
	case queryplan.Boolean:
		if c == 't' || c == 'f' {
			return append(dst, value...), true
		}
	case queryplan.Enum:
		return l.appendEnum(dst, value)
	}
	return dst, false
}

// appendID writes a string, or an integer as a string.
func appendID(dst, value []byte) ([]byte, bool) {
	if value[0] == '"' {
		return append(dst, value...), true
	}
	if !isNumber(value[0]) || bytes.ContainsAny(value, ".eE") {
		return dst, false
	}
	dst = append(dst, '"')
	dst = append(dst, value...)
	return append(dst, '"'), true
}

// appendInt writes an integer of 32 bits. One that is written as a fraction without a fractional part, as
// languages without integers do, is an integer.
func appendInt(dst, value []byte) ([]byte, bool) {
	if !isNumber(value[0]) {
		return dst, false
	}
	n, digits := int64(0), value
	if digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) <= 10 {
		for _, c := range digits {
			if c < '0' || c > '9' {
				return appendWhole(dst, value)
			}
			n = n*10 + int64(c-'0')
		}
		if len(digits) < len(value) {
			n = -n
		}
		if n == int64(int32(n)) {
			return append(dst, value...), true
		}
		return dst, false
	}
	return appendWhole(dst, value)
}

func appendWhole(dst, value []byte) ([]byte, bool) {
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil || f != float64(int32(f)) {
		return dst, false
	}
	return strconv.AppendInt(dst, int64(f), 10), true
}

// appendFloat writes a number that a 64 bit float can hold.
func appendFloat(dst, value []byte) ([]byte, bool) {
	if !isNumber(value[0]) {
		return dst, false
	}
	if len(value) > 300 || bytes.ContainsAny(value, "eE") {
		if _, err := strconv.ParseFloat(string(value), 64); err != nil {
			return dst, false
		}
	}
	return append(dst, value...), true
}

func isNumber(c byte) bool { return c == '-' || c >= '0' && c <= '9' }

// appendEnum writes one of the values that clients may see.
func (l *leafCheck) appendEnum(dst, value []byte) ([]byte, bool) {
	if value[0] != '"' {
		return dst, false
	}
	if bytes.IndexByte(value, '\\') >= 0 {
		value = appendQuoted(nil, string(unescaped(value[1:len(value)-1])))
	}
	for _, v := range l.values {
		if v == string(value) {
			return append(dst, v...), true
		}
	}
	return dst, false
}
