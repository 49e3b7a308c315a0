package mapping

// String is the selection in one line, in one way of writing it: parsing it again gives the same.
func (s *Selection) String() string {
	p := printer{commas: s.Version >= V04}
	if b, ok := s.Root.(*Block); ok {
		p.items(b)
	} else {
		p.expr(s.Root)
	}
	return string(p.out)
}

type printer struct {
	out []byte
	// commas are written between items.
	commas bool
}

func (p *printer) text(s string) { p.out = append(p.out, s...) }

func (p *printer) char(c byte) { p.out = append(p.out, c) }

func (p *printer) expr(e Expr) {
	switch e := e.(type) {
	case *Block:
		p.block(e)
	case *Path:
		p.path(e)
	case *Literal:
		if e.Value.kind == String {
			p.str(e.Value.Text())
		} else {
			p.text(e.Value.text)
		}
	case *Array:
		p.char('[')
		p.list(e.Elems)
		p.char(']')
	case *Dict:
		p.dict(e)
	case *Chain:
		for i, o := range e.Operands {
			if i > 0 {
				p.text(map[bool]string{true: " ?? ", false: " ?! "}[e.NullToo])
			}
			p.expr(o)
		}
	}
}

func (p *printer) items(b *Block) {
	for i, item := range b.Items {
		if i > 0 && p.commas {
			p.char(',')
		}
		if i > 0 {
			p.char(' ')
		}
		if item.Dots {
			p.text("...")
		}
		if !item.Short && !item.Spread {
			p.key(item.Name)
			p.text(": ")
		}
		p.expr(item.Value)
	}
}

func (p *printer) block(b *Block) {
	if len(b.Items) == 0 {
		p.text("{ }")
		return
	}
	p.text("{ ")
	p.items(b)
	p.text(" }")
}

func (p *printer) path(path *Path) {
	switch path.Head {
	case HeadRoot:
		p.char('$')
	case HeadAt:
		p.char('@')
	case HeadVar:
		p.text("$" + path.Name)
	case HeadKey:
		p.key(path.Name)
	case HeadExpr:
		p.text(map[bool]string{true: "", false: "$("}[path.Bare])
		p.expr(path.Expr)
		p.text(map[bool]string{true: "", false: ")"}[path.Bare])
	}
	for i, s := range path.Steps {
		if i == 0 && s.Kind == StepKey && isNumber(path) {
			p.char(' ') // the point would belong to the number
		}
		p.step(s)
	}
	if path.Sub != nil {
		p.char(' ')
		p.block(path.Sub)
	}
}

// isNumber tells whether the path is printed with a number at its head.
func isNumber(path *Path) bool {
	l, ok := path.Expr.(*Literal)
	return ok && path.Bare && l.Value.kind == Number
}

func (p *printer) step(s *Step) {
	switch s.Kind {
	case StepKey:
		p.char('.')
		p.key(s.Name)
	case StepOptional:
		p.char('?')
	case StepMethod:
		p.text("->" + s.Name)
		if s.Parens {
			p.char('(')
			p.list(s.Args)
			p.char(')')
		}
	}
}

func (p *printer) list(elems []Expr) {
	for i, e := range elems {
		if i > 0 {
			p.text(", ")
		}
		p.expr(e)
	}
}

func (p *printer) dict(d *Dict) {
	p.char('{')
	for i, prop := range d.Props {
		if i > 0 {
			p.char(',')
		}
		p.char(' ')
		p.key(prop.Name)
		p.text(": ")
		p.expr(prop.Value)
	}
	p.text(" }")
}

func (p *printer) key(name string) {
	if isIdent(name) {
		p.text(name)
	} else {
		p.str(name)
	}
}

func (p *printer) str(text string) {
	p.char('"')
	for _, c := range []byte(text) {
		switch c {
		case '"', '\\':
			p.char('\\')
		case '\n':
			p.text(`\n`)
			continue
		}
		p.char(c)
	}
	p.char('"')
}
