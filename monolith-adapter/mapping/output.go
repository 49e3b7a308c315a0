package mapping

// Output is what an expression makes, as far as it can be told without running it.
type Output struct {
	// At is the offset of what makes it.
	At int
	// Object: members are known, and are Fields; for a list of objects too. Otherwise nothing is known but
	// that it comes from the data or is a scalar.
	Object bool
	Fields []*OutputField
}

// OutputField is a member of an Output.
type OutputField struct {
	Name   string
	At     int
	Output *Output
}

// Field is the member of that name, or nil.
func (o *Output) Field(name string) *OutputField {
	for _, f := range o.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Output is what the selection makes.
func (s *Selection) Output() *Output { return outputOf(s.Root) }

func outputOf(e Expr) *Output {
	switch e := e.(type) {
	case *Block:
		return blockOutput(e)
	case *Path:
		return pathOutput(e)
	case *Dict:
		out := &Output{At: e.At, Object: true}
		for _, p := range e.Props {
			out.add(&OutputField{Name: p.Name, At: p.At, Output: outputOf(p.Value)})
		}
		return out
	case *Array:
		return union(e.At, e.Elems)
	case *Chain:
		return union(e.At, e.Operands)
	}
	return &Output{At: e.Pos()}
}

func blockOutput(b *Block) *Output {
	out := &Output{At: b.At, Object: true}
	for _, i := range b.Items {
		inner := outputOf(i.Value)
		if !i.Spread {
			out.add(&OutputField{Name: i.Name, At: i.At, Output: inner})
			continue
		}
		for _, f := range inner.Fields {
			out.add(f)
		}
	}
	return out
}

// add adds a member, or its members to those of one that is there.
func (o *Output) add(f *OutputField) {
	old := o.Field(f.Name)
	if old == nil {
		o.Fields = append(o.Fields, &OutputField{Name: f.Name, At: f.At, Output: f.Output})
		return
	}
	old.Output = merged(old.Output, f.Output)
}

func merged(a, b *Output) *Output {
	out := &Output{At: a.At, Object: a.Object || b.Object}
	for _, f := range a.Fields {
		out.add(f)
	}
	for _, f := range b.Fields {
		out.add(f)
	}
	return out
}

// union is what one of several makes: whatever any of them makes.
func union(at int, list []Expr) *Output {
	out := &Output{At: at}
	for _, e := range list {
		out = merged(out, outputOf(e))
	}
	return out
}

// pathOutput goes through the methods that keep, or make, what can be known.
func pathOutput(p *Path) *Output {
	if p.Sub != nil {
		return blockOutput(p.Sub)
	}
	out := &Output{At: p.At}
	if p.Head == HeadExpr {
		out = outputOf(p.Expr)
	}
	for _, s := range p.Steps {
		switch s.Kind {
		case StepKey:
			out = keyOutput(out, s.Name)
		case StepMethod:
			out = methodOutput(out, s)
		}
	}
	return out
}

func keyOutput(o *Output, name string) *Output {
	if f := o.Field(name); f != nil {
		return f.Output
	}
	return &Output{At: o.At}
}

func methodOutput(in *Output, s *Step) *Output {
	switch s.Name {
	case "first", "last", "slice", "filter", "find", "as":
		return in
	case "map", "echo":
		if len(s.Args) == 1 {
			return argumentOutput(in, s.Args[0])
		}
	case "match":
		var values []Expr
		for _, a := range s.Args {
			if pair, ok := a.(*Array); ok && len(pair.Elems) == 2 {
				values = append(values, pair.Elems[1])
			}
		}
		return union(s.At, values)
	}
	return &Output{At: s.At}
}

// argumentOutput is the argument's, where @ alone stands for the input.
func argumentOutput(in *Output, arg Expr) *Output {
	if p, ok := arg.(*Path); ok && p.Head == HeadAt && len(p.Steps) == 0 && p.Sub == nil {
		return in
	}
	return outputOf(arg)
}
