package mapping

import (
	"fmt"
	"maps"
	"slices"
)

// call is one call of a method.
type call struct {
	*evaluator
	*Step
	in Value
	// scope of the arguments; @ is rebound for them.
	scope scope
	// outer is the scope of the path's rest, to which variables are added.
	outer *scope
}

// arity is how many arguments a method takes; max < 0 is any number.
type arity struct{ min, max int }

// arities lists the methods with what they take. They are the same in each version of the spec.
var arities = map[string]arity{
	"add": {1, -1}, "and": {1, -1}, "as": {1, 2}, "contains": {1, 1}, "div": {1, -1}, "echo": {1, 1}, "entries": {0, 0},
	"eq": {1, 1}, "filter": {1, 1}, "find": {1, 1}, "first": {0, 0}, "get": {1, 1}, "gt": {1, 1}, "gte": {1, 1},
	"in": {1, 1}, "joinNotNull": {1, 1}, "jsonParse": {0, 0}, "jsonStringify": {0, 0}, "keysToCamelCase": {0, 0},
	"keysToCamelCaseDeep": {0, 0}, "last": {0, 0}, "lt": {1, 1}, "lte": {1, 1}, "map": {1, 1}, "match": {1, -1}, "mod": {1, -1}, "mul": {1, -1}, "ne": {1, 1}, "not": {0, 0},
	"or": {1, -1}, "parseInt": {0, 1}, "size": {0, 0}, "slice": {0, 2}, "split": {1, 2}, "sub": {1, -1},
	"toString": {0, 0}, "trim": {0, 0}, "trimEnd": {0, 0}, "trimStart": {0, 0},
	"withError": {1, 1}, "withWarning": {1, 1},
}

// run does what the method's name says.
func (c *call) run() Value {
	switch c.Name {
	case "echo":
		return c.arg(0)
	case "map":
		return c.mapEach()
	case "match":
		return c.match()
	case "as":
		return c.as()
	case "and":
		return c.logic(false)
	case "or":
		return c.logic(true)
	case "not":
		return c.not()
	case "eq":
		return BoolValue(c.equal(c.in, c.arg(0)))
	case "ne":
		return BoolValue(!c.equal(c.in, c.arg(0)))
	case "gt", "gte", "lt", "lte":
		return c.compare()
	case "add", "sub", "mul", "div", "mod":
		return c.arithmetic()
	case "parseInt":
		return c.parseInt()
	case "toString":
		return c.toString()
	case "jsonStringify":
		return c.jsonStringify()
	case "jsonParse":
		return c.jsonParse()
	case "split":
		return c.split()
	case "trim":
		return c.trim(true, true)
	case "trimStart":
		return c.trim(true, false)
	case "trimEnd":
		return c.trim(false, true)
	case "withError", "withWarning":
		return c.with()
	}
	return c.runOnList()
}

// runOnList does what the name of a method on lists says.
func (c *call) runOnList() Value {
	switch c.Name {
	case "first":
		return c.end(0)
	case "last":
		return c.end(-1)
	case "get":
		return c.get()
	case "slice":
		return c.slice()
	case "size":
		return c.size()
	case "entries":
		return c.entries()
	case "keysToCamelCase", "keysToCamelCaseDeep":
		return c.keysToCamelCase()
	case "filter":
		return c.filter()
	case "find":
		return c.find()
	case "joinNotNull":
		return c.joinNotNull()
	case "contains":
		return c.contains()
	case "in":
		return c.isIn()
	}
	return Value{}
}

// MethodNames are the names of the methods, sorted.
func MethodNames() []string {
	return slices.Sorted(maps.Keys(arities))
}

// MethodProblem says what is wrong with how a method is written, whatever its input; "" if nothing is.
func MethodProblem(s *Step) string {
	m, ok := arities[s.Name]
	n := len(s.Args)
	switch {
	case !ok:
		return "there is no method ->" + s.Name
	case m.max == 0 && s.Parens && (s.Name == "first" || s.Name == "last"):
		return "->" + s.Name + " is written without parentheses"
	case m.max >= 0 && n > m.max, n < m.min:
		return "->" + s.Name + " takes " + m.String()
	}
	return ""
}

// String is the arity in words.
func (a arity) String() string {
	words := [...]string{"no arguments", "one argument", "two arguments"}
	switch {
	case a.max < 0:
		return "one or more arguments"
	case a.min == a.max:
		return words[a.min]
	}
	return "at most " + words[a.max]
}

