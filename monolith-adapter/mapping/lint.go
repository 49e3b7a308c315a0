package mapping

// Lint tells what a selection does that its author may not want, whatever the data: parts that are spread with
// ... from the data among others, whose null would make the whole object null.
func (s *Selection) Lint() []Problem {
	w := &walker{}
	w.expr(s.Root, binding{})
	var out []Problem
	for _, b := range w.blocks {
		for _, i := range b.Items {
			if i.Dots && len(b.Items) > 1 && nullable(i.Value) {
				out = append(out, Problem{At: i.At, Count: 1, Message: "if what is spread here is null, all of the object is null; with a ? after the path it is left out instead"})
			}
		}
	}
	return out
}

// nullable reports whether the value is taken from the data, where it can be null. A null that is written out is
// meant.
func nullable(e Expr) bool {
	switch e := e.(type) {
	case *Chain:
		return nullable(e.Operands[len(e.Operands)-1])
	case *Path:
		return nullablePath(e)
	}
	return false
}

func nullablePath(p *Path) bool {
	if len(p.Steps) == 0 {
		return p.Head == HeadKey || p.Head == HeadExpr && nullable(p.Expr)
	}
	last := p.Steps[len(p.Steps)-1]
	if last.Kind != StepMethod {
		return last.Kind == StepKey
	}
	values, known := last.values()
	for _, v := range values {
		if nullable(v) {
			return true
		}
	}
	return !known
}

// values are the expressions one of which is the value of a method, if it is one for which that is known.
func (s *Step) values() (values []Expr, known bool) {
	switch {
	case s.Name == "map":
		return nil, true
	case s.Name == "echo" && len(s.Args) == 1:
		return s.Args, true
	case s.Name == "match":
		for _, a := range s.Args {
			if pair, ok := a.(*Array); ok && len(pair.Elems) == 2 {
				values = append(values, pair.Elems[1])
			}
		}
		return values, true
	}
	return nil, false
}
