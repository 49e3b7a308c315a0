package mocks

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// fitting is a given value as the type's values are written, if it is one of them.
func (a *answer) fitting(typ string, v any) (any, bool) {
	if v == nil {
		return nil, false
	}
	switch typ {
	case "ID":
		text := textOf(v)
		return text, text != ""
	case "String":
		text, ok := v.(string)
		return text, ok
	case "Boolean":
		b, ok := v.(bool)
		return b, ok
	case "Int":
		n, ok := v.(json.Number)
		if _, err := strconv.ParseInt(n.String(), 10, 32); !ok || err != nil {
			return nil, false
		}
		return n, true
	case "Float":
		n, ok := v.(json.Number)
		return n, ok
	}
	if t := a.graph.Type(typ); t != nil && len(t.Values) > 0 {
		text, ok := v.(string)
		return text, ok && slices.Contains(a.enumValues(t), text)
	}
	return v, true
}

// leaf makes up a value of a scalar or an enum.
func (a *answer) leaf(typ string, s seat) any {
	if s.owner != nil && s.owner.typ != nil && len(s.owner.known) > 0 {
		if v, ok := a.fitting(typ, a.linkedKey(s.owner, s.def)); ok {
			return v
		}
	}
	if s.def != nil {
		s.wording = a.wordingOf(s.def)
	}
	if v, ok := a.ruled(typ, s); ok {
		return v
	}
	m := newMaker(s)
	switch typ {
	case "Boolean":
		return m.boolean()
	case "Int":
		return m.integer()
	case "Float":
		return m.float()
	case "String":
		return m.text()
	case "ID":
		return m.identifier()
	}
	t := a.graph.Type(typ)
	if t != nil && len(t.Values) > 0 {
		values := a.enumValues(t)
		if len(values) == 0 {
			return nil
		}
		return values[s.place.below(len(values))]
	}
	return m.scalar(typ, t)
}

// ruled is a value as people said that it is to be.
func (a *answer) ruled(typ string, s seat) (any, bool) {
	for _, r := range []*rule{s.rule, a.leafRule(typ)} {
		if r == nil {
			continue
		}
		if v, ok := a.drawn(r, typ, s); ok {
			return v, true
		}
	}
	return nil, false
}

// drawn is a value by one rule, if it says what values are like.
func (a *answer) drawn(r *rule, typ string, s seat) (any, bool) {
	switch {
	case r.all:
		if t := a.graph.Type(typ); t != nil && len(a.enumValues(t)) > 0 {
			values := a.enumValues(t)
			return values[int(a.ordinal(s)%hash(len(values)))], true
		}
	case r.longest:
		return a.longest(typ, s)
	case r.valued:
		return a.fitting(typ, r.value)
	case len(r.examples) > 0:
		return a.fitting(typ, r.examples[int(s.place%hash(len(r.examples)))])
	case r.generator != nil:
		if v, err := r.generator.make(newMaker(s)); err == nil {
			return as(typ, v)
		}
	case r.within != nil:
		return r.within.draw(s.place, typ), true
	case r.length != nil && typ == "String" && s.def != nil && s.def.Type.Elem == nil:
		n := r.length.min + s.place.of("length").below(r.length.max-r.length.min+1)
		return newMaker(s).ofLength(n), true
	}
	return nil, false
}

// ordinal tells the values of a list apart, or the objects of one whose keys are numbers that follow each other.
func (a *answer) ordinal(s seat) hash {
	if s.listed {
		return hash(s.index)
	}
	if s.owner != nil && s.owner.typ != nil {
		if keys := a.keys(s.owner.typ); len(keys) > 0 && len(keys[0].Fields) > 0 {
			if n, err := strconv.ParseUint(textOf(s.owner.known[keys[0].Fields[0].Name]), 10, 64); err == nil {
				return hash(n)
			}
		}
	}
	return s.place
}

// enumValues are those that this subgraph has and that clients may see.
func (a *answer) enumValues(t *supergraph.Type) []string {
	var out []string
	for _, v := range t.Values {
		if !v.Inaccessible && a.subgraph.ID < len(v.In) && v.In[a.subgraph.ID] {
			out = append(out, v.Name)
		}
	}
	return out
}
