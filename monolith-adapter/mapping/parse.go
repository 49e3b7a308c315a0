package mapping

import (
	"errors"
	"unicode/utf8"
)

// Parse reads a selection. An error is a *SyntaxError.
func Parse(source string, version Version) (*Selection, error) {
	p := &parser{scanner: scanner{src: source, version: version}}
	if len(source) > maxSource {
		return nil, p.fail(maxSource, "the selection is longer than %d bytes", maxSource)
	}
	if !utf8.ValidString(source) {
		return nil, p.fail(0, "the selection is not UTF-8")
	}
	root, err := p.selection()
	if err != nil {
		return nil, err
	}
	return &Selection{Source: source, Version: version, Root: root}, nil
}

// parser knows the grammar: that of v0.1 to v0.3, in which values that are written out stand within $( ) and
// have commas, and that of v0.4, in which a selection is a superset of JSON.
type parser struct {
	scanner
	// array: directly within [ ], where from v0.4 on a value may follow a value without a comma.
	array bool
}

// selection reads the whole text.
func (p *parser) selection() (Expr, error) {
	if p.version < V04 || p.bareKey() {
		return p.list()
	}
	value, err := p.value()
	if err == nil {
		if b, ok := value.(*Block); ok {
			b.Free = false
			return root(b), nil
		}
		return value, nil
	}
	p.pos, p.depth, p.array = 0, 0, false
	c := p.next()
	parts, listErr := p.list()
	if listErr != nil && (offset(err) > offset(listErr) || c == '{' || c == '[') {
		return nil, err
	}
	return parts, listErr
}

func offset(err error) int {
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		return syntax.At
	}
	return 0
}

// bareKey reports whether the text is one key, with or without a block; nothing is read.
func (p *parser) bareKey() bool {
	defer func() { p.pos = 0 }()
	if !isKey(p.next()) {
		return false
	}
	if _, err := p.key(); err != nil {
		return false
	}
	if p.next() == '?' {
		p.pos++
	}
	c := p.next()
	return c == 0 || c == '{'
}

// value reads a text that is one expression.
func (p *parser) value() (Expr, error) {
	value, err := p.expr()
	if err != nil {
		return nil, err
	}
	return value, p.end()
}

func (p *parser) end() error {
	if p.next() != 0 || p.pos < len(p.src) {
		return p.fail(p.pos, "%s cannot stand here", p.here())
	}
	return nil
}

// list reads a text that is the items of a block.
func (p *parser) list() (Expr, error) {
	b, err := p.items(0)
	if err != nil {
		return nil, err
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	if whole := root(b); whole != Expr(b) {
		return whole, nil
	}
	return b, p.named(b)
}

// root is the block itself, or the path that stands alone in it: then there is nothing where the path leads to
// nothing, and not an empty object.
func root(b *Block) Expr {
	if len(b.Items) != 1 || !b.Items[0].Spread || b.Items[0].Dots {
		return b
	}
	path, ok := b.Items[0].Value.(*Path)
	if !ok {
		return b
	}
	if path.Head == HeadKey && !plain(path.Name) {
		// Alone, the key would be read as a literal.
		key := &Step{At: path.At, Kind: StepKey, Name: path.Name}
		return &Path{At: path.At, Head: HeadRoot, Steps: append([]*Step{key}, path.Steps...), Sub: path.Sub}
	}
	return path
}

// plain reports whether the key is read as a key wherever it stands.
func plain(key string) bool {
	return isIdent(key) && key != "true" && key != "false" && key != "null"
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
	defer p.inArray(p.inArray(false))
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
	locals := 0
	for {
		before := p.pos
		c := p.next()
		at := p.pos
		var step *Step
		var err error
		switch {
		case c == '?' && !p.has("??") && !p.has("?!"):
			step, err = p.optional(path)
		case c == '.' && !p.has("...") && (!p.array || !isDigit(p.byteAt(at+1))):
			step, err = p.member()
		case p.has("->"):
			step, err = p.method()
		default:
			p.pos = before
			return p.foreign()
		}
		if err != nil {
			return err
		}
		if step.Kind == StepMethod && step.Name == "as" {
			locals++
		}
		if locals > maxLocals {
			return p.fail(at, "a path binds more than %d variables", maxLocals)
		}
		path.Steps = append(path.Steps, step)
	}
}

// optional reads `?`.
func (p *parser) optional(path *Path) (*Step, error) {
	at := p.pos
	if p.version < V03 {
		return nil, p.fail(at, "? is part of v0.3")
	}
	if n := len(path.Steps); n > 0 && path.Steps[n-1].Kind == StepOptional {
		return nil, p.fail(at, "one ? is enough")
	}
	p.pos++
	return &Step{At: at, Kind: StepOptional}, nil
}

// member reads `.key`.
func (p *parser) member() (*Step, error) {
	at := p.pos
	p.pos++
	if !isKey(p.next()) {
		return nil, p.fail(p.pos, "a key must follow the point, not %s", p.here())
	}
	name, err := p.key()
	return &Step{At: at, Kind: StepKey, Name: name}, err
}

// foreign refuses, after a path, what authors bring along from other languages.
func (p *parser) foreign() error {
	c := p.next()
	switch {
	case c == '[' && !p.array:
		return p.fail(p.pos, "there is no [ ] here; write ->get(0), ->first, ->last or ->slice(0, 3), and a name that has brackets in quotes: 'page[size]'")
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
	step.Args, err = p.arguments()
	return step, err
}
