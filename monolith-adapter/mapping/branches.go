package mapping

// maxBranches bounds how many branches an output is told to have, maxKnown the members of all of them, and
// maxSpread what is spread into one block with branches. With more, only what they are together is told.
const (
	maxBranches = 256
	maxKnown    = 1 << 15
	maxSpread   = 16
)

// members gathers what is said about each of some names, in the order of their first coming.
type members struct {
	fields  []*OutputField
	outputs [][]*Output
	index   map[string]int
}

func (m *members) add(name string, at int, out *Output) {
	i, ok := m.index[name]
	if !ok {
		if m.index == nil {
			m.index = make(map[string]int)
		}
		i = len(m.fields)
		m.index[name] = i
		m.fields = append(m.fields, &OutputField{Name: name, At: at})
		m.outputs = append(m.outputs, nil)
	}
	m.outputs[i] = append(m.outputs[i], out)
}

func (m *members) addAll(o *Output) {
	for _, f := range o.Fields {
		m.add(f.Name, f.At, f.Output)
	}
}

// together makes one member of all that has the same name.
func (m *members) together(join func(a, b *Output) *Output) []*OutputField {
	for i, f := range m.fields {
		f.Output = fold(m.outputs[i], join)
	}
	return m.fields
}

// fold joins outputs by halves, so that none is copied often.
func fold(list []*Output, join func(a, b *Output) *Output) *Output {
	if len(list) == 1 {
		return list[0]
	}
	half := len(list) / 2
	return join(fold(list[:half], join), fold(list[half:], join))
}

// either is what one of several makes. Null says nothing about what else it can be.
func either(at int, list []*Output) *Output {
	var branches []*Output
	for _, o := range list {
		for _, b := range o.Alternatives() {
			if b.Literal.kind != Null {
				branches = append(branches, b)
			}
		}
	}
	switch {
	case len(branches) == 1:
		return branches[0]
	case len(branches) == 0 && len(list) > 0:
		return &Output{At: at, Literal: nullValue}
	}
	out := common(at, branches)
	if len(branches) <= maxBranches {
		out.Branches = branches
	}
	return out
}

// common is what is known of any of the branches.
func common(at int, branches []*Output) *Output {
	out := &Output{At: at}
	var fields members
	for _, b := range branches {
		out.Object = out.Object || b.Object
		out.Open = out.Open || b.Open
		fields.addAll(b)
	}
	for i, f := range fields.fields {
		if f.Output = fields.outputs[i][0]; len(fields.outputs[i]) > 1 {
			f.Output = either(f.Output.At, fields.outputs[i])
		}
	}
	out.Fields = fields.fields
	return out
}

// both is what comes of two outputs for the same place, which are merged: each branch of one with each of the
// other.
func both(a, b *Output) *Output {
	as, bs := a.Alternatives(), b.Alternatives()
	switch {
	case len(as) == 1 && len(bs) == 1:
		return merged(as[0], bs[0])
	case len(as)*len(bs) > maxBranches, len(as)*len(bs)*(len(a.Fields)+len(b.Fields)) > maxKnown:
		return merged(a, b)
	}
	var branches []*Output
	for _, x := range as {
		for _, y := range bs {
			branches = append(branches, merged(x, y))
		}
	}
	return either(a.At, branches)
}

func merged(a, b *Output) *Output {
	switch {
	case a.Literal.kind != Missing && b.Literal.kind != Missing:
		return b
	case a.Literal.kind != Missing && b.Object:
		return b
	case b.Literal.kind != Missing && a.Object:
		return a
	}
	out := &Output{
		At: a.At, Object: a.Object || b.Object,
		// What is spread of the data adds members that are not known.
		Open: a.Open || b.Open || a.Object != b.Object,
	}
	var fields members
	fields.addAll(a)
	fields.addAll(b)
	out.Fields = fields.together(both)
	return out
}
