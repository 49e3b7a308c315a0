package openapi

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// input is the type of values of a schema in requests.
func (b *builder) input(ref *openapi3.SchemaRef, hint, place string) *typ {
	s := b.shape(ref, place, 0)
	t := b.value(s, hint, b.input, b.inputObject)
	if t.name == "" && t.enum == nil && t.list == nil && t.object == nil {
		b.warnJSON(s)
		t.name = b.scalar("JSON")
	}
	return t
}

// inputObject is the input type of a shape; nil if it has nothing to write.
func (b *builder) inputObject(s *shape, hint string) *object {
	if o := b.inputs[s.schema]; o != nil {
		return o
	}
	if !slices.ContainsFunc(s.props, func(p *prop) bool { return !readOnly(p.ref) }) {
		return nil
	}
	name := hint
	if component := b.components[s.schema]; component != "" {
		if name = typeName(component); b.typeNames[name] {
			name += "Input"
		}
	}
	defer func(n int) { b.nesting = n }(b.nesting)
	b.nesting = 0
	o := &object{name: b.unique(name), given: name, description: s.description, place: s.place}
	b.inputs[s.schema] = o
	b.inputList = append(b.inputList, o)
	for _, p := range s.props {
		if readOnly(p.ref) {
			continue
		}
		m := b.member(o, p)
		m.typ = identified(m.name, b.input(p.ref, o.name+typeName(m.name), p.place))
		m.optional = !p.required || !m.typ.nonNull
		if !p.required {
			optional := *m.typ
			optional.nonNull = false
			m.typ = &optional
		}
		o.members = append(o.members, m)
	}
	return o
}

func readOnly(ref *openapi3.SchemaRef) bool {
	return ref != nil && ref.Value != nil && ref.Value.ReadOnly
}

// differs says which inputs are not sent as they come: names or values within are others. Those that contain
// themselves and differ cannot be written as a mapping; what leads back is JSON.
func (b *builder) differs() {
	for again := true; again; {
		again = false
		for _, o := range b.inputList {
			if !o.spread && slices.ContainsFunc(o.members, memberDiffers) {
				o.spread, again = true, true
			}
		}
	}
	state := map[*object]int{} // 1 while it is on the way, 2 when it is done
	var visit func(*object)
	visit = func(o *object) {
		state[o] = 1
		for _, m := range o.members {
			inner := m.typ.leaf().object
			switch {
			case inner == nil || !inner.spread:
			case state[inner] == 1:
				b.warn(m.place, "%s.%s leads back to %s, which a mapping cannot follow; it is JSON, sent as it comes", o.name, m.name, inner.name)
				m.typ = m.typ.as(typ{name: b.scalar("JSON")})
			case state[inner] == 0:
				visit(inner)
			}
		}
		state[o] = 2
	}
	for _, o := range b.inputList {
		if o.spread && state[o] == 0 {
			visit(o)
		}
	}
}

// endless frees inputs of which no value could be written, since each needs another within itself.
func (b *builder) endless() {
	state := map[*object]int{} // 1 while it is on the way, 2 when it is done
	var visit func(*object)
	visit = func(o *object) {
		state[o] = 1
		for _, m := range o.members {
			inner := m.typ.object
			switch {
			case inner == nil || !m.typ.nonNull:
			case state[inner] == 1:
				b.warn(m.place, "%s.%s requires %s within itself; it may be left out", o.name, m.name, inner.name)
				m.typ, m.optional = &typ{object: inner}, true
			case state[inner] == 0:
				visit(inner)
			}
		}
		state[o] = 2
	}
	for _, o := range b.inputList {
		if state[o] == 0 {
			visit(o)
		}
	}
}

func memberDiffers(m *member) bool {
	leaf := m.typ.leaf()
	return m.name != m.property || leaf.enum != nil && leaf.enum.mapped || leaf.object != nil && leaf.object.spread
}
