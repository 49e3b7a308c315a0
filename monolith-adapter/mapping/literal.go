package mapping

// expr reads what can be an argument: a literal or a path, or a chain of them.
func (p *parser) expr() (Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	first, err := p.operand()
	if err != nil {
		return nil, err
	}
	var chain *Chain
	for p.next() == '?' {
		nullToo := p.has("??")
		switch {
		case !nullToo && !p.has("?!"):
			return nil, p.fail(p.pos, "a ? b : c is not known here; write ->match(..) or a ?? b")
		case p.version < V03:
			return nil, p.fail(p.pos, "?? and ?! are part of v0.3")
		case chain == nil:
			chain = &Chain{At: first.Pos(), NullToo: nullToo, Operands: []Expr{first}}
		case chain.NullToo != nullToo:
			return nil, p.fail(p.pos, "?? and ?! cannot be mixed; put one of them within $( )")
		}
		p.pos += 2
		next, err := p.operand()
		if err != nil {
			return nil, err
		}
		chain.Operands = append(chain.Operands, next)
	}
	if chain != nil {
		return chain, nil
	}
	return first, nil
}

// operand reads a literal, which may have a tail, or a path.
func (p *parser) operand() (Expr, error) {
	c := p.next()
	at := p.pos
	literal, err := p.literal(c)
	if err != nil {
		return nil, err
	}
	if literal == nil {
		if c == '$' || c == '@' || isIdentStart(c) {
			return p.path()
		}
		return nil, p.fail(at, "a value was expected, not %s", p.here())
	}
	path := &Path{At: at, Head: HeadExpr, Expr: literal, Bare: true}
	if err := p.tail(path); err != nil {
		return nil, err
	}
	if len(path.Steps) == 0 {
		return literal, nil
	}
	return path, nil
}

// literal reads a literal that starts with c; nil if there is none.
func (p *parser) literal(c byte) (Expr, error) {
	at := p.pos
	switch {
	case c == '\'' || c == '"':
		text, err := p.str()
		return &Literal{At: at, Value: StringValue(text)}, err
	case p.has("..."):
		return nil, p.fail(at, "the spread ... stands only among the parts of a block")
	case isDigit(c) || (c == '-' || c == '.') && !p.has("->"):
		text, err := p.number()
		return &Literal{At: at, Value: NumberValue(text)}, err
	case c == '[':
		p.pos++
		elems, err := p.elems()
		return &Array{At: at, Elems: elems}, err
	case c == '{' && p.version >= V04:
		b, err := p.block()
		if err != nil {
			return nil, err
		}
		b.Free = true
		return b, nil
	case c == '{':
		return p.dict()
	case isIdentStart(c):
		switch p.ident() {
		case "true":
			return &Literal{At: at, Value: trueValue}, nil
		case "false":
			return &Literal{At: at, Value: falseValue}, nil
		case "null":
			return &Literal{At: at, Value: nullValue}, nil
		}
		p.pos = at
	}
	return nil, nil
}

// arguments reads expressions with commas between them up to the closing parenthesis.
func (p *parser) arguments() ([]Expr, error) {
	defer p.inArray(p.inArray(false))
	return p.exprs(')')
}

// elems reads the elements of a list. From v0.4 on the commas between them may be left out.
func (p *parser) elems() ([]Expr, error) {
	if p.version < V04 {
		return p.exprs(']')
	}
	defer p.inArray(p.inArray(true))
	var out []Expr
	commas := false
	for p.next() != ']' {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if commas, err = p.separated(len(out), commas, ']'); err != nil {
			return nil, err
		}
	}
	p.pos++
	return out, nil
}

// inArray says whether what is read next stands directly within [ ], and gives what it was before.
func (p *parser) inArray(is bool) (before bool) {
	before, p.array = p.array, is
	return before
}

// leave ends a level of nesting that enter began.
func (p *parser) leave(array bool) { p.depth, p.array = p.depth-1, array }

// exprs reads expressions with commas between them up to the closing byte.
func (p *parser) exprs(end byte) ([]Expr, error) {
	var out []Expr
	for p.next() != end {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if err := p.comma(end); err != nil {
			return nil, err
		}
	}
	p.pos++
	return out, nil
}

// comma reads a comma, which may be left out before the end only.
func (p *parser) comma(end byte) error {
	switch p.next() {
	case ',':
		p.pos++
	case end:
	default:
		return p.fail(p.pos, "a comma or %c was expected, not %s%s", end, p.here(), p.since(end != ')'))
	}
	return nil
}

// since adds to a message that it is the version that refuses what is written.
func (p *parser) since(v04 bool) string {
	if v04 && p.pos < len(p.src) {
		return "; commas may be left out from v0.4 on"
	}
	return ""
}

// dict reads an object literal.
func (p *parser) dict() (Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	d := &Dict{At: p.pos}
	p.pos++
	for p.next() != '}' {
		at := p.pos
		if !isKey(p.byteAt(at)) {
			return nil, p.fail(at, "a key was expected, not %s", p.here())
		}
		name, ok, err := p.alias()
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, p.fail(at, "a key within an object literal must be followed by a colon before v0.4")
		}
		value, err := p.expr()
		if err != nil {
			return nil, err
		}
		d.Props = append(d.Props, Property{At: at, Name: name, Value: value})
		if err := p.comma('}'); err != nil {
			return nil, err
		}
	}
	p.pos++
	return d, nil
}
