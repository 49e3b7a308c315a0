package mapping

// block makes an object of the value, or a list of objects of a list.
func (e *evaluator) block(b *Block, v Value, s scope) Value {
	if !e.spend() {
		return Value{}
	}
	if v.kind != List {
		return e.object(b, scope{dollar: v, at: v, locals: s.locals})
	}
	elems := e.make(len(v.node.vals))
	e.depth++
	for i, el := range v.node.vals {
		e.path = append(e.path, place{index: i})
		elems[i] = e.block(b, el, s)
		e.path = e.path[:len(e.path)-1]
	}
	e.depth--
	return e.list(elems)
}

// object merges what the items of a block give. Where they give nothing, a scalar stays what it is.
func (e *evaluator) object(b *Block, s scope) Value {
	if len(b.Items) == 1 && b.Items[0].anonymous() {
		return e.expr(b.Items[0].Value, s)
	}
	// whole is the value so far where it is no object: a spread can give anything.
	var whole Value
	out := e.members(len(b.Items))
	for _, item := range b.Items {
		if item.Spread {
			whole = e.spread(&out, whole, e.expr(item.Value, s), item.At)
			continue
		}
		e.path = append(e.path, place{key: item.Name})
		e.put(&out, item.Name, e.expr(item.Value, s), item.At)
		e.path = e.path[:len(e.path)-1]
	}
	switch {
	case whole.kind != Missing && len(out.keys) == 0:
		return whole
	case whole.kind != Missing:
		return e.merge(whole, e.built(&out), b.At)
	case len(out.keys) == 0 && s.dollar.kind != Object && !b.Free:
		return s.dollar
	}
	return e.built(&out)
}

// put gives a member its value, or merges it with the one that is there.
func (e *evaluator) put(out *builder, name string, v Value, at int) {
	if v.kind == Missing {
		return
	}
	if i := out.find(name); i >= 0 {
		out.vals[i] = e.merge(out.vals[i], v, at)
		return
	}
	out.add(name, v)
}

// spread merges a value with the members so far. What is no object merges with them as a whole.
func (e *evaluator) spread(out *builder, whole, v Value, at int) Value {
	switch {
	case v.kind == Missing:
		return whole
	case v.kind == Object && whole.kind == Missing:
		for i := range v.Len() {
			if !e.spend() {
				break
			}
			e.put(out, v.Key(i), v.At(i), at)
		}
		return whole
	case len(out.keys) > 0:
		whole = e.merge(whole, e.built(out), at)
		*out = builder{}
	}
	return e.merge(whole, v, at)
}

// merge is what two outputs for the same place become: objects by key, lists by index; null swallows the
// other; of two scalars the later counts.
func (e *evaluator) merge(a, b Value, at int) Value {
	e.depth++
	defer func() { e.depth-- }()
	switch {
	case !e.spend():
		return Value{}
	case a.kind == Missing:
		return b
	case b.kind == Missing:
		return a
	case a.kind == Null || b.kind == Null:
		return nullValue
	case a.kind == Object && b.kind == Object:
		return e.mergeObjects(a, b, at)
	case a.kind == List && b.kind == List:
		return e.mergeLists(a, b, at)
	case a.kind != b.kind:
		e.problem(at, "values of different kinds come together; the later one counts")
	}
	return b
}

func (e *evaluator) mergeObjects(a, b Value, at int) Value {
	m := e.members(a.Len() + b.Len())
	for i := range a.Len() {
		m.set(a.Key(i), a.At(i))
	}
	for i := range b.Len() {
		e.path = append(e.path, place{key: b.Key(i)})
		e.put(&m, b.Key(i), b.At(i), at)
		e.path = e.path[:len(e.path)-1]
	}
	return e.built(&m)
}

func (e *evaluator) mergeLists(a, b Value, at int) Value {
	elems := e.make(max(a.Len(), b.Len()))
	for i := range elems {
		switch {
		case i >= a.Len():
			elems[i] = b.At(i)
		case i >= b.Len():
			elems[i] = a.At(i)
		default:
			e.path = append(e.path, place{index: i})
			elems[i] = e.merge(a.At(i), b.At(i), at)
			e.path = e.path[:len(e.path)-1]
		}
	}
	return e.list(elems)
}
