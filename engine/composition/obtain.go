package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// satisfies reports whether all that is selected can be had from these positions and those they lead to.
func (r *routes) satisfies(t *mergedType, at []position, sel selection, not excluded) bool {
	var all []position
	for _, p := range at {
		all = append(all, r.reach(t, p, not)...)
	}
	return r.obtainable(t, all, sel, not)
}

// obtainable reports whether all that is selected is resolved at one of these positions each.
func (r *routes) obtainable(t *mergedType, at []position, sel selection, not excluded) bool {
	for _, x := range sel {
		switch {
		case x.on != "":
			if !r.obtainableOn(t, at, x, not) {
				return false
			}
		case x.field == "__typename":
		default:
			if !r.obtainableField(t, at, x, not) {
				return false
			}
		}
	}
	return true
}

// obtainableOn: a fragment on another type concerns only the values that are of that type.
func (r *routes) obtainableOn(t *mergedType, at []position, x *selected, not excluded) bool {
	on := r.byName[x.on]
	if on == nil {
		return false
	}
	if t.kind == ast.Object {
		if on == t || slices.Contains(on.possible, t.name) {
			return r.obtainable(t, at, x.sub, not)
		}
		return true
	}
	for _, name := range on.possible {
		if !slices.Contains(t.possible, name) {
			continue
		}
		o := r.byName[name]
		if here, _ := r.narrow(at, o, not); len(here) > 0 && !r.satisfies(o, here, x.sub, not) {
			return false
		}
	}
	return true
}

func (r *routes) obtainableField(t *mergedType, at []position, x *selected, not excluded) bool {
	if t.kind != ast.Object {
		return r.obtainableAbstract(t, at, x, not)
	}
	f := t.fieldByName[x.field]
	if f == nil {
		return false
	}
	owners := r.ownersOf(f)
	label := r.labels[f]
	if label == "" {
		return r.obtainableWith(t, at, x, f, owners, nil, not)
	}
	for _, on := range []bool{true, false} {
		if !r.obtainableWith(t, at, x, f, owners, []assumption{{label, on}}, not) {
			return false
		}
	}
	return true
}

func (r *routes) obtainableWith(t *mergedType, at []position, x *selected, f *mergedField, owners map[*schema]*owner, labels []assumption, not excluded) bool {
	var next []position
	for _, q := range at {
		o := owners[q.def.in]
		if o == nil || !o.active(labels) {
			continue
		}
		if p, ok := r.through(t, q, o, true, not); ok {
			if len(x.sub) == 0 {
				return true
			}
			next = append(next, p)
		}
	}
	if len(next) == 0 {
		return false
	}
	return r.satisfiesAny(r.byName[f.typ.Name()], next, x.sub, not)
}

func (r *routes) satisfiesAny(t *mergedType, at []position, sel selection, not excluded) bool {
	if t.kind == ast.Object {
		return r.satisfies(t, at, sel, not)
	}
	return r.obtainable(t, at, sel, not)
}

// obtainableAbstract: a field of an interface is had if it is had for every object that the value can be.
func (r *routes) obtainableAbstract(t *mergedType, at []position, x *selected, not excluded) bool {
	found := false
	for _, name := range t.possible {
		o := r.byName[name]
		here, _ := r.narrow(at, o, not)
		if len(here) == 0 {
			continue
		}
		found = true
		if !r.satisfies(o, here, selection{x}, not) {
			return false
		}
	}
	if found {
		return true
	}
	return slices.ContainsFunc(at, func(p position) bool { return p.def.field(x.field) != nil })
}
