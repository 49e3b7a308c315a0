package executor

import (
	"encoding/binary"
	"errors"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// A contextual fetch fills variables from objects above its own. Its objects are divided by their values: those
// that agree in all are asked for together, and all of them in one request (see queryplan.Contextual).

// contextual is the compiled form of what a fetch fills from above.
type contextual struct {
	plan      *queryplan.Contextual
	variables []contextVariable
	// declared and parts are those of the plan, as they stand in a JSON string.
	declared string
	parts    []string
}

type contextVariable struct {
	name, typ string
	sources   []contextSource
}

// contextSource is the value in the ancestors that so many steps lead to.
type contextSource struct {
	steps  int
	fields []repInput
}

func (c *compiler) contextual(p *fetchProgram, f *queryplan.Fetch) error {
	if f.Contextual == nil {
		return nil
	}
	if !f.IsEntity() {
		return errors.New("it fills variables from above and extends no entities")
	}
	for _, t := range f.Also {
		if len(t.Path) != len(f.Path) || !leadsOn(f.Path, t.Path) {
			return errors.New("it fills variables from above and its paths lead to several places")
		}
	}
	out := &contextual{plan: f.Contextual, declared: escaped(f.Contextual.Declared)}
	for _, part := range f.Contextual.Parts {
		out.parts = append(out.parts, escaped(part))
	}
	if len(out.parts) != len(f.Contextual.Uses)+1 {
		return errors.New("the parts of its document do not fit the variables between them")
	}
	for _, v := range f.Contextual.Variables {
		compiled := contextVariable{name: v.Name, typ: v.Type.String()}
		for _, s := range v.Sources {
			if s.Steps >= len(f.Path) {
				return errors.New("it fills a variable from an object that is not above its own")
			}
			_, at, err := c.steps(f.Path[:s.Steps])
			if err != nil {
				return err
			}
			compiled.sources = append(compiled.sources, contextSource{steps: s.Steps, fields: c.inputs(s.Fields, at)})
		}
		out.variables = append(out.variables, compiled)
	}
	p.contextual = out
	return nil
}

// escaped is the text as it stands between the quotes of a JSON string.
func escaped(s string) string {
	q := quoted(s)
	return q[1 : len(q)-1]
}

// keepApart marks the fetches whose objects may not share what is read: if they lie on the way from an ancestor
// that fills a variable to the objects for which it is filled, equal objects below different ancestors differ.
func (c *compiler) keepApart() {
	for i := range c.program.fetches {
		p := &c.program.fetches[i]
		if p.contextual == nil {
			continue
		}
		highest := len(p.plan.Path)
		for _, v := range p.contextual.variables {
			for _, s := range v.sources {
				highest = min(highest, s.steps)
			}
		}
		for k := range c.program.fetches {
			c.program.fetches[k].keepApart(p.plan.Path, highest)
		}
	}
}

func (p *fetchProgram) keepApart(path queryplan.Path, highest int) {
	for i := range p.targets {
		own := p.plan.Path
		if i > 0 {
			own = p.plan.Also[i-1].Path
		}
		if p.plan.IsEntity() && len(own) >= highest && len(own) < len(path) && leadsOn(own, path) {
			p.targets[i].apart = true
		}
	}
}

// leadsOn reports whether the longer path begins with the steps of the other.
func leadsOn(path, longer queryplan.Path) bool {
	for i := range path {
		if path[i].Name != longer[i].Name {
			return false
		}
	}
	return true
}

// contexts are the values from above of a fetch in one run.
type contexts struct {
	// values tells combinations of values apart; texts holds them, each led by the lengths of its values.
	values distinct
	texts  []byte
	// reps holds the representations, each led by the number of its combination.
	reps []byte
	// sizes says how many representations each combination has.
	sizes []uint32
	// order is the representations, by the numbers that they were found under, in the order in which they are sent.
	order []uint32
	// trail are the rows on the way to an object, 0 where a list is.
	trail []uint32
	form  readObject
}

// several reports whether the objects have different values.
func (c *contexts) several() bool { return c != nil && len(c.sizes) > 1 }

func (c *contexts) held() int {
	if c == nil {
		return 0
	}
	return cap(c.texts) + cap(c.reps) + 4*cap(c.sizes) + 4*cap(c.order) + 4*cap(c.values.table) + 24*cap(c.values.spans)
}

// numberLen is how many bytes a number takes that leads a text.
const numberLen = 4

// findAll goes the steps of a target, as store.follow does, and finds each object with its values.
func (r *run) findAll(p *fetchProgram, t *target, s *fetchState, v cell, depth int, mark uint32) {
	s.contexts.trail[depth] = 0
	if v.kind() == object {
		if !r.store.visit(v.a, mark) {
			return
		}
		s.contexts.trail[depth] = v.a
	}
	if depth == len(t.steps) {
		if v.kind() == object {
			r.find(p, t, s, v.a)
		}
		return
	}
	next := &t.steps[depth]
	switch {
	case next.slot == headerSlot && v.kind() == list:
		for i := range v.b {
			if e := r.store.cells[v.a+i]; r.store.fits(e, next) {
				r.findAll(p, t, s, e, depth+1, mark)
			}
		}
	case next.slot != headerSlot && v.kind() == object:
		if e := r.store.cells[v.a+next.slot]; r.store.fits(e, next) {
			r.findAll(p, t, s, e, depth+1, mark)
		}
	}
}

// find adds an object to those that the fetch extends.
func (r *run) find(p *fetchProgram, t *target, s *fetchState, row uint32) {
	c := s.contexts
	rep := t.representations.forType(r.store.typeOf(row))
	if rep == nil {
		return
	}
	start := len(c.reps)
	c.reps = append(c.reps, make([]byte, numberLen)...)
	var ok bool
	if c.reps, ok = rep.append(c.reps, &r.store, row); !ok {
		c.reps = c.reps[:start]
		r.noteMissingKey(t, s, row)
		return
	}
	group := r.combination(p.contextual, c)
	binary.BigEndian.PutUint32(c.reps[start:], group)
	index, isNew := s.distinct.add(r.seed, c.reps, start)
	if isNew {
		c.sizes[group]++
	} else {
		c.reps = c.reps[:start]
	}
	s.rows, s.reps = append(s.rows, row), append(s.reps, index)
}

// combination is the number of the values that the objects at the end of the trail have.
func (r *run) combination(p *contextual, c *contexts) uint32 {
	start := len(c.texts)
	c.texts = append(c.texts, make([]byte, numberLen*len(p.variables))...)
	for i := range p.variables {
		from := len(c.texts)
		c.texts = r.store.appendContext(c.texts, p.variables[i].sources, c.trail)
		binary.BigEndian.PutUint32(c.texts[start+numberLen*i:], uint32(len(c.texts)-from))
	}
	index, isNew := c.values.add(r.seed, c.texts, start)
	if isNew {
		c.sizes = append(c.sizes, 0)
	} else {
		c.texts = c.texts[:start]
	}
	return index
}

// appendContext writes the value that the nearest ancestor has of those that set it; null if none does.
func (s *store) appendContext(text []byte, sources []contextSource, trail []uint32) []byte {
	for i := range sources {
		row := trail[sources[i].steps]
		if row == 0 {
			continue
		}
		if in := s.fitting(sources[i].fields, row); in != nil {
			return s.appendContextValue(text, in, s.cells[row+in.slot])
		}
	}
	return append(text, "null"...)
}

// fitting is the first input for objects of the row's type.
func (s *store) fitting(inputs []repInput, row uint32) *repInput {
	for i := range inputs {
		if inputs[i].on.fits(s.typeOf(row)) {
			return &inputs[i]
		}
	}
	return nil
}

func (s *store) appendContextValue(text []byte, in *repInput, c cell) []byte {
	switch k := c.kind(); {
	case k == leaf && in.fields == nil:
		return append(text, s.text(c)...)
	case k == object && in.fields != nil:
		if next := s.fitting(in.fields, c.a); next != nil {
			return s.appendContextValue(text, next, s.cells[c.a+next.slot])
		}
	case k == list && in.fields != nil:
		text = append(text, '[')
		for i := range c.b {
			if i > 0 {
				text = append(text, ',')
			}
			text = s.appendContextValue(text, in, s.cells[c.a+i])
		}
		return append(text, ']')
	}
	return append(text, "null"...)
}
