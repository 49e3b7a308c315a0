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
	// asked are the requirements that are being looked for at the moment.
	asked map[requirement]bool
}

// requirement is what a field requires, for a value held at a position.
type requirement struct {
	field *fieldDef
	at    position
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
		reached: map[reachKey]*reached{}, fields: map[*fieldDef]*selected{}, asked: map[requirement]bool{},
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
		if !r.requirable(t, q, o.def, not) || !hopped && !r.returnable(t, q) {
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

// requirable reports whether what a field requires can be had. A field that requires itself, or another that requires
// it, never can.
func (r *routes) requirable(t *mergedType, q position, f *fieldDef, not excluded) bool {
	asked := requirement{f, q}
	if r.asked[asked] {
		return false
	}
	r.asked[asked] = true
	defer delete(r.asked, asked)
	return r.satisfies(t, []position{q}, f.requires, not)
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
