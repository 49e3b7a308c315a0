package executor

import (
	"encoding/binary"
	"slices"
	"strconv"
)

// prepareContextual makes a fetch ready that fills variables from above.
func (r *run) prepareContextual(id int) {
	p, s := &r.program.fetches[id], &r.fetches[id]
	if s.contexts == nil {
		s.contexts = &contexts{trail: make([]uint32, len(p.targets[0].steps)+1)}
	}
	c := s.contexts
	c.texts, c.reps, c.sizes = c.texts[:0], c.reps[:0], c.sizes[:0]
	c.values.reset()
	for i := range p.targets {
		s.missingKey, s.nullEntity = 0, 0
		r.findAll(p, &p.targets[i], s, cell{meta: uint32(object), a: rootRow}, 0, r.store.nextMark())
	}
	for range p.targets { // their paths lead to one place, so all objects count as the first's
		s.ends = append(s.ends, len(s.rows))
	}
	if len(s.rows) == 0 {
		r.ended(id)
		return
	}
	s.number()
	body := s.body[:0]
	if c.several() {
		body = p.contextual.document(body, p.plan.OperationName, len(c.sizes))
	} else {
		body = append(body, p.head...)
	}
	body = append(body, `,"variables":`...)
	start := len(body)
	body, some := p.given(append(body, '{'), &r.in)
	order := c.order
	for group, n := range c.sizes {
		if group > 0 || some {
			body = append(body, ',')
		}
		body = s.combination(body, p.contextual, group, order[:n])
		order = order[n:]
	}
	r.submit(id, body, start, true)
}

// number gives representations their final numbers: those of the first combination come first.
func (s *fetchState) number() {
	c := s.contexts
	c.order = slices.Grow(c.order[:0], len(s.distinct.spans))[:len(s.distinct.spans)]
	next := make([]uint32, len(c.sizes))
	for i, n := range c.sizes[:len(c.sizes)-1] {
		next[i+1] = next[i] + n
	}
	numbers := make([]uint32, len(s.distinct.spans))
	for i := range s.distinct.spans {
		group := binary.BigEndian.Uint32(c.reps[s.distinct.spans[i].start:])
		numbers[i] = next[group]
		c.order[next[group]] = uint32(i)
		next[group]++
	}
	for i, rep := range s.reps {
		s.reps[i] = numbers[rep]
	}
}

// document writes a request up to its variables that asks for so many combinations, each under an alias.
func (p *contextual) document(body []byte, name string, combinations int) []byte {
	body = append(body, `{"query":"query`...)
	if name != "" {
		body = append(body, ' ')
	}
	body = append(append(body, name...), '(')
	if p.declared != "" {
		body = append(append(body, p.declared...), ',')
	}
	for i := range combinations {
		if i > 0 {
			body = append(body, ',')
		}
		body = p.name(append(body, '$'), "representations", i)
		body = append(body, ":[_Any!]!"...)
		for k := range p.variables {
			body = p.name(append(body, ",$"...), p.variables[k].name, i)
			body = append(append(body, ':'), p.variables[k].typ...)
		}
	}
	body = append(body, "){"...)
	for i := range combinations {
		body = p.name(append(appendAlias(body, i), ":_entities(representations:$"...), "representations", i)
		body = append(body, ')')
		for k, part := range p.parts {
			if k > 0 {
				body = p.name(append(body, '$'), p.variables[p.plan.Uses[k-1]].name, i)
			}
			body = append(body, part...)
		}
	}
	body = append(body, `}"`...)
	if name != "" {
		body = appendQuoted(append(body, `,"operationName":`...), name)
	}
	return body
}

// name writes what a variable is called for a combination.
func (p *contextual) name(body []byte, name string, combination int) []byte {
	body = append(append(body, name...), p.plan.Separator...)
	return strconv.AppendInt(body, int64(combination), 10)
}

// appendAlias writes the alias under which the entities of a combination are asked for.
func appendAlias(body []byte, combination int) []byte {
	return strconv.AppendInt(append(body, '_'), int64(combination), 10)
}

