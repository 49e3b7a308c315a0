package mapping

// Output is what an expression makes, as far as it can be told without running it.
type Output struct {
	// At is the offset of what makes it.
	At int
	// Object: members are known, and are Fields; for a list of objects too. Otherwise nothing is known but
	// that it comes from the data or is a scalar.
	Object bool
	Fields []*OutputField
	// Open: an object has members besides that come from the data.
	Open bool
	// Branches are all that the value, or an element of the list, can be, if it is one of several: those of a
	// ->match, of a list that was written out, of a ?? b. Null is none of them. Fields are then those of any.
	Branches []*Output
	// Literal is the scalar or null that was written out; otherwise Missing.
	Literal Value
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

// Alternatives are the branches, or the output itself if it has none.
func (o *Output) Alternatives() []*Output {
	if len(o.Branches) > 0 {
		return o.Branches
	}
	return []*Output{o}
}

// Typename is the type that an object says to be by a string literal as its __typename. It is to be asked of
// each of the Alternatives, which need not say the same.
func (o *Output) Typename() (name string, ok bool) {
	f := o.Field("__typename")
	if f == nil || f.Output.Literal.Kind() != String {
		return "", false
	}
	return f.Output.Literal.Text(), true
}

// Output is what the selection makes.
func (s *Selection) Output() *Output { return outputOf(s.Root) }

func outputOf(e Expr) *Output {
	switch e := e.(type) {
	case *Block:
		return blockOutput(e)
	case *Path:
		return pathOutput(e)
	case *Literal:
		return &Output{At: e.At, Literal: e.Value}
	case *Dict:
		var fields members
		for _, p := range e.Props {
			fields.add(p.Name, p.At, outputOf(p.Value))
		}
		return &Output{At: e.At, Object: true, Fields: fields.together(both)}
	case *Array:
		return either(e.At, outputsOf(e.Elems))
	case *Chain:
		return either(e.At, outputsOf(e.Operands))
	}
	return &Output{At: e.Pos()}
}

func outputsOf(list []Expr) []*Output {
	out := make([]*Output, len(list))
	for i, e := range list {
		out[i] = outputOf(e)
	}
	return out
}

// blockOutput puts the members together, and with them those of each thing that is spread.
func blockOutput(b *Block) *Output {
	if len(b.Items) == 1 && b.Items[0].anonymous() {
		return outputOf(b.Items[0].Value)
	}
	out := &Output{At: b.At, Object: true}
	var known members
	var branching []*Output
	for _, i := range b.Items {
		inner := outputOf(i.Value)
		switch {
		case !i.Spread:
			known.add(i.Name, i.At, inner)
		case len(inner.Branches) > 0 && len(branching) < maxSpread:
			branching = append(branching, inner)
		default:
			known.addAll(inner)
			out.Open = out.Open || inner.Open || !inner.Object && inner.Literal.kind == Missing
		}
	}
	out.Fields = known.together(both)
	for _, o := range branching {
		out = both(out, o)
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
	case "first", "last", "slice", "filter", "find", "as", "withError", "withWarning":
		return in
	case "keysToCamelCase":
		return camelOutput(in)
	case "get":
		return getOutput(in, s)
	case "map", "echo":
		if len(s.Args) == 1 {
			return argumentOutput(in, s.Args[0])
		}
	case "match":
		values, _ := s.values()
		outputs := make([]*Output, len(values))
		for i, v := range values {
			outputs[i] = argumentOutput(in, v)
		}
		return either(s.At, outputs)
	}
	return &Output{At: s.At}
}

// getOutput is an element of a list, or a member of an object.
func getOutput(in *Output, s *Step) *Output {
	if len(s.Args) == 1 {
		if key, ok := s.Args[0].(*Literal); ok && key.Value.kind == String {
			return keyOutput(in, key.Value.Text())
		} else if ok && key.Value.kind == Number {
			return in
		}
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

func camelOutput(in *Output) *Output {
	out := *in
	var fields members
	for _, f := range in.Fields {
		fields.add(camelCase(f.Name), f.At, f.Output)
	}
	out.Fields = fields.together(func(_, last *Output) *Output { return last })
	out.Branches = nil
	for _, b := range in.Branches {
		out.Branches = append(out.Branches, camelOutput(b))
	}
	return &out
}
