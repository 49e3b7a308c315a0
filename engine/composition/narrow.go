package composition

import (
	"slices"
)

// narrow gives the positions of a value that turns out to be an object of type o. stuck is an interface
// object that cannot find out what its objects are.
func (r *routes) narrow(at []position, o *mergedType, not excluded) (out []position, stuck *typeDef) {
	add := func(p position) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, p := range at {
		switch {
		case p.def.interfaceObject():
			here := r.identify(p, o, not)
			if here == nil {
				stuck = p.def
			}
			for _, q := range here {
				add(q)
			}
		case slices.Contains(p.def.runtimeTypes(), o.name):
			if d := p.def.in.byName[o.name]; d != nil {
				add(position{def: d, provided: p.provided})
			}
		}
	}
	return out, stuck
}

// identify asks the subgraphs that know the implementations of an interface what its object is. The result
// is nil where none can be asked, and empty where those that can do not know the type.
func (r *routes) identify(p position, o *mergedType, not excluded) []position {
	iface := r.byName[p.def.name]
	var out []position
	asked := false
	for _, q := range r.reach(iface, p, not) {
		if q.def.interfaceObject() {
			continue
		}
		asked = true
		if slices.Contains(q.def.runtimeTypes(), o.name) {
			out = append(out, position{def: q.def.in.byName[o.name]})
		}
	}
	switch {
	case !asked:
		return nil
	case len(out) == 0:
		return []position{}
	}
	return append(out, p)
}
