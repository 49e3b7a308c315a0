package mapping

import (
	"fmt"
	"strconv"
	"strings"
)

// Eval gives what the selection makes of the input, and the problems that were met. The error, if there is
// one, is ErrBudget.
func (s *Selection) Eval(input Value, vars Variables, limits Limits) (Value, []Problem, error) {
	e := &evaluator{vars: vars, limits: limits}
	if e.limits.Depth == 0 {
		e.limits.Depth = 256
	}
	if e.limits.Steps == 0 {
		e.limits.Steps = 20_000_000
	}
	v := e.expr(s.Root, scope{dollar: input, at: input})
	if e.exhausted || !e.affords(v) {
		return Value{}, e.problems, fmt.Errorf("%w of %d steps and a depth of %d", ErrBudget, e.limits.Steps, e.limits.Depth)
	}
	return v, e.problems, nil
}

// evaluator is one evaluation.
type evaluator struct {
	vars      Variables
	limits    Limits
	steps     int
	depth     int
	exhausted bool
	path      []place
	problems  []Problem
}

// place is one step of the path in the output.
type place struct {
	key   string
	index int // if key is ""
}

// scope is what names mean at one place of a selection.
type scope struct {
	dollar, at Value
	locals     *local
}

// local is a variable bound by ->as.
type local struct {
	name  string
	value Value
	next  *local
}

func (s scope) local(name string) (Value, bool) {
	for l := s.locals; l != nil; l = l.next {
		if l.name == name {
			return l.value, true
		}
	}
	return Value{}, false
}

// maxProblems bounds the list of problems, and that of the paths of each; what comes later is not kept.
const maxProblems = 100

// problem notes something that could not be done.
func (e *evaluator) problem(at int, format string, args ...any) {
	if p := e.note(at, fmt.Sprintf(format, args...)); p != nil && len(p.Lost) < maxProblems {
		p.Lost = append(p.Lost, e.where())
	}
}

// note counts a problem; of the same one at the same place of the source only the first keeps its path.
func (e *evaluator) note(at int, message string) *Problem {
	for i := range e.problems {
		if e.problems[i].At == at && e.problems[i].Message == message {
			e.problems[i].Count++
			return &e.problems[i]
		}
	}
	if len(e.problems) == maxProblems {
		return nil
	}
	e.problems = append(e.problems, Problem{Message: message, Path: e.where(), At: at, Count: 1})
	return &e.problems[len(e.problems)-1]
}

func (e *evaluator) where() string {
	var b strings.Builder
	for i, p := range e.path {
		if i > 0 {
			b.WriteByte('.')
		}
		if p.key == "" {
			b.WriteString(strconv.Itoa(p.index))
		} else {
			b.WriteString(p.key)
		}
	}
	return b.String()
}

// spend takes one step from the budget and reports whether there was one.
func (e *evaluator) spend() bool {
	if e.steps++; e.steps > e.limits.Steps || e.depth > e.limits.Depth {
		e.exhausted = true
	}
	return !e.exhausted
}

// charge takes n steps from the budget, for work that is done at once.
func (e *evaluator) charge(n int) {
	if e.steps += n; e.steps > e.limits.Steps {
		e.exhausted = true
	}
}

// affords takes a step from the budget for each value within v. What is shared within a value costs each time
// it would be written: a few steps can make a value that is enormous when written out.
func (e *evaluator) affords(v Value) bool {
	if e.steps++; e.steps > e.limits.Steps {
		e.exhausted = true
		return false
	}
	for i := range v.Len() {
		if !e.affords(v.At(i)) {
			return false
		}
	}
	return true
}

func (e *evaluator) expr(x Expr, s scope) Value {
	e.depth++
	defer func() { e.depth-- }()
	if !e.spend() {
		return Value{}
	}
	switch x := x.(type) {
	case *Path:
		return e.walk(x, s)
	case *Block:
		if x.Free {
			return e.object(x, s)
		}
		return e.block(x, s.dollar, s)
	case *Literal:
		return x.Value
	case *Array:
		elems := make([]Value, len(x.Elems))
		for i, el := range x.Elems {
			elems[i] = e.expr(el, s)
		}
		return ListValue(elems)
	case *Dict:
		return e.dict(x, s)
	case *Chain:
		return e.chain(x, s)
	}
	return Value{}
}

func (e *evaluator) dict(d *Dict, s scope) Value {
	b := builder{keys: make([]string, 0, len(d.Props)), vals: make([]Value, 0, len(d.Props))}
	for _, p := range d.Props {
		e.path = append(e.path, place{key: p.Name})
		if v := e.expr(p.Value, s); v.kind != Missing {
			b.set(p.Name, v)
		}
		e.path = e.path[:len(e.path)-1]
	}
	return b.object()
}

// chain is the first operand that is there. What went wrong in those before it is of no interest then.
func (e *evaluator) chain(c *Chain, s scope) Value {
	before := len(e.problems)
	var last Value
	for _, o := range c.Operands {
		last = e.expr(o, s)
		if last.kind != Missing && (last.kind != Null || !c.NullToo) {
			e.problems = e.problems[:min(before, len(e.problems))]
			return last
		}
	}
	return last
}

// walk follows a path. Once there is nothing, there is nothing to go on with.
func (e *evaluator) walk(p *Path, s scope) Value {
	v := e.head(p, s)
	for i, step := range p.Steps {
		if v.kind == Missing || !e.spend() {
			return Value{}
		}
		switch step.Kind {
		case StepKey:
			v = e.key(v, step.Name, step.At, optional(p.Steps, i+1))
		case StepOptional:
			if v.kind == Null {
				return Value{}
			}
		case StepMethod:
			v = e.call(step, v, &s)
		}
	}
	if p.Sub != nil && v.kind != Missing {
		return e.block(p.Sub, v, s)
	}
	return v
}

func optional(steps []*Step, i int) bool { return i < len(steps) && steps[i].Kind == StepOptional }

func (e *evaluator) head(p *Path, s scope) Value {
	switch p.Head {
	case HeadRoot:
		return s.dollar
	case HeadAt:
		return s.at
	case HeadExpr:
		return e.expr(p.Expr, s)
	case HeadKey:
		return e.key(s.dollar, p.Name, p.At, optional(p.Steps, 0))
	}
	if v, ok := s.local(p.Name); ok {
		return v
	}
	v, ok := e.vars[p.Name]
	if !ok {
		e.problem(p.At, "there is no $%s here", p.Name)
	}
	return v
}

// key is the member of an object; of a list, the list of the members of its elements.
func (e *evaluator) key(v Value, name string, at int, quiet bool) Value {
	switch v.kind {
	case Object:
		if i := v.node.find(name); i >= 0 {
			return v.node.vals[i]
		}
		if !quiet {
			e.note(at, "property "+name+" is not in the object")
		}
		return Value{}
	case Null:
		if !quiet {
			e.note(at, "property "+name+" is not in null")
		}
		return Value{}
	case List:
		elems := make([]Value, len(v.node.vals))
		for i, el := range v.node.vals {
			if !e.spend() {
				return Value{}
			}
			e.path = append(e.path, place{index: i})
			elems[i] = e.key(el, name, at, quiet)
			e.path = e.path[:len(e.path)-1]
		}
		return ListValue(elems)
	case Missing:
		return Value{}
	}
	if !quiet {
		e.problem(at, "property %s is not in %s", name, v.kind)
	}
	return Value{}
}
