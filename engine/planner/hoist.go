package planner

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// hoist moves leaf fields that are selected on each object type of an interface to the interface itself: keys
// are wanted type by type, and the subgraph should not read them type by type.
func (e *emitter) hoist(s *set, sub int) {
	if s.typ == nil || s.typ.Kind != ast.Interface || len(s.frags) == 0 || isInterfaceObject(s.typ, sub) {
		return
	}
	carriers := e.carriers(s.typ, sub)
	var frags []*set
	for _, f := range s.frags {
		if slices.Contains(carriers, f.typ) {
			frags = append(frags, f)
		}
	}
	if len(frags) < len(carriers) {
		return
	}
	for _, f := range slices.Clone(frags[0].fields) {
		on := s.typ.Field(f.want.name)
		everywhere := !slices.ContainsFunc(frags, func(o *set) bool { return o.bySlot[f.slot] == nil })
		if f.sub != nil || on == nil || on.In[sub] == nil || !everywhere || !f.slot.fits(sub, on) {
			continue
		}
		s.add(f.slot, f.want, answer{field: on, in: on.In[sub]}, nil)
		for _, o := range frags {
			o.remove(f.slot)
		}
	}
	s.frags = slices.DeleteFunc(s.frags, func(f *set) bool { return len(f.fields)+len(f.frags) == 0 && !f.typename })
}

func (s *set) remove(sl *slot) {
	delete(s.bySlot, sl)
	s.fields = slices.DeleteFunc(s.fields, func(f *selected) bool { return f.slot == sl })
}
