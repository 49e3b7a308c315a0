package mapping

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// identical is strict equality: 1 is not 1.0; the order of members does not matter.
func (e *evaluator) identical(a, b Value) bool {
	if a.kind != b.kind || a.kind == Missing {
		return false
	}
	switch a.kind {
	case String:
		return e.read(a) == e.read(b)
	case Number:
		return a.text == b.text || a.isInteger() == b.isInteger() && compareNumbers(a, b) == 0
	case List, Object:
		return a.Len() == b.Len() && e.identicalWithin(a, b)
	}
	return a.text == b.text
}

func (e *evaluator) identicalWithin(a, b Value) bool {
	e.depth++
	defer func() { e.depth-- }()
	for i := range a.Len() {
		var other Value
		switch a.kind {
		case List:
			other = b.At(i)
		case Object:
			other = b.Get(a.Key(i))
		}
		if !e.spend() || !e.identical(a.At(i), other) {
			return false
		}
	}
	return true
}

// equal compares two numbers by their value, and all else strictly.
func (e *evaluator) equal(a, b Value) bool {
	if a.kind == Number && b.kind == Number {
		return compareNumbers(a, b) == 0
	}
	return e.identical(a, b)
}

// compareNumbers compares exactly where both are whole, and as floating-point numbers otherwise.
func compareNumbers(a, b Value) int {
	x, okX := a.Int()
	y, okY := b.Int()
	if okX && okY {
		return cmp.Compare(x, y)
	}
	f, _ := a.Float()
	g, _ := b.Float()
	return cmp.Compare(f, g)
}

// compare is an order between two numbers or two strings.
func (c *call) compare() Value {
	other := c.arg(0)
	var order int
	switch {
	case c.in.kind == Number && other.kind == Number:
		order = compareNumbers(c.in, other)
	case c.in.kind == String && other.kind == String:
		order = strings.Compare(c.read(c.in), c.read(other))
	case c.in.kind != Number && c.in.kind != String:
		return c.refuse("two numbers or two strings", c.in)
	default:
		return c.refuse("two numbers or two strings", other)
	}
	switch c.Name {
	case "gt":
		return BoolValue(order > 0)
	case "gte":
		return BoolValue(order >= 0)
	case "lt":
		return BoolValue(order < 0)
	}
	return BoolValue(order <= 0)
}

// arithmetic takes the operands one after the other. Whole numbers stay whole but for ->div; what does not
// fit into 64 bits, and a division by zero, is a problem.
func (c *call) arithmetic() Value {
	if c.in.kind != Number {
		return c.refuse("numbers", c.in)
	}
	acc := c.in
	for i := range c.Args {
		v := c.arg(i)
		if v.kind != Number {
			return c.refuse("numbers", v)
		}
		if acc = operate(c.Name, acc, v); acc.kind == Missing {
			c.problem(c.At, "->%s has no result: a division by zero, or too large a number", c.Name)
			return Value{}
		}
	}
	return acc
}

func operate(op string, a, b Value) Value {
	if op != "div" && a.isInteger() && b.isInteger() {
		x, okX := a.Int()
		y, okY := b.Int()
		if !okX || !okY {
			return Value{}
		}
		if i, ok := operateInts(op, x, y); ok {
			return IntValue(i)
		}
		return Value{}
	}
	f, _ := a.Float()
	g, _ := b.Float()
	return floatValue(operateFloats(op, f, g))
}

func operateInts(op string, a, b int64) (int64, bool) {
	switch op {
	case "add":
		return a + b, (a+b > a) == (b > 0)
	case "sub":
		return a - b, (a-b < a) == (b > 0)
	case "mod":
		if b == 0 {
			return 0, false
		}
		return a % b, true
	}
	if a == 0 || b == 0 {
		return 0, true
	}
	p := a * b
	return p, p/b == a && (a != math.MinInt64 || b != -1) && (b != math.MinInt64 || a != -1)
}

func operateFloats(op string, a, b float64) float64 {
	switch op {
	case "add":
		return a + b
	case "sub":
		return a - b
	case "mul":
		return a * b
	case "div":
		return a / b
	}
	return math.Mod(a, b)
}

// parseInt reads a whole number in a base from 2 to 36; of a number it drops the fraction.
func (c *call) parseInt() Value {
	base := int64(10)
	if len(c.Args) > 0 {
		v := c.arg(0)
		b, ok := v.Int()
		if !ok || b < 2 || b > 36 {
			return c.refuseNumber("a base from 2 to 36", v)
		}
		base = b
	}
	switch c.in.kind {
	case Number:
		if c.in.isInteger() {
			return c.in
		}
		if f, ok := c.in.Float(); ok && math.Abs(f) < 1<<63 {
			return IntValue(int64(f))
		}
	case String:
		if i, err := strconv.ParseInt(strings.TrimSpace(c.read(c.in)), int(base), 64); err == nil {
			return IntValue(i)
		}
		c.problem(c.At, "->parseInt cannot read %s", brief(c.in))
		return Value{}
	}
	return c.refuse("a string or a number", c.in)
}

func (c *call) toString() Value {
	switch {
	case c.in.kind == Null:
		return StringValue("")
	case c.in.IsScalar():
		return c.text(c.read(c.in))
	}
	return c.refuse("a scalar", c.in)
}

// jsonStringify is the value as JSON.
func (c *call) jsonStringify() Value {
	switch size := c.weigh(c.in); {
	case c.exceeded != "":
		return Value{}
	case size > maxText:
		return c.refuse("a smaller value", c.in)
	case !c.charge(size / textStep):
		return Value{}
	}
	return StringValue(c.in.String())
}

func (c *call) jsonParse() Value {
	if c.in.kind != String {
		return c.refuse("a string", c.in)
	}
	text := c.read(c.in)
	if !c.charge(len(text) / 2) {
		return Value{}
	}
	v, err := ParseJSON([]byte(text))
	if err != nil {
		c.problem(c.At, "->jsonParse: %v", err)
	}
	return v
}

// split cuts a string at each separator, into at most n parts if n is given.
func (c *call) split() Value {
	sep, n := c.arg(0), int64(-1)
	switch {
	case c.in.kind != String:
		return c.refuse("a string", c.in)
	case sep.kind != String:
		return c.refuse("a string as separator", sep)
	}
	if len(c.Args) == 2 {
		v := c.arg(1)
		i, ok := v.Int()
		if !ok || i < 1 {
			return c.refuseNumber("a whole number above zero as limit", v)
		}
		n = min(i, math.MaxInt32)
	}
	text, by := c.read(c.in), c.read(sep)
	if !c.charge(strings.Count(text, by)) {
		return Value{}
	}
	parts := strings.SplitN(text, by, int(n))
	out := c.make(len(parts))
	for i, part := range parts {
		out[i] = c.text(part)
	}
	return c.list(out)
}

func (c *call) trim(start, end bool) Value {
	if c.in.kind != String {
		return c.refuse("a string", c.in)
	}
	text := c.read(c.in)
	if start {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	if end {
		text = strings.TrimRightFunc(text, unicode.IsSpace)
	}
	return c.text(text)
}
