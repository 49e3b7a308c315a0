package mapping

import "slices"

// Wanted are the names that are asked of an object, with what is asked of each; nil asks for all there is.
type Wanted map[string]Wanted

// Trim is the selection without the names that are not wanted. What it makes of the others is the same.
func (s *Selection) Trim(w Wanted) *Selection {
	if w == nil {
		return s
	}
	return &Selection{Source: s.Source, Version: s.Version, Root: trim(s.Root, w)}
}

func trim(e Expr, w Wanted) Expr {
	if w == nil {
		return e
	}
	switch e := e.(type) {
	case *Block:
		return trimBlock(e, w)
	case *Dict:
		return trimDict(e, w)
	case *Path:
		return trimPath(e, w)
	case *Array:
		return &Array{At: e.At, Elems: trimAll(e.Elems, w)}
	case *Chain:
		return &Chain{At: e.At, NullToo: e.NullToo, Operands: trimAll(e.Operands, w)}
	}
	return e
}

func trimAll(list []Expr, w Wanted) []Expr {
	out := make([]Expr, len(list))
	for i, e := range list {
		out[i] = trim(e, w)
	}
	return out
}

// trimBlock keeps what is spread, even if nothing of it is wanted: its null makes the whole null. On a scalar or
// null, a block is an object only if it gives something, so one part that always does is kept for that.
func trimBlock(b *Block, w Wanted) *Block {
	out := &Block{At: b.At, Free: b.Free, Items: make([]*Item, 0, len(b.Items))}
	object := b.Free
	for _, i := range b.Items {
		inner, ok := w[i.Name]
		if i.Spread {
			inner, ok = w, true
		}
		if !ok && (object || !certain(i.Value)) {
			continue
		}
		kept := *i
		if ok {
			kept.Value = trim(i.Value, inner)
		}
		object = object || !i.Spread && certain(i.Value)
		out.Items = append(out.Items, &kept)
	}
	return out
}

// certain reports whether the expression gives something whatever the data.
func certain(e Expr) bool {
	switch e := e.(type) {
	case *Literal, *Array, *Dict:
		return true
	case *Block:
		return e.Free
	case *Path:
		return len(e.Steps) == 0 && e.Sub == nil && (e.Head == HeadRoot || e.Head == HeadExpr && certain(e.Expr))
	}
	return false
}

func trimDict(d *Dict, w Wanted) *Dict {
	out := &Dict{At: d.At, Props: make([]Property, 0, len(d.Props))}
	for _, p := range d.Props {
		if inner, ok := w[p.Name]; ok {
			out.Props = append(out.Props, Property{At: p.At, Name: p.Name, Value: trim(p.Value, inner)})
		}
	}
	return out
}

// trimPath goes back from the end of a path to what makes the value: its block, or the arguments of a method, or
// the expression at its head. What only picks from that is passed by.
func trimPath(p *Path, w Wanted) *Path {
	out := *p
	if p.Sub != nil {
		out.Sub = trimBlock(p.Sub, w)
		return &out
	}
	for i := len(p.Steps) - 1; i >= 0; i-- {
		s := p.Steps[i]
		switch {
		case s.picks():
			continue
		case s.Kind == StepMethod && makes[s.Name]:
			out.Steps = slices.Clone(p.Steps)
			out.Steps[i] = trimStep(s, w)
		}
		return &out
	}
	if p.Head == HeadExpr {
		out.Expr = trim(p.Expr, w)
	}
	return &out
}

// picks reports whether the step gives its input or an element of it, whatever members that has.
func (s *Step) picks() bool {
	return s.Kind == StepOptional || s.Kind == StepMethod && pickers[s.Name]
}

// pickers are the methods that give their input or elements of it, and ask nothing of it.
var pickers = map[string]bool{"first": true, "last": true, "slice": true, "withError": true, "withWarning": true}

// makes are the methods whose value is that of an argument, or of elements of one.
var makes = map[string]bool{"echo": true, "map": true, "match": true}

func trimStep(s *Step, w Wanted) *Step {
	out := *s
	out.Args = slices.Clone(s.Args)
	for i, a := range s.Args {
		if s.Name != "match" {
			out.Args[i] = trim(a, w)
		} else if pair, ok := a.(*Array); ok && len(pair.Elems) == 2 {
			out.Args[i] = &Array{At: pair.At, Elems: []Expr{pair.Elems[0], trim(pair.Elems[1], w)}}
		}
	}
	return &out
}