// combination writes the variables of one: its values, and the representations of its objects.
func (s *fetchState) combination(body []byte, p *contextual, number int, reps []uint32) []byte {
	c := s.contexts
	lengths := c.values.spans[number].start
	text := lengths + numberLen*len(p.variables)
	for i := range p.variables {
		body = c.member(body, p, p.variables[i].name, number)
		end := text + int(binary.BigEndian.Uint32(c.texts[lengths+numberLen*i:]))
		body = append(append(body, c.texts[text:end]...), ',')
		text = end
	}
	body = append(c.member(body, p, "representations", number), '[')
	for i, rep := range reps {
		if i > 0 {
			body = append(body, ',')
		}
		span := &s.distinct.spans[rep]
		body = append(body, c.reps[span.start+numberLen:span.end]...)
	}
	return append(body, ']')
}

// member begins a variable, which has its plain name if there is but one combination.
func (c *contexts) member(body []byte, p *contextual, name string, number int) []byte {
	body = append(body, '"')
	if c.several() {
		body = p.name(body, name, number)
	} else {
		body = append(body, name...)
	}
	return append(body, `":`...)
}

// answerForm is how to read the answer: with several combinations, each has its own list of entities.
func (s *fetchState) answerForm(p *fetchProgram) *readObject {
	if !s.contexts.several() {
		return p.answer
	}
	form := &s.contexts.form
	*form = readObject{layout: &layout{width: firstSlot + uint32(len(s.contexts.sizes))}, fields: form.fields[:0]}
	for i := range s.contexts.sizes {
		form.fields = append(form.fields, readField{
			name: string(appendAlias(nil, i)), slot: firstSlot + uint32(i), object: p.targets[0].form,
		})
	}
	if len(form.fields) >= wide {
		form.index = make(map[string]int, len(form.fields))
		for i := range form.fields {
			form.index[form.fields[i].name] = i
		}
	}
	return form
}

// joined is one list of the entities of all combinations; absent if one has none, and empty, which is never what
// was expected, if one has too many or too few.
func (s *store) joined(c *contexts, row uint32) cell {
	total := uint32(0)
	for i, n := range c.sizes {
		switch e := s.cells[row+firstSlot+uint32(i)]; {
		case e.kind() == absent, e.kind() == null:
			return cell{}
		case e.kind() != list, e.b != n:
			return cell{meta: uint32(list)}
		}
		total += n
	}
	s.limit = maxCells
	first := s.alloc(total)
	if first == 0 {
		return cell{meta: uint32(list)}
	}
	next := first
	for i, n := range c.sizes {
		from := s.cells[row+firstSlot+uint32(i)].a
		copy(s.cells[next:next+n], s.cells[from:from+n])
		next += n
	}
	return cell{meta: uint32(list), a: first, b: total}
}

// place finds the entities that errors belong to by the alias that their path begins with.
func (c *contexts) place(text []byte, found []subgraphError) {
	for i := range found {
		name, _, rest := pathElement(text, found[i].path)
		if found[i].placed || len(name) < 2 || name[0] != '_' {
			continue
		}
		group, err := strconv.Atoi(string(name[1:]))
		_, index, below := pathElement(text, rest)
		if err != nil || group < 0 || group >= len(c.sizes) || index < 0 || index >= int(c.sizes[group]) {
			continue
		}
		for _, n := range c.sizes[:group] {
			index += int(n)
		}
		found[i].placed, found[i].entity, found[i].path = true, uint32(index), below
	}
}

// unshared is the entity for the first object that takes it, and a copy for each other, whose rows below are its
// own; absent if there is no room for one.
func (s *store) unshared(form *readObject, seen []bool, number uint32, entity cell) cell {
	if !seen[number] {
		seen[number] = true
		return entity
	}
	s.limit = maxCells
	return s.copied(form, entity)
}

// copied is the value with the rows and lists below it copied; absent if there is no room.
func (s *store) copied(form *readObject, c cell) cell {
	switch {
	case form != nil && c.kind() == object:
		row := s.alloc(form.layout.width)
		if row == 0 {
			return cell{}
		}
		copy(s.cells[row:row+form.layout.width], s.cells[c.a:c.a+form.layout.width])
		for i := range form.fields {
			if f := &form.fields[i]; f.object != nil {
				s.cells[row+f.slot] = s.copied(f.object, s.cells[row+f.slot])
			}
		}
		c.a = row
	case form != nil && c.kind() == list:
		first := s.alloc(c.b)
		if first == 0 {
			return cell{}
		}
		for i := range c.b {
			s.cells[first+i] = s.copied(form, s.cells[c.a+i])
		}
		c.a = first
	}
	return c
}
