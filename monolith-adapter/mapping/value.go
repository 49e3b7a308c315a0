package mapping

import (
	"math"
	"strconv"
	"strings"
)

// Kind is the kind of a Value.
type Kind uint8

// The kinds of values. Missing is the zero Value: there is nothing, not even null.
const (
	Missing Kind = iota
	Null
	Bool
	Number
	String
	List
	Object
)

var kindNames = [...]string{"nothing", "null", "a boolean", "a number", "a string", "a list", "an object"}

// String is the kind as messages name it.
func (k Kind) String() string { return kindNames[k] }

// Value is a JSON value or Missing. It is immutable and safe to share.
type Value struct {
	kind Kind
	// escaped: the text of a string has escapes.
	escaped bool
	// text is a number or a boolean as written, or what stands between a string's quotes, as JSON.
	text string
	node *node
}

// node is a list (keys is nil) or an object. The keys are decoded and each is there once.
type node struct {
	keys  []string
	vals  []Value
	index map[string]int // only for objects of many members
}

// indexedFrom is the size from which an object has an index.
const indexedFrom = 24

// The constant values.
var (
	nullValue  = Value{kind: Null, text: "null"}
	trueValue  = Value{kind: Bool, text: "true"}
	falseValue = Value{kind: Bool, text: "false"}
)

// NullValue is null.
func NullValue() Value { return nullValue }

// BoolValue is true or false.
func BoolValue(b bool) Value {
	if b {
		return trueValue
	}
	return falseValue
}

// IntValue is a whole number.
func IntValue(i int64) Value { return Value{kind: Number, text: strconv.FormatInt(i, 10)} }

// NumberValue is the number with that JSON text, which must be valid.
func NumberValue(text string) Value { return Value{kind: Number, text: text} }

// floatValue is a number with a fraction; what JSON cannot hold is Missing.
func floatValue(f float64) Value {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return Value{}
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return Value{kind: Number, text: text}
}

// StringValue is a string with that content.
func StringValue(s string) Value {
	if clean(s) {
		return Value{kind: String, text: s}
	}
	quoted := appendQuoted(nil, s)
	return Value{kind: String, text: string(quoted[1 : len(quoted)-1]), escaped: true}
}

// ListValue is a list; a Missing element becomes null. The slice is taken over.
func ListValue(elems []Value) Value {
	for i := range elems {
		if elems[i].kind == Missing {
			elems[i] = nullValue
		}
	}
	return Value{kind: List, node: &node{vals: elems}}
}

// ObjectValue is an object; Missing members are left out, of equal keys the last counts. The slices are taken over.
func ObjectValue(keys []string, vals []Value) Value {
	var b builder
	b.keys, b.vals = keys[:0], vals[:0]
	for i := range vals {
		if vals[i].kind != Missing {
			b.set(keys[i], vals[i])
		}
	}
	return b.object()
}

// Kind says what the value is.
func (v Value) Kind() Kind { return v.kind }

// IsMissing reports whether there is no value.
func (v Value) IsMissing() bool { return v.kind == Missing }

// IsNull reports whether the value is null or missing.
func (v Value) IsNull() bool { return v.kind <= Null }

// IsTrue reports whether the value is the boolean true.
func (v Value) IsTrue() bool { return v.kind == Bool && v.text == "true" }

// IsScalar reports whether the value is a boolean, a number or a string.
func (v Value) IsScalar() bool { return v.kind >= Bool && v.kind <= String }

// Text is the content of a string, decoded, or the JSON text of a number, a boolean or null; "" for others.
func (v Value) Text() string {
	if v.escaped {
		return unescape(v.text)
	}
	return v.text
}

// Len is the number of elements or members; 0 for scalars.
func (v Value) Len() int {
	if v.node == nil {
		return 0
	}
	return len(v.node.vals)
}

// At is the element, or the value of the member, at that index.
func (v Value) At(i int) Value { return v.node.vals[i] }

// Key is the key of an object's member at that index.
func (v Value) Key(i int) string { return v.node.keys[i] }

// Get is the value of an object's member, or Missing.
func (v Value) Get(key string) Value {
	if v.kind != Object {
		return Value{}
	}
	if i := v.node.find(key); i >= 0 {
		return v.node.vals[i]
	}
	return Value{}
}

func (n *node) find(key string) int {
	if n.index != nil {
		if i, ok := n.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range n.keys {
		if n.keys[i] == key {
			return i
		}
	}
	return -1
}

// Int is the value as a whole number; a fraction of zero is none (2.0 is 2).
func (v Value) Int() (int64, bool) {
	if v.kind != Number {
		return 0, false
	}
	if i, err := strconv.ParseInt(v.text, 10, 64); err == nil {
		return i, true
	}
	f, err := strconv.ParseFloat(v.text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<63 || !strings.ContainsAny(v.text, ".eE") {
		return 0, false
	}
	return int64(f), true
}

// isInteger reports whether the number is written as one.
func (v Value) isInteger() bool { return v.kind == Number && !strings.ContainsAny(v.text, ".eE") }

// Float is the value as a floating-point number.
func (v Value) Float() (float64, bool) {
	if v.kind != Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.text, 64)
	return f, err == nil
}

// String is the value as JSON; "" if it is missing.
func (v Value) String() string { return string(v.Append(nil)) }
