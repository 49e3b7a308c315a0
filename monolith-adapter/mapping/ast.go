package mapping

// Expr is a node that has a value: *Block, *Path, *Literal, *Array, *Dict or *Chain.
type Expr interface {
	// Pos is the offset in the selection's source.
	Pos() int
}

// Block is a list of items in braces, or without them at the top: an object is made of each value.
type Block struct {
	At    int
	Items []*Item
	// Free: it stands as a value of its own, from v0.4 on, so that $ and @ stay in it what they are around it.
	Free bool
}

// Item is one part of a block: `name`, `name: expr`, or a path whose block is spread into this one.
type Item struct {
	At int
	// Name under which the value is put.
	Name string
	// Short: written as a key alone, so that the name is the key's own.
	Short bool
	// Spread: there is no name, the value's own members are put here; Dots if it was written with three points.
	Spread bool
	Dots   bool
	Value  Expr
}

// anonymous reports whether the item is a path with neither a name nor a block: its value is that of the block.
func (i *Item) anonymous() bool {
	path, ok := i.Value.(*Path)
	return ok && i.Spread && !i.Dots && path.Sub == nil
}

// Head is what a path starts from.
type Head uint8

// The heads of paths.
const (
	HeadRoot Head = iota // $, the nearest enclosing block's value
	HeadAt               // @, the current value
	HeadVar              // $name
	HeadKey              // a key of $
	HeadExpr             // $( expr ), or a literal that has a tail
)

// Path goes from a head through steps, and may end in a block.
type Path struct {
	At   int
	Head Head
	// Name of the variable or key.
	Name string
	// Expr of a HeadExpr; Bare if it was written without $( ).
	Expr Expr
	Bare bool

	Steps []*Step
	Sub   *Block
}

// StepKind is the kind of a step.
type StepKind uint8

// The kinds of steps.
const (
	StepKey      StepKind = iota // .name
	StepMethod                   // ->name(args)
	StepOptional                 // ?
)

// Step is one step of a path.
type Step struct {
	At   int
	Kind StepKind
	Name string
	Args []Expr
	// Parens: the method was written with parentheses.
	Parens bool
}

// Literal is a scalar or null that was written out.
type Literal struct {
	At    int
	Value Value
}

// Array is a list that was written out.
type Array struct {
	At    int
	Elems []Expr
}

// Dict is an object that was written out, before v0.4.
type Dict struct {
	At    int
	Props []Property
}

// Property is a member of a Dict.
type Property struct {
	At    int
	Name  string
	Value Expr
}

// Chain is operands of which the first that is there counts.
type Chain struct {
	At int
	// NullToo: null counts as not there (??); otherwise only what is missing does (?!).
	NullToo  bool
	Operands []Expr
}

// Pos implements Expr.
func (b *Block) Pos() int { return b.At }

// Pos implements Expr.
func (p *Path) Pos() int { return p.At }

// Pos implements Expr.
func (l *Literal) Pos() int { return l.At }

// Pos implements Expr.
func (a *Array) Pos() int { return a.At }

// Pos implements Expr.
func (d *Dict) Pos() int { return d.At }

// Pos implements Expr.
func (c *Chain) Pos() int { return c.At }
