package executor

import (
	"hash/maphash"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// representations says which representation an object has, by its type.
type representations struct {
	// of has the first one that fits each known type, any the first that fits every type; both count from 1.
	of  []int
	any int
	all []representation
}

type representation struct {
	// open is the text up to the first field; with the object's own type missing if own.
	open   string
	own    bool
	inputs []repInput
}

type repInput struct {
	// name is `"name":`.
	name     string
	slot     uint32
	on       typeSet
	required bool
	typename bool
	fields   []repInput
}

func (c *compiler) representations(plan []*queryplan.Representation, at *layout) representations {
	var reps representations
	for i, r := range plan {
		rep := representation{open: `{"__typename":`, own: r.Typename == "", inputs: c.inputs(r.Fields, at)}
		if !rep.own {
			rep.open += quoted(r.Typename)
		}
		reps.all = append(reps.all, rep)
		if len(r.Types) == 0 && reps.any == 0 {
			reps.any = i + 1
		}
		for _, name := range r.Types {
			id := int(c.program.types.id(name))
			for id >= len(reps.of) {
				reps.of = append(reps.of, 0)
			}
			if reps.of[id] == 0 {
				reps.of[id] = i + 1
			}
		}
	}
	return reps
}

func (c *compiler) inputs(plan []*queryplan.Input, at *layout) []repInput {
	var inputs []repInput
	for _, p := range plan {
		in := repInput{
			name:     quoted(p.Name) + ":",
			slot:     at.slot(p.From),
			on:       c.program.types.set(p.On),
			required: p.Required,
			typename: p.Typename,
		}
		if len(p.Fields) > 0 {
			in.fields = c.inputs(p.Fields, at.child(in.slot))
		}
		inputs = append(inputs, in)
	}
	return inputs
}

// forType is the representation of objects of a type; nil if they have none.
func (r *representations) forType(id typeID) *representation {
	best := r.any
	if int(id) < len(r.of) && r.of[id] != 0 && (best == 0 || r.of[id] < best) {
		best = r.of[id]
	}
	if best == 0 {
		return nil
	}
	return &r.all[best-1]
}

// append writes the representation of a row. If a key is missing it reports false, and body is as it was.
func (r *representation) append(body []byte, s *store, row uint32) ([]byte, bool) {
	start := len(body)
	body = append(body, r.open...)
	if r.own {
		name := s.cells[row+typenameSlot]
		if name.kind() != leaf {
			return body[:start], false
		}
		body = append(body, s.text(name)...)
	}
	body, ok := s.appendInputs(body, r.inputs, row, true)
	if !ok {
		return body[:start], false
	}
	return append(body, '}'), true
}

func (s *store) appendInputs(body []byte, inputs []repInput, row uint32, comma bool) ([]byte, bool) {
	for i := range inputs {
		in := &inputs[i]
		if !in.on.fits(s.typeOf(row)) {
			continue
		}
		if comma {
			body = append(body, ',')
		}
		comma = true
		body = append(body, in.name...)
		var ok bool
		if body, ok = s.appendInput(body, in, s.cells[row+in.slot], in.required); !ok {
			return body, false
		}
	}
	return body, true
}

func (s *store) appendInput(body []byte, in *repInput, c cell, required bool) ([]byte, bool) {
	switch k := c.kind(); {
	case k == leaf && in.fields == nil:
		return append(body, s.text(c)...), true
	case k == object && in.fields != nil:
		return s.appendNested(body, in, c.a)
	case k == list && in.fields != nil:
		body = append(body, '[')
		for i := range c.b {
			if i > 0 {
				body = append(body, ',')
			}
			var ok bool
			if body, ok = s.appendInput(body, in, s.cells[c.a+i], false); !ok {
				return body, false
			}
		}
		return append(body, ']'), true
	}
	return append(body, "null"...), !required
}

func (s *store) appendNested(body []byte, in *repInput, row uint32) ([]byte, bool) {
	body = append(body, '{')
	name := s.cells[row+typenameSlot]
	typename := in.typename && name.kind() == leaf
	if typename {
		body = append(body, `"__typename":`...)
		body = append(body, s.text(name)...)
	}
	body, ok := s.appendInputs(body, in.fields, row, typename)
	return append(body, '}'), ok
}

// distinct finds equal representations by their bytes: an open hash table of where they are in the body.
type distinct struct {
	table []uint32 // 1 + index into spans; 0 is free
	spans []repSpan
}

type repSpan struct {
	hash       uint64
	start, end int
}

func (d *distinct) reset() {
	clear(d.table)
	d.spans = d.spans[:0]
}

// add is the index of the representation body[start:], and whether it is a new one.
func (d *distinct) add(seed maphash.Seed, body []byte, start int) (uint32, bool) {
	if 2*len(d.spans) >= len(d.table) {
		d.grow()
	}
	hash := maphash.Bytes(seed, body[start:])
	for i := hash; ; i++ {
		entry := &d.table[i&uint64(len(d.table)-1)]
		if *entry == 0 {
			d.spans = append(d.spans, repSpan{hash, start, len(body)})
			*entry = uint32(len(d.spans))
			return *entry - 1, true
		}
		if known := &d.spans[*entry-1]; known.hash == hash && string(body[known.start:known.end]) == string(body[start:]) {
			return *entry - 1, false
		}
	}
}

func (d *distinct) grow() {
	d.table = make([]uint32, max(32, 2*len(d.table)))
	for n := range d.spans {
		i := d.spans[n].hash
		for d.table[i&uint64(len(d.table)-1)] != 0 {
			i++
		}
		d.table[i&uint64(len(d.table)-1)] = uint32(n + 1)
	}
}
