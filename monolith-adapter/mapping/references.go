package mapping

// Reference is a place at which a mapping reads a variable.
type Reference struct {
	// Variable without the dollar sign.
	Variable string
	// Path of the keys read from it; empty if all of it is.
	Path []string
	// At is the offset in the source.
	At int
}

// References are the variables that the selection reads, with how deep, in the order of the source.
func (s *Selection) References() []Reference {
	w := &walker{}
	w.expr(s.Root, binding{})
	return w.found
}

// Methods are the calls of methods in the selection, in the order of the source.
func (s *Selection) Methods() []*Step {
	w := &walker{}
	w.expr(s.Root, binding{})
	return w.methods
}

// origin says which part of which variable a value is; nil if it is none that can be told.
type origin struct {
	variable string
	path     []string
}

func (o *origin) key(name string) *origin {
	if o == nil {
		return nil
	}
	return &origin{variable: o.variable, path: append(o.path[:len(o.path):len(o.path)], name)}
}

// binding says what $, @ and local variables are.
type binding struct {
	dollar, at *origin
	locals     []string
}

type walker struct {
	found   []Reference
	methods []*Step
	blocks  []*Block
}

func (w *walker) read(o *origin, at int) {
	if o != nil {
		w.found = append(w.found, Reference{Variable: o.variable, Path: o.path, At: at})
	}
}

// expr walks an expression whose value is read.
func (w *walker) expr(e Expr, b binding) {
	switch e := e.(type) {
	case *Block:
		w.blocks = append(w.blocks, e)
		for _, i := range e.Items {
			w.expr(i.Value, b)
		}
	case *Path:
		w.read(w.path(e, b), e.At)
	case *Array:
		for _, el := range e.Elems {
			w.expr(el, b)
		}
	case *Dict:
		for _, p := range e.Props {
			w.expr(p.Value, b)
		}
	case *Chain:
		for _, o := range e.Operands {
			w.expr(o, b)
		}
	}
}

// path walks a path, and gives the origin of its value if that was not read yet.
func (w *walker) path(p *Path, b binding) *origin {
	cur := w.head(p, b)
	for _, s := range p.Steps {
		switch s.Kind {
		case StepKey:
			cur = cur.key(s.Name)
		case StepMethod:
			w.methods = append(w.methods, s)
			cur = w.method(s, cur, &b)
		}
	}
	if p.Sub == nil {
		return cur
	}
	if len(p.Sub.Items) == 0 {
		return cur
	}
	w.expr(p.Sub, binding{dollar: cur, at: cur, locals: b.locals})
	return nil
}

func (w *walker) head(p *Path, b binding) *origin {
	switch p.Head {
	case HeadRoot:
		return b.dollar
	case HeadAt:
		return b.at
	case HeadKey:
		return b.dollar.key(p.Name)
	case HeadVar:
		for _, l := range b.locals {
			if l == p.Name {
				return nil
			}
		}
		return &origin{variable: p.Name}
	}
	if inner, ok := p.Expr.(*Path); ok {
		return w.path(inner, b)
	}
	w.expr(p.Expr, b)
	return nil
}

// method walks the arguments. What leaves elements as they are leaves the origin; ->map gives its argument's.
func (w *walker) method(s *Step, in *origin, b *binding) *origin {
	inner := binding{dollar: b.dollar, at: in, locals: b.locals}
	switch {
	case s.Name == "map" && len(s.Args) == 1:
		if p, ok := s.Args[0].(*Path); ok {
			return w.path(p, inner)
		}
		w.expr(s.Args[0], inner)
		return nil
	case s.Name == "as" && len(s.Args) > 0:
		if v, ok := s.Args[0].(*Path); ok {
			b.locals = append(b.locals[:len(b.locals):len(b.locals)], v.Name)
		}
		for _, a := range s.Args[1:] {
			w.expr(a, inner)
		}
		if len(s.Args) == 1 {
			w.read(in, s.At) // whatever is done with the variable
		}
		return in
	}
	for _, a := range s.Args {
		w.expr(a, inner)
	}
	switch s.Name {
	case "first", "last", "slice", "filter", "find", "withError", "withWarning":
		return in
	case "echo":
		return nil
	}
	w.read(in, s.At)
	return nil
}
