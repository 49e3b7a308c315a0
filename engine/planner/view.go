package planner

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// view is the graph under a set of active labels: who resolves what.
type view struct {
	*graph
	labels Labels
}

// answer is how a subgraph resolves a field.
type answer struct {
	field *supergraph.Field
	in    *supergraph.FieldIn
	// provided is what the subgraph also resolves beneath, by @provides or as part of a key.
	provided supergraph.FieldSet
}

// needsInputs reports whether the answer takes more than the object: fields that must be sent along.
func (a answer) needsInputs() bool {
	return a.in != nil && (len(a.in.Requires) > 0 || len(a.in.Contexts) > 0)
}

// answer says how the subgraph resolves the field on the type, where provided is what an ancestor promised.
func (v *view) answer(sub int, t *supergraph.Type, name string, provided supergraph.FieldSet) (answer, bool) {
	f := t.Field(name)
	if f == nil || f.In[sub] == nil {
		return answer{}, false
	}
	in := f.In[sub]
	promised, isProvided := v.beneath(provided, t, name)
	keyed, isKey := v.keyed(sub, t, name)
	if v.external(f, sub) {
		if !isProvided && !isKey || v.withheld(f, sub) {
			return answer{}, false
		}
		// a @requires on a field that is only mentioned does not hold for what is provided
		in = &supergraph.FieldIn{Type: in.Type, External: true, Provides: in.Provides}
	}
	return answer{field: f, in: in, provided: slices.Concat(in.Provides, promised, keyed)}, true
}

// external reports whether the subgraph has the field only to mention it, or lost it to another.
func (v *view) external(f *supergraph.Field, sub int) bool {
	in := f.In[sub]
	if in.External || v.withheld(f, sub) {
		return true
	}
	if in.OverrideLabel != "" && in.Override == "" {
		return v.labels[in.OverrideLabel]
	}
	if in.UsedOverridden {
		return true
	}
	for _, o := range v.overrides[f] {
		if o.from == sub && (o.label == "" || v.labels[o.label]) {
			return true
		}
	}
	return false
}

// withheld reports whether the subgraph would take the field over, but its label is not active.
func (v *view) withheld(f *supergraph.Field, sub int) bool {
	in := f.In[sub]
	return in.Override != "" && in.OverrideLabel != "" && !v.labels[in.OverrideLabel]
}

// keyed reports whether a key of the type names the field, and what keys select beneath it. An extension of a
// type, as in Federation 1, marks its key's fields as external though it knows them; elsewhere external means
// that the subgraph is told of the key and does not resolve it.
func (v *view) keyed(sub int, t *supergraph.Type, name string) (supergraph.FieldSet, bool) {
	var out supergraph.FieldSet
	found := false
	if in := t.In[sub]; in != nil && in.Extension {
		for _, k := range in.Keys {
			if fields, ok := v.beneath(k.Fields, t, name); ok {
				found = true
				out = append(out, fields...)
			}
		}
	}
	return out, found
}

// beneath is what a field set selects beneath a field of the type.
func (v *view) beneath(set supergraph.FieldSet, t *supergraph.Type, name string) (supergraph.FieldSet, bool) {
	var out supergraph.FieldSet
	found := false
	for _, item := range set {
		switch {
		case item.Name == name:
			found = true
			out = append(out, item.Fields...)
		case item.Name == "" && (item.On == "" || v.covers(item.On, t)):
			if fields, ok := v.beneath(item.Fields, t, name); ok {
				found = true
				out = append(out, fields...)
			}
		}
	}
	return out, found
}

// covers reports whether all values of the type satisfy the condition.
func (v *view) covers(condition string, t *supergraph.Type) bool {
	c := v.sg.Type(condition)
	return c == t || c != nil && !slices.ContainsFunc(t.Members, func(m string) bool { return !slices.Contains(c.Members, m) })
}

// whole reports whether the subgraph answers all of the wants at a type by itself.
func (v *view) whole(sub int, t *supergraph.Type, provided supergraph.FieldSet, wants []*want) bool {
	for _, w := range wants {
		for _, c := range v.carriers(t, sub) {
			if intersects(w.types, c.Members) && !v.wholeOn(sub, c, provided, w) {
				return false
			}
		}
	}
	return true
}

func (v *view) wholeOn(sub int, t *supergraph.Type, provided supergraph.FieldSet, w *want) bool {
	if w.field == nil {
		return !isInterfaceObject(t, sub)
	}
	a, ok := v.answer(sub, t, w.name, provided)
	if !ok || a.needsInputs() {
		return false
	}
	return len(w.sub) == 0 || v.whole(sub, v.namedType(a.in.Type), a.provided, w.sub)
}
