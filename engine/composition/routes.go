package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// routes knows how a value that one subgraph holds can be had in others, and who resolves which field.
type routes struct {
	*graph
	// entries are the subgraphs that resolve a type by key, and homes all that have the type, by subgraph.
	entries map[*mergedType][]*typeDef
	homes   map[*mergedType]map[*schema]*typeDef
	// owners by field and subgraph: how the subgraph can resolve it; absent where it cannot.
	owners  map[*mergedField]map[*schema]*owner
	labels  map[*mergedField]string
	reached map[reachKey]*reached
	fields  map[*fieldDef]*selected
}

// owner is a subgraph's way to resolve a field.
type owner struct {
	def *fieldDef
	// external: only beneath a @provides.
	external, overridden bool
	// when, if label is not "", is what the label has to be.
	label string
	when  bool
}

type reachKey struct {
	typ *mergedType
	at  position
	not excluded
}

// excluded are subgraphs that cannot be used, because what is looked for is the way into them.
type excluded string

func (e excluded) has(s *schema) bool { return strings.Contains(string(e), "\x00"+s.enum+"\x00") }

func (e excluded) with(s *schema) excluded {
	if e.has(s) {
		return e
	}
	names := append(strings.Split(strings.Trim(string(e), "\x00"), "\x00"), s.enum)
	slices.Sort(names)
	return excluded("\x00" + strings.Trim(strings.Join(names, "\x00"), "\x00") + "\x00")
}

// reached is where a value can be had, starting from one position: that position first.
type reached struct {
	at []position
	// by are the keys by which all positions but the first were entered.
	by []*keyDef
}

func newRoutes(g *graph) *routes {
	return &routes{
		graph: g, entries: map[*mergedType][]*typeDef{}, homes: map[*mergedType]map[*schema]*typeDef{},
		owners: map[*mergedField]map[*schema]*owner{}, labels: map[*mergedField]string{},
		reached: map[reachKey]*reached{}, fields: map[*fieldDef]*selected{},
	}
}

// home finds what a subgraph knows a type as: the type itself, or an interface object of one of its interfaces.
func (r *routes) home(t *mergedType, s *schema) *typeDef { return r.homesOf(t)[s] }

func (r *routes) homesOf(t *mergedType) map[*schema]*typeDef {
	if h, ok := r.homes[t]; ok {
		return h
	}
	h := map[*schema]*typeDef{}
	var entries []*typeDef
	add := func(d *typeDef) {
		if h[d.in] != nil {
			return
		}
		h[d.in] = d
		if slices.ContainsFunc(d.keys, func(k *keyDef) bool { return k.resolvable }) {
			entries = append(entries, d)
		}
	}
	for _, d := range t.in {
		add(d)
	}
	if t.kind == ast.Object {
		for _, name := range t.interfaces {
			for _, d := range r.byName[name].in {
				if d.interfaceObject() {
					add(d)
				}
			}
		}
	}
	slices.SortFunc(entries, func(a, b *typeDef) int { return a.in.index - b.in.index })
	r.homes[t], r.entries[t] = h, entries
	return h
}

// ownersOf a field, by subgraph. A field that came with an interface object is owned where that is.
func (r *routes) ownersOf(f *mergedField) map[*schema]*owner {
	if o, ok := r.owners[f]; ok {
		return o
	}
	out := map[*schema]*owner{}
	label := ""
	for _, d := range f.in {
		out[d.parent.in] = &owner{def: d, external: d.isExternal()}
	}
	for _, j := range f.joins {
		o := out[j.graph]
		if o == nil {
			continue
		}
		o.overridden = j.usedOverridden && j.label == ""
		if j.label != "" {
			label = j.label
			o.label, o.when = j.label, j.override != ""
		}
	}
	if f.parent.kind == ast.Object {
		for _, name := range f.parent.interfaces {
			for _, d := range r.byName[name].in {
				if fd := d.field(f.name); fd != nil && d.interfaceObject() && out[d.in] == nil {
					out[d.in] = &owner{def: fd, external: fd.isExternal()}
				}
			}
		}
	}
	r.owners[f], r.labels[f] = out, label
	return out
}

// label of a field's progressive override, or "".
func (r *routes) label(f *mergedField) string {
	r.ownersOf(f)
	return r.labels[f]
}

// resolve says where the value of a field can be had, for a value of the type that is held at these positions.
func (r *routes) resolve(t *mergedType, at []position, f *mergedField, labels []assumption, contexts []string) []position {
	var out []position
	owners := r.ownersOf(f)
	leaf := r.leaf(f.typ)
	if slices.Contains(r.roots[:], t) {
		at = at[:1] // every subgraph can be asked for a root field, wherever the query is
	}
	for _, p := range at {
		for i, q := range r.reach(t, p, "") {
			o := owners[q.def.in]
			if o == nil || !o.active(labels) || !hasContexts(o.def, contexts) {
				continue
			}
			next, ok := r.through(t, q, o, i > 0, "")
			if ok && leaf {
				return []position{next}
			}
			if ok && !slices.Contains(out, next) {
				out = append(out, next)
			}
		}
	}
	return out
}

// leaf reports whether nothing can be selected beneath the type.
func (g *graph) leaf(t *ast.Type) bool {
	mt := g.byName[t.Name()]
	return mt == nil || mt.kind == ast.Scalar || mt.kind == ast.Enum
}

