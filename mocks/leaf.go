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
	m := newMaker(s)
	switch typ {
	case "Boolean":
		return s.place.below(2) == 0
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
