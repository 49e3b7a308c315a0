package mapping

import (
	"unicode/utf8"
)

// Parse reads a selection. An error is a *SyntaxError.
func Parse(source string, version Version) (*Selection, error) {
	p := &parser{scanner{src: source, version: version}}
	if len(source) > maxSource {
		return nil, p.fail(maxSource, "the selection is longer than %d bytes", maxSource)
	}
	if !utf8.ValidString(source) {
		return nil, p.fail(0, "the selection is not UTF-8")
	}
	block, err := p.items(0)
	if err != nil {
		return nil, err
	}
	if p.pos < len(source) {
		return nil, p.fail(p.pos, "%s cannot stand here", p.here())
	}
	root, err := p.root(block)
	if err != nil {
		return nil, err
	}
	return &Selection{Source: source, Version: version, Root: root}, nil
}

// parser knows the grammar of v0.1 to v0.3.
type parser struct{ scanner }

// root is the block itself, or the path that stands alone in it: then there is nothing where the path leads to
// nothing, and not an empty object.
func (p *parser) root(b *Block) (Expr, error) {
	if len(b.Items) == 1 && b.Items[0].Spread {
		return b.Items[0].Value, nil
	}
	return b, p.named(b)
}

// anonymous is the path of an item that has neither a name nor a block, or nil.
func anonymous(i *Item) *Path {
	if path, ok := i.Value.(*Path); ok && i.Spread && path.Sub == nil {
		return path
	}
	return nil
}

// named refuses paths that say neither where their value goes nor what to spread.
func (p *parser) named(b *Block) error {
	for _, i := range b.Items {
		if anonymous(i) != nil {
			return p.fail(i.At, "a path must have a name (name: path) or a block (path { .. }), unless it is the whole selection")
		}
	}
	return nil
}

// items reads items up to the end or a closing brace.
func (p *parser) items(at int) (*Block, error) {
	b := &Block{At: at}
	for c := p.next(); c != 0 && c != '}'; c = p.next() {
		item, err := p.item()
		if err != nil {
			return nil, err
		}
		b.Items = append(b.Items, item)
	}
	return b, nil
}

// item reads `name: path`, `name: { .. }`, `name` or a path.
func (p *parser) item() (*Item, error) {
	at := p.pos
	switch c := p.byteAt(at); {
	case c == ',':
		return nil, p.fail(at, "no comma is written between the parts of a selection before v0.4")
	case p.has("..."):
		return nil, p.fail(at, "the spread ... is part of v0.4")
	case isKey(c):
		if name, ok, err := p.alias(); err != nil {
			return nil, err
		} else if ok {
			return p.aliased(at, name)
		}
	case c == '?' && at > 0:
		return nil, p.fail(at, "?? and ?! are written within $( ), as in name: $(a ?? b)")
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

func optionalOnly(steps []*Step) bool {
	return len(steps) == 0 || len(steps) == 1 && steps[0].Kind == StepOptional
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
	case c == '{':
		item.Value, err = p.block()
	case c == '$' || c == '@' || isKey(c):
		item.Value, err = p.path()
	case c >= '0' && c <= '9' || c == '-' || c == '[':
		return nil, p.fail(p.pos, "a literal must stand within $( ), as in %s: $(1)", name)
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
	defer func() { p.depth-- }()
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

// path reads a path with its block.
func (p *parser) path() (*Path, error) {
	path := &Path{At: p.pos}
	if err := p.head(path); err != nil {
		return nil, err
	}
	if err := p.tail(path); err != nil {
		return nil, err
	}
	if p.next() == '{' {
		sub, err := p.block()
		if err != nil {
			return nil, err
		}
		path.Sub = sub
	}
	return path, nil
}

func (p *parser) head(path *Path) (err error) {
	switch p.byteAt(p.pos) {
	case '@':
		p.pos++
		path.Head = HeadAt
	case '$':
		p.pos++
		if p.byteAt(p.pos) == '(' {
			path.Head = HeadExpr
			path.Expr, err = p.group()
			return err
		}
		if path.Name = p.ident(); path.Name != "" {
			path.Head = HeadVar
		}
	default:
		path.Head = HeadKey
		path.Name, err = p.key()
	}
	return err
}

// group reads `( expr )`.
func (p *parser) group() (Expr, error) {
	at := p.pos
	p.pos++
	expr, err := p.expr()
	if err != nil {
		return nil, err
	}
	if p.next() != ')' {
		return nil, p.fail(p.pos, "the $( at offset %d must be closed with ), not %s", at-1, p.here())
	}
	p.pos++
	return expr, nil
}

// tail reads the steps of a path.
func (p *parser) tail(path *Path) error {
	for {
		before := p.pos
		c := p.next()
		switch at := p.pos; {
		case c == '?' && !p.has("??") && !p.has("?!"):
			if p.version < V03 {
				return p.fail(at, "? is part of v0.3")
			}
			p.pos++
			if n := len(path.Steps); n > 0 && path.Steps[n-1].Kind == StepOptional {
				return p.fail(at, "one ? is enough")
			}
			path.Steps = append(path.Steps, &Step{At: at, Kind: StepOptional})
		case c == '.' && !p.has("..."):
			p.pos++
			if !isKey(p.next()) {
				return p.fail(p.pos, "a key must follow the point, not %s", p.here())
			}
			name, err := p.key()
			if err != nil {
				return err
			}
			path.Steps = append(path.Steps, &Step{At: at, Kind: StepKey, Name: name})
		case p.has("->"):
			step, err := p.method()
			if err != nil {
				return err
			}
			path.Steps = append(path.Steps, step)
		default:
			p.pos = before
			return p.foreign()
		}
	}
}

// foreign refuses, after a path, what authors bring along from other languages.
func (p *parser) foreign() error {
	c := p.next()
	switch {
	case c == '[':
		return p.fail(p.pos, "there is no [ ] here; write ->get(0), ->first, ->last or ->slice(0, 3)")
	case p.has("==") || p.has("!="):
		return p.fail(p.pos, "there is no == here; write ->eq(..) or ->ne(..)")
	case c == '+':
		return p.fail(p.pos, "there is no + here; write $([a, b])->joinNotNull(''), or ->add(..) for numbers")
	case c == '?':
		return nil // an operator: the caller knows whether one can stand here
	}
	return nil
}

// method reads `-> name` with arguments.
func (p *parser) method() (*Step, error) {
	step := &Step{At: p.pos, Kind: StepMethod}
	p.pos += 2
	p.next()
	if step.Name = p.ident(); step.Name == "" {
		return nil, p.fail(p.pos, "the name of a method must follow ->, not %s", p.here())
	}
	after := p.pos
	if p.next() != '(' {
		p.pos = after
		return step, nil
	}
	step.Parens = true
	p.pos++
	var err error
	step.Args, err = p.list(')')
	return step, err
}