// active reports whether the progressive override leaves the field to this owner.
func (o *owner) active(labels []assumption) bool {
	if o.label == "" {
		return true
	}
	for _, a := range labels {
		if a.label == o.label {
			return a.on == o.when
		}
	}
	return true
}

func hasContexts(f *fieldDef, contexts []string) bool {
	for _, c := range f.contextual {
		if !slices.Contains(contexts, c.context) {
			return false
		}
	}
	return true
}

// through takes a field at a position, if the subgraph can resolve it there. hopped says that the position
// was reached by key, so that what the field requires can be sent along.
func (r *routes) through(t *mergedType, q position, o *owner, hopped bool, not excluded) (position, bool) {
	beneath := r.providedField(q.provided, o.def.name, t)
	if (o.external || o.overridden) && beneath == nil {
		return position{}, false
	}
	if len(o.def.requires) > 0 {
		if !r.satisfies(t, []position{q}, o.def.requires, not) || !hopped && !r.returnable(t, q) {
			return position{}, false
		}
	}
	next := position{def: q.def.in.byName[o.def.typ.Name()]}
	if beneath != nil && len(beneath.sub) > 0 {
		next.provided = beneath
	}
	if len(o.def.provides) > 0 {
		next.provided = r.provision(o.def)
	}
	return next, true
}

// provision is the @provides of a field, as one object so that positions can be compared.
func (r *routes) provision(f *fieldDef) *selected {
	if r.fields[f] == nil {
		r.fields[f] = &selected{field: f.name, sub: f.provides}
	}
	return r.fields[f]
}

// providedField finds a field in what is provided, for a value of the type.
func (r *routes) providedField(p *selected, field string, t *mergedType) *selected {
	if p == nil {
		return nil
	}
	for _, x := range p.sub {
		switch {
		case x.on == "" && x.field == field:
			return x
		case x.on != "" && (x.on == t.name || slices.Contains(t.interfaces, x.on) || r.memberOf(t, x.on)):
			if y := r.providedField(x, field, t); y != nil {
				return y
			}
		}
	}
	return nil
}

func (r *routes) memberOf(t *mergedType, union string) bool {
	u := r.byName[union]
	return u != nil && slices.Contains(u.members, t.name)
}

// returnable: after fetching what a @requires needs elsewhere, the query has to come back, for which the
// subgraph must have a key of the value at hand.
func (r *routes) returnable(t *mergedType, q position) bool {
	if t == r.roots[0] || t == r.roots[1] {
		return true
	}
	return slices.ContainsFunc(q.def.keys, func(k *keyDef) bool { return r.local(q, k.fields) })
}

// local reports whether the subgraph itself has all that is selected.
func (r *routes) local(q position, sel selection) bool {
	for _, x := range sel {
		if x.on != "" || x.def == nil {
			continue
		}
		if x.def.isExternal() {
			return false
		}
		if len(x.sub) > 0 && !r.local(position{def: q.def.in.byName[x.def.typ.Name()]}, x.sub) {
			return false
		}
	}
	return true
}

// reach says where a value can be had, starting from one position: each subgraph whose key can be put
// together from what those reached before resolve. It ends because each subgraph is reached once.
func (r *routes) reach(t *mergedType, p position, not excluded) []position {
	key := reachKey{t, p, not}
	if got := r.reached[key]; got != nil {
		return got.at // as far as it is known, where a key depends on itself
	}
	got := &reached{at: []position{p}}
	r.reached[key] = got
	homes := r.homesOf(t)
	if slices.Contains(r.roots[:], t) {
		for _, s := range r.schemas {
			if d := homes[s]; d != nil && s != p.def.in && !not.has(s) {
				got.at = append(got.at, position{def: d})
			}
		}
		return got.at
	}
	in := map[*schema]bool{p.def.in: true}
	for grown := true; grown; {
		grown = false
		for _, d := range r.entries[t] {
			if in[d.in] || not.has(d.in) {
				continue
			}
			if k := r.enters(t, got, d, not.with(d.in)); k != nil {
				in[d.in], grown = true, true
				got.at = append(got.at, position{def: d})
				got.by = append(got.by, k)
			}
		}
	}
	return got.at
}

// maxExcluded bounds how deep the ways into subgraphs by nested keys are looked at one by one.
const maxExcluded = 5

// enters finds a key of d that can be put together.
func (r *routes) enters(t *mergedType, from *reached, d *typeDef, not excluded) *keyDef {
	for _, k := range d.keys {
		if !k.resolvable || !r.obtainable(t, from.at, k.fields, not) {
			continue
		}
		if k.flat() || strings.Count(string(not), "\x00") > maxExcluded || r.entersNested(t, from, k, not) {
			return k
		}
	}
	return nil
}

// entersNested: what is nested in a key is looked for from each position by itself, without the subgraph that
// the key leads to; and a subgraph entered by the same key adds nothing. Apollo's planner looks no further,
// so a graph that needs more could not be served by others.
func (r *routes) entersNested(t *mergedType, from *reached, k *keyDef, not excluded) bool {
	for i, q := range from.at {
		if i > 0 && sameSelection(from.by[i-1].fields, k.fields) {
			continue
		}
		if r.satisfies(t, []position{q}, k.fields, not) {
			return true
		}
	}
	return false
}

func (k *keyDef) flat() bool {
	return !slices.ContainsFunc(k.fields, func(x *selected) bool { return len(x.sub) > 0 })
}

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
