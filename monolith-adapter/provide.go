package monolith

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// compare makes external what is not at every place.
func (v *view) compare(typ string, list []*outline) {
	for name := range v.objects[typ] {
		if slices.ContainsFunc(list, func(o *outline) bool { return o.field(name) == nil }) {
			v.external[coordinate{typ, name}] = true
		}
	}
}

// provided is what must be provided beneath a field so that all of its outline is resolved.
func (v *view) provided(o *outline) supergraph.FieldSet {
	if o == nil {
		return nil
	}
	var out supergraph.FieldSet
	for _, b := range o.branches {
		if inner := v.provided(b); len(inner) > 0 {
			out = append(out, &supergraph.FieldSetItem{On: b.typ, Fields: inner})
		}
	}
	for _, f := range o.fields {
		inner := v.provided(f.within)
		external := v.external[coordinate{o.typ, f.name}]
		if external && f.within != nil {
			inner = whole(f.within)
		}
		if external || len(inner) > 0 {
			out = append(out, &supergraph.FieldSetItem{Name: f.name, Fields: inner})
		}
	}
	return out
}

func whole(o *outline) supergraph.FieldSet {
	if o == nil {
		return nil
	}
	var out supergraph.FieldSet
	for _, b := range o.branches {
		out = append(out, &supergraph.FieldSetItem{On: b.typ, Fields: whole(b)})
	}
	for _, f := range o.fields {
		out = append(out, &supergraph.FieldSetItem{Name: f.name, Fields: whole(f.within)})
	}
	return out
}
