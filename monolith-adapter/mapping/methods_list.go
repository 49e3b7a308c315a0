package mapping

import (
	"strings"
	"unicode/utf8"
)

// end is the element, or the character of a string, at either end (0 or -1); nothing of what is empty.
func (c *call) end(side int) Value {
	switch c.in.kind {
	case List:
		if n := c.in.Len(); n > 0 {
			return c.in.At(-side * (n - 1))
		}
		return Value{}
	case String:
		text := c.read(c.in)
		r, size := utf8.DecodeRuneInString(text)
		if side < 0 {
			r, size = utf8.DecodeLastRuneInString(text)
		}
		if size == 0 {
			return Value{}
		}
		return c.text(string(r))
	}
	c.refuse("a list or a string", c.in)
	return c.in
}

// get is an element by its index, from the end if that is negative, or a member by its key.
func (c *call) get() Value {
	key := c.arg(0)
	if c.in.kind == Object && key.kind == String {
		return c.key(c.in, key.Text(), c.At, false)
	}
	i, ok := key.Int()
	switch {
	case c.in.kind != List && c.in.kind != String && c.in.kind != Object:
		return c.refuse("a list, a string or an object", c.in)
	case !ok:
		return c.refuseNumber(map[bool]string{true: "a string as key", false: "a whole number as index"}[c.in.kind == Object], key)
	case c.in.kind == Object:
		return c.refuse("a string as key", key)
	}
	elems, runes := c.in, []rune(nil)
	n := int64(elems.Len())
	if c.in.kind == String {
		runes = []rune(c.read(c.in))
		n = int64(len(runes))
	}
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		c.problem(c.At, "->get is out of range")
		return Value{}
	}
	if runes != nil {
		return c.text(string(runes[i]))
	}
	return elems.At(int(i))
}

// slice is the part from start up to end; both are kept within what there is.
func (c *call) slice() Value {
	switch c.in.kind {
	case List:
		from, to, ok := c.bounds(c.in.Len())
		if !ok {
			return Value{}
		}
		return Value{kind: List, node: &node{vals: c.in.node.vals[from:to:to]}}
	case String:
		runes := []rune(c.read(c.in))
		from, to, ok := c.bounds(len(runes))
		if !ok {
			return Value{}
		}
		return c.text(string(runes[from:to]))
	}
	return c.refuse("a list or a string", c.in)
}

func (c *call) bounds(n int) (from, to int, ok bool) {
	limits := [2]int{0, n}
	for i := range c.Args {
		v := c.arg(i)
		at, whole := v.Int()
		if !whole {
			c.refuseNumber("whole numbers as start and end", v)
			return 0, 0, false
		}
		limits[i] = int(min(max(at, 0), int64(n)))
	}
	return limits[0], max(limits[0], limits[1]), true
}

// size counts elements, members, or a string's characters.
func (c *call) size() Value {
	switch c.in.kind {
	case List, Object:
		return IntValue(int64(c.in.Len()))
	case String:
		return IntValue(int64(utf8.RuneCountInString(c.read(c.in))))
	}
	return c.refuse("a list, a string or an object", c.in)
}

func (c *call) entries() Value {
	if c.in.kind != Object {
		return c.refuse("an object", c.in)
	}
	out := c.make(c.in.Len())
	for i := range out {
		if !c.charge(8) {
			return Value{}
		}
		out[i] = ObjectValue([]string{"key", "value"}, []Value{StringValue(c.in.Key(i)), c.in.At(i)})
	}
	return c.list(out)
}

func (c *call) filter() Value {
	var out []Value
	for i, el := range c.elems() {
		keep := c.each(0, i, el)
		if keep.kind != Bool {
			return c.refuse("a boolean for each element", keep)
		}
		if keep.IsTrue() {
			out = append(out, el)
		}
	}
	return c.list(out)
}

func (c *call) find() Value {
	for i, el := range c.elems() {
		found := c.each(0, i, el)
		if found.kind != Bool {
			return c.refuse("a boolean for each element", found)
		}
		if found.IsTrue() {
			return el
		}
	}
	return Value{}
}

// maxText bounds the text that ->joinNotNull makes, in bytes.
const maxText = 16 << 20

// joinNotNull is the text of the elements with the separator between them, without those that are null.
func (c *call) joinNotNull() Value {
	sep := c.arg(0)
	if sep.kind != String {
		return c.refuse("a string as separator", sep)
	}
	var parts []string
	size := 0
	for _, el := range c.elems() {
		if !c.spend() {
			return Value{}
		}
		if size += len(el.text) + len(sep.text); size > maxText {
			return c.refuse("less text", c.in)
		}
		switch {
		case el.kind == Null:
		case !el.IsScalar():
			return c.refuse("a list of scalars", el)
		default:
			parts = append(parts, c.read(el))
		}
	}
	return c.text(strings.Join(parts, c.read(sep)))
}

func (c *call) contains() Value {
	if c.in.kind != List {
		return c.refuse("a list", c.in)
	}
	return BoolValue(c.within(c.in, c.arg(0)))
}

func (c *call) isIn() Value {
	list := c.arg(0)
	if list.kind != List {
		return c.refuse("one list: ->in([a, b])", list)
	}
	return BoolValue(c.within(list, c.in))
}

func (c *call) within(list, v Value) bool {
	for i := range list.Len() {
		if !c.spend() || c.equal(list.At(i), v) {
			return true
		}
	}
	return false
}
