package mapping

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
	case *Path:
		if e.Sub == nil {
			return e
		}
		out := *e
		out.Sub = trimBlock(e.Sub, w)
		return &out
	}
	return e
}

// trimBlock keeps what is spread, even if nothing of it is wanted: its null makes the whole null.
func trimBlock(b *Block, w Wanted) *Block {
	out := &Block{At: b.At, Items: make([]*Item, 0, len(b.Items))}
	for _, i := range b.Items {
		inner, ok := w[i.Name]
		switch {
		case i.Spread:
			inner = w
		case !ok:
			continue
		}
		kept := *i
		kept.Value = trim(i.Value, inner)
		out.Items = append(out.Items, &kept)
	}
	return out
}