// call runs a method. What ->as binds is added to the scope of the path.
func (e *evaluator) call(step *Step, in Value, s *scope) Value {
	if p := MethodProblem(step); p != "" {
		e.problem(step.At, "%s", p)
		return Value{}
	}
	c := call{evaluator: e, Step: step, in: in, scope: scope{dollar: s.dollar, at: in, locals: s.locals}, outer: s}
	return c.run()
}

// arg is the value of an argument, Missing if it was not given.
func (c *call) arg(i int) Value {
	if i >= len(c.Args) {
		return Value{}
	}
	return c.expr(c.Args[i], c.scope)
}

// each is the value of an argument with @ bound to an element of the input.
func (c *call) each(i, index int, elem Value) Value {
	s := c.scope
	s.at = elem
	c.path = append(c.path, place{index: index})
	defer func() { c.path = c.path[:len(c.path)-1] }()
	return c.expr(c.Args[i], s)
}

// elems is the input as a list: what is none is its only element.
func (c *call) elems() []Value {
	if c.in.kind == List {
		return c.in.node.vals
	}
	return []Value{c.in}
}

// refuse notes that the method cannot work with a value, and gives Missing.
func (c *call) refuse(want string, got Value) Value {
	c.unfit(got, fmt.Sprintf("->%s needs %s, not %s", c.Name, want, got.kind))
	return Value{}
}

// refuseNumber notes that the method cannot work with a number as it is, and gives Missing.
func (c *call) refuseNumber(want string, got Value) Value {
	if got.kind != Number {
		return c.refuse(want, got)
	}
	c.problem(c.At, "->%s needs %s, not %s", c.Name, want, brief(got))
	return Value{}
}

// unfit notes that a value does not fit. Where the value is null nothing is lost: there was nothing.
func (c *call) unfit(got Value, message string) {
	if got.kind == Null {
		c.note(c.At, message)
	} else {
		c.problem(c.At, "%s", message)
	}
}

func (c *call) mapEach() Value {
	out := c.make(len(c.elems()))
	for i, el := range c.elems() {
		out[i] = c.each(0, i, el)
	}
	return c.list(out)
}

// match gives the value of the first pair whose first element strictly equals the input; @ equals all.
func (c *call) match() Value {
	for _, a := range c.Args {
		pair, ok := a.(*Array)
		if !ok || len(pair.Elems) != 2 {
			c.problem(a.Pos(), "->match takes pairs: ->match([candidate, value], .. , [@, default])")
			continue
		}
		if c.identical(c.expr(pair.Elems[0], c.scope), c.in) {
			return c.expr(pair.Elems[1], c.scope)
		}
	}
	c.unfit(c.in, "->match has no pair for "+brief(c.in)+"; [@, value] is the default")
	return Value{}
}

// brief is the value, or its kind if it is long.
func brief(v Value) string {
	if !v.IsScalar() || len(v.text) > 40 {
		return v.kind.String()
	}
	return v.String()
}

func (c *call) as() Value {
	path, ok := c.Args[0].(*Path)
	if !ok || path.Head != HeadVar || len(path.Steps) > 0 || path.Sub != nil {
		c.problem(c.At, "->as takes a variable: ->as($name)")
		return c.in
	}
	v := c.in
	if len(c.Args) == 2 {
		v = c.arg(1)
	}
	c.outer.locals = &local{name: path.Name, value: v, next: c.outer.locals}
	return c.in
}

// logic is the operands' and, or their or: it ends at the first that equals stop.
func (c *call) logic(stop bool) Value {
	v := c.in
	for i := 0; ; i++ {
		switch {
		case v.kind != Bool:
			return c.refuse("booleans", v)
		case v.IsTrue() == stop, i == len(c.Args):
			return v
		}
		v = c.arg(i)
	}
}

func (c *call) not() Value {
	if c.in.kind != Bool {
		return c.refuse("a boolean", c.in)
	}
	return BoolValue(!c.in.IsTrue())
}

// with gives its input on, and says something about it.
func (c *call) with() Value {
	if message := c.arg(0); message.kind == String {
		c.note(c.At, short(c.read(message)))
	} else {
		c.refuse("a string as message", message)
	}
	return c.in
}
