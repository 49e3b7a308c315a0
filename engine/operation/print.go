package operation

import "github.com/vektah/gqlparser/v2/ast"

// String is the operation as a document of its own, indented.
func (o *Operation) String() string { return o.text(true) }

// text prints the operation, for people or as short as it can be.
func (o *Operation) text(indent bool) string {
	p := &printer{indent: indent}
	if o.Kind != ast.Query || o.Name != "" || len(o.Variables) > 0 || !indent {
		p.write(string(o.Kind))
		if o.Name != "" {
			p.write(" ", o.Name)
		}
		p.variables(o.Variables)
		p.space()
	}
	p.selections(o.Selections)
	return string(p.out)
}

type printer struct {
	out    []byte
	indent bool
	depth  int
}

func (p *printer) write(parts ...string) {
	for _, s := range parts {
		p.out = append(p.out, s...)
	}
}

// space is only for people.
func (p *printer) space() {
	if p.indent {
		p.out = append(p.out, ' ')
	}
}

// line begins a new one, for people, and otherwise keeps names apart.
func (p *printer) line() {
	if !p.indent {
		p.out = append(p.out, ' ')
		return
	}
	p.out = append(p.out, '\n')
	for range p.depth {
		p.write("  ")
	}
}

func (p *printer) variables(list ast.VariableDefinitionList) {
	for i, v := range list {
		p.separator(i, "(")
		p.write("$", v.Variable, ":")
		p.space()
		p.write(v.Type.String())
		if v.DefaultValue != nil {
			p.space()
			p.write("=")
			p.space()
			p.value(v.DefaultValue)
		}
	}
	if len(list) > 0 {
		p.write(")")
	}
}

// separator stands before the i-th of several.
func (p *printer) separator(i int, open string) {
	if i == 0 {
		p.write(open)
		return
	}
	p.write(",")
	p.space()
}

func (p *printer) selections(list []*Selection) {
	p.write("{")
	p.depth++
	for i, s := range list {
		if i > 0 || p.indent {
			p.line()
		}
		p.selection(s)
	}
	p.depth--
	if p.indent {
		p.line()
	}
	p.write("}")
}

func (p *printer) selection(s *Selection) {
	if s.On != "" {
		p.write("... on ", s.On)
		p.space()
		p.selections(s.Selections)
		return
	}
	if s.Key != s.Name {
		p.write(s.Key, ":")
		p.space()
	}
	p.write(s.Name)
	for i, arg := range s.Arguments {
		p.separator(i, "(")
		p.write(arg.Name, ":")
		p.space()
		p.value(arg.Value)
	}
	if len(s.Arguments) > 0 {
		p.write(")")
	}
	if len(s.Selections) > 0 {
		p.space()
		p.selections(s.Selections)
	}
}

func (p *printer) value(v *ast.Value) {
	switch v.Kind {
	case ast.ListValue:
		p.write("[")
		for i, c := range v.Children {
			p.separator(i, "")
			p.value(c.Value)
		}
		p.write("]")
	case ast.ObjectValue:
		p.write("{")
		for i, c := range v.Children {
			p.separator(i, "")
			p.write(c.Name, ":")
			p.space()
			p.value(c.Value)
		}
		p.write("}")
	default:
		p.write(v.String())
	}
}
