package mapping

// items reads the items of a block up to the end or a closing brace. From v0.4 on there are commas between all
// of them or between none.
func (p *parser) items(at int) (*Block, error) {
	b := &Block{At: at}
	commas := false
	for c := p.next(); c != 0 && c != '}'; c = p.next() {
		item, err := p.item()
		if err != nil {
			return nil, err
		}
		b.Items = append(b.Items, item)
		if p.version < V04 {
			continue
		}
		if commas, err = p.separated(len(b.Items), commas, '}'); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// separated reads the comma after the n-th part of a list in which there may be commas between all parts or
// between none, and gives whether there are.
func (p *parser) separated(n int, commas bool, end byte) (bool, error) {
	c := p.next()
	switch {
	case c == ',' && n > 1 && !commas, commas && c != ',' && c != end && c != 0:
		return false, p.fail(p.pos, "commas stand between all parts of a list or between none")
	case c == ',':
		p.pos++
		return true, nil
	}
	return commas, nil
}

// item reads `name: value`, `name`, a path, or what is spread.
func (p *parser) item() (*Item, error) {
	at := p.pos
	switch c := p.byteAt(at); {
	case c == ',' && p.version < V04:
		return nil, p.fail(at, "no comma is written between the parts of a selection before v0.4")
	case p.has("..."):
		return p.dots(at)
	case isKey(c):
		if name, ok, err := p.alias(); err != nil {
			return nil, err
		} else if ok {
			return p.aliased(at, name)
		}
	case c == '?' && at > 0 && p.version < V04:
		return nil, p.fail(at, "?? and ?! are written within $( ) before v0.4, as in name: $(a ?? b)")
	case c == '?' && at > 0:
		return nil, p.fail(at, "?? and ?! need a name to put the value under, as in name: a ?? b")
	case startsLiteral(c) && p.version < V04:
		return nil, p.fail(at, "a literal cannot stand here before v0.4; write $( .. )")
	case startsLiteral(c) && !p.has("->"):
		return nil, p.fail(at, "%s cannot start a part of a selection; a value needs a name, as in name: 1", p.here())
	case c != '$' && c != '@':
		return nil, p.fail(at, "%s cannot start a part of a selection", p.here())
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if path.Head == HeadKey && optionalOnly(path.Steps) {
		return &Item{At: at, Name: path.Name, Short: true, Value: path}, nil
	}
	return &Item{At: at, Spread: true, Value: path}, nil
}

// startsLiteral reports whether a literal that is no string or word can start with the byte.
func startsLiteral(c byte) bool { return c == '[' || c == '{' || c == '-' || c >= '0' && c <= '9' }

func optionalOnly(steps []*Step) bool {
	return len(steps) == 0 || len(steps) == 1 && steps[0].Kind == StepOptional
}

// dots reads `... expr`.
func (p *parser) dots(at int) (*Item, error) {
	if p.version < V04 {
		return nil, p.fail(at, "the spread ... is part of v0.4")
	}
	p.pos += 3
	value, err := p.expr()
	if err != nil {
		return nil, err
	}
	return &Item{At: at, Spread: true, Dots: true, Value: value}, nil
}

// alias reads `name :`; without the colon nothing is read.
func (p *parser) alias() (name string, ok bool, err error) {
	start := p.pos
	if name, err = p.key(); err != nil {
		return "", false, err
	}
	if p.next() == ':' {
		p.pos++
		return name, true, nil
	}
	p.pos = start
	return "", false, nil
}

// aliased reads what follows `name :`.
func (p *parser) aliased(at int, name string) (*Item, error) {
	item := &Item{At: at, Name: name}
	c := p.next()
	var err error
	switch {
	case p.version >= V04:
		item.Value, err = p.expr()
	case c == '{':
		item.Value, err = p.block()
	case c == '$' || c == '@' || isKey(c):
		item.Value, err = p.path()
	case startsLiteral(c):
		return nil, p.fail(p.pos, "a literal must stand within $( ) before v0.4, as in %s: $(1)", name)
	default:
		return nil, p.fail(p.pos, "%s: must be followed by a path or a block, not %s", name, p.here())
	}
	if err != nil {
		return nil, err
	}
	return item, nil
}

// block reads items in braces.
func (p *parser) block() (*Block, error) {
	at := p.pos
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave(p.inArray(false))
	p.pos++
	b, err := p.items(at)
	if err != nil {
		return nil, err
	}
	if p.byteAt(p.pos) != '}' {
		return nil, p.fail(at, "the block that starts here does not end")
	}
	p.pos++
	return b, p.named(b)
}

// named refuses paths that say neither where their value goes nor what to spread.
func (p *parser) named(b *Block) error {
	if p.version >= V04 && len(b.Items) == 1 {
		return nil
	}
	for _, i := range b.Items {
		if !i.anonymous() {
			continue
		}
		if p.version >= V04 {
			return p.fail(i.At, "a path among others must have a name (name: path), a block (path { .. }) or be spread (...path)")
		}
		return p.fail(i.At, "a path must have a name (name: path) or a block (path { .. }), unless it is the whole selection")
	}
	return nil
}
