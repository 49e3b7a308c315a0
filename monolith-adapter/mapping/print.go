package mapping

import "strings"

// String is the selection in one line, in one way of writing it: parsing it again gives the same.
func (s *Selection) String() string {
	var p printer
	if b, ok := s.Root.(*Block); ok {
		p.items(b)
	} else {
		p.expr(s.Root)
	}
	return p.String()
}

// Format is the expression in one line.
func Format(e Expr) string {
	var p printer
	p.expr(e)
	return p.String()
}

type printer struct{ strings.Builder }

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
			p.WriteString(e.Value.text)
		}
	case *Array:
		p.WriteByte('[')
		p.list(e.Elems)
		p.WriteByte(']')
	case *Dict:
		p.dict(e)
	case *Chain:
		for i, o := range e.Operands {
			if i > 0 {
				p.WriteString(map[bool]string{true: " ?? ", false: " ?! "}[e.NullToo])
			}
			p.expr(o)
		}
	}
}

func (p *printer) items(b *Block) {
	for i, item := range b.Items {
		if i > 0 {
			p.WriteByte(' ')
		}
		if !item.Short && !item.Spread {
			p.key(item.Name)
			p.WriteString(": ")
		}
		p.expr(item.Value)
	}
}

func (p *printer) block(b *Block) {
	if len(b.Items) == 0 {
		p.WriteString("{ }")
		return
	}
	p.WriteString("{ ")
	p.items(b)
	p.WriteString(" }")
}

func (p *printer) path(path *Path) {
	switch path.Head {
	case HeadRoot:
		p.WriteByte('$')
	case HeadAt:
		p.WriteByte('@')
	case HeadVar:
		p.WriteString("$" + path.Name)
	case HeadKey:
		p.key(path.Name)
	case HeadExpr:
		p.WriteString(map[bool]string{true: "", false: "$("}[path.Bare])
		p.expr(path.Expr)
		p.WriteString(map[bool]string{true: "", false: ")"}[path.Bare])
	}
	for _, s := range path.Steps {
		p.step(s)
	}
	if path.Sub != nil {
		p.WriteByte(' ')
		p.block(path.Sub)
	}
}

func (p *printer) step(s *Step) {
	switch s.Kind {
	case StepKey:
		p.WriteByte('.')
		p.key(s.Name)
	case StepOptional:
		p.WriteByte('?')
	case StepMethod:
		p.WriteString("->" + s.Name)
		if s.Parens {
			p.WriteByte('(')
			p.list(s.Args)
			p.WriteByte(')')
		}
	}
}

func (p *printer) list(elems []Expr) {
	for i, e := range elems {
		if i > 0 {
			p.WriteString(", ")
		}
		p.expr(e)
	}
}

func (p *printer) dict(d *Dict) {
	p.WriteByte('{')
	for i, prop := range d.Props {
		if i > 0 {
			p.WriteByte(',')
		}
		p.WriteByte(' ')
		p.key(prop.Name)
		p.WriteString(": ")
		p.expr(prop.Value)
	}
	p.WriteString(" }")
}

func (p *printer) key(name string) {
	if isIdent(name) {
		p.WriteString(name)
	} else {
		p.str(name)
	}
}

func (p *printer) str(text string) {
	p.WriteByte('"')
	for _, c := range []byte(text) {
		switch c {
		case '"', '\\':
			p.WriteByte('\\')
		case '\n':
			p.WriteString(`\n`)
			continue
		}
		p.WriteByte(c)
	}
	p.WriteByte('"')
}
