package mapping

import (
	"fmt"
)

// Eval gives what the selection makes of the input, and the problems that were met. The error, if there is
// one, is ErrBudget.
func (s *Selection) Eval(input Value, vars Variables, limits Limits) (Value, []Problem, error) {
	e := &evaluator{vars: vars, limits: limits.filled()}
	v := e.expr(s.Root, scope{dollar: input, at: input})
	e.weigh(v)
	if e.exceeded != "" {
		return Value{}, e.problems, fmt.Errorf("%w: %s", ErrBudget, e.exceeded)
	}
	return v, e.problems, nil
}

// evaluator is one evaluation.
type evaluator struct {
	vars     Variables
	limits   Limits
	steps    int
	depth    int
	exceeded string // which budget, once one is
	path     []place
	problems []Problem
	slabs    slabs
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

func (e *evaluator) local(s scope, name string) (Value, bool) {
	for l := s.locals; l != nil; l = l.next {
		if e.steps++; l.name == name {
			return l.value, true
		}
	}
	return Value{}, false
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
		elems := e.make(len(x.Elems))
		for i, el := range x.Elems {
			elems[i] = e.expr(el, s)
		}
		return e.list(elems)
	case *Dict:
		return e.dict(x, s)
	case *Chain:
		return e.chain(x, s)
	}
	return Value{}
}

func (e *evaluator) dict(d *Dict, s scope) Value {
	b := e.members(len(d.Props))
	for _, p := range d.Props {
		e.path = append(e.path, place{key: p.Name})
		if v := e.expr(p.Value, s); v.kind != Missing {
			b.set(p.Name, v)
		}
		e.path = e.path[:len(e.path)-1]
	}
	return e.built(&b)
}

// chain is the first operand that is there. What went wrong in those before it is of no interest then.
func (e *evaluator) chain(c *Chain, s scope) Value {
	before := e.mark()
	var last Value
	for _, o := range c.Operands {
		last = e.expr(o, s)
		if last.kind != Missing && (last.kind != Null || !c.NullToo) {
			e.forget(before)
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
			bound := s // a copy, so that paths without methods leave nothing to collect
			v = e.call(step, v, &bound)
			s = bound
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
	if v, ok := e.local(s, p.Name); ok {
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
			e.note(at, "property "+short(name)+" is not in the object")
		}
		return Value{}
	case Null:
		if !quiet {
			e.note(at, "property "+short(name)+" is not in null")
		}
		return Value{}
	case List:
		return e.keys(v, name, at, quiet)
	case Missing:
		return Value{}
	}
	if !quiet {
		e.problem(at, "property %s is not in %s", short(name), v.kind)
	}
	return Value{}
}

func (e *evaluator) keys(v Value, name string, at int, quiet bool) Value {
	e.depth++
	defer func() { e.depth-- }()
	elems := e.make(len(v.node.vals))
	for i, el := range v.node.vals {
		if !e.spend() {
			return Value{}
		}
		e.path = append(e.path, place{index: i})
		elems[i] = e.key(el, name, at, quiet)
		e.path = e.path[:len(e.path)-1]
	}
	return e.list(elems)
}
