package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// cursor is a place in a group: where selections go, and what the objects there are.
type cursor struct {
	spot
	group *group
	set   *set
	place *place
	path  []step
	// above is what the place is beneath; nil at the root.
	above *ancestor
	// own is, for a site, the objects' own fetch; nil if the cursor is in that.
	own *cursor
}

// position is the objects of a cursor, with the entity groups that were entered for them.
type position struct {
	cursor
	sites []*site
	// partial: what cannot be answered here is answered elsewhere.
	partial bool
	// still: nothing more is fetched.
	still bool
	// supplied are the groups that bring the inputs of a @requires that was met before.
	supplied map[inputsID][]*group
}

// site is an entity group entered for objects of one type.
type site struct {
	cursor
	at  *supergraph.Type
	rep *representation
	// inner is used where the site sees an interface and decides anew.
	inner *position
}

// builder makes groups as the search decides.
type builder struct {
	*search
	top    *place
	groups []*group
}

func newBuilder(s *search, top *place) *builder {
	return &builder{search: s, top: top}
}

// solve decides who answers the wants at a position and builds it: first what the objects' own fetch answers,
// then entity fetches, last those that wait for inputs.
func (b *builder) solve(pos *position, wants []*want) ([]*group, error) {
	d := b.decide(pos.spot, wants, pos.open(), pos.still)
	b.considered += len(d.assigned)
	if b.spent() {
		return nil, ErrBudget
	}
	if len(d.left) > 0 && !pos.partial {
		return nil, b.unanswerable(pos.cursor, d.left)
	}
	var used []*group
	for _, step := range []func(*position, *assigned) ([]*group, error){b.atHere, b.atEntity, b.withInputs} {
		for i := range d.assigned {
			if d.assigned[i].of != nil {
				continue // built when the field that requires it is
			}
			groups, err := step(pos, &d.assigned[i])
			if err != nil {
				return nil, err
			}
			used = appendNew(used, groups)
		}
	}
	inner, err := b.solveInner(pos, d)
	return appendNew(used, inner), err
}

// open are the subgraphs that were entered.
func (p *position) open() []int {
	var out []int
	for _, s := range p.sites {
		if !slices.Contains(out, s.sub) {
			out = append(out, s.sub)
		}
	}
	return out
}

func (b *builder) atHere(pos *position, a *assigned) ([]*group, error) {
	if a.site != here {
		return nil, nil
	}
	return b.put(pos.cursor, a.at, a, pos.still)
}

func (b *builder) atEntity(pos *position, a *assigned) ([]*group, error) {
	if a.site == here || a.inner || a.answer.needsInputs() {
		return nil, nil
	}
	s, err := b.enter(pos, a.at, a.site, nil, nil)
	if err != nil {
		return nil, err
	}
	return b.put(s.cursor, a.as, a, false)
}

func (b *builder) withInputs(pos *position, a *assigned) ([]*group, error) {
	if a.site == here || a.inner || !a.answer.needsInputs() {
		return nil, nil
	}
	inputs, needs, err := b.required(pos, a)
	if err != nil {
		return nil, err
	}
	filled, above, err := b.contexts(pos, a)
	if err != nil {
		return nil, err
	}
	s, err := b.enter(pos, a.at, a.site, inputs, appendNew(needs, above))
	if err != nil {
		return nil, err
	}
	s.group.fill(filled)
	return b.put(s.cursor, a.as, a, false)
}

// required are the fields that an answer takes, and the groups that bring them.
func (b *builder) required(pos *position, a *assigned) ([]*want, []*group, error) {
	if len(a.answer.in.Requires) == 0 {
		return nil, nil, nil
	}
	inputs := b.fieldSet(a.answer.in.Requires, a.as, a.at)
	id := inputsID{set: a.answer.in.Requires[0], as: a.as, at: a.at}
	if needs, ok := pos.supplied[id]; ok {
		return inputs, needs, nil
	}
	needs, err := b.solve(pos, inputs)
	if errors.Is(err, ErrBudget) {
		return nil, nil, err
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s requires: %w", coordinate(a.answer.field), err)
	}
	if pos.supplied == nil {
		pos.supplied = map[inputsID][]*group{}
	}
	pos.supplied[id] = needs
	return inputs, needs, nil
}

// solveInner decides anew, at sites that see an interface where the objects' own fetch sees an object, all
// wants that were given to them.
func (b *builder) solveInner(pos *position, d *decision) ([]*group, error) {
	var sites []*site
	wants := map[*site][]*want{}
	for i := range d.assigned {
		a := &d.assigned[i]
		if !a.inner || a.of != nil {
			continue
		}
		s, err := b.enter(pos, a.at, a.site, nil, nil)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(sites, s) {
			sites = append(sites, s)
		}
		wants[s] = append(wants[s], a.want)
	}
	var used []*group
	for _, s := range sites {
		if s.inner == nil {
			s.inner = &position{cursor: s.cursor}
		}
		groups, err := b.solve(s.inner, wants[s])
		if err != nil {
			return nil, err
		}
		used = appendNew(used, groups)
	}
	return used, nil
}

// put selects a want at a cursor, on objects of a type, and answers what is wanted beneath.
func (b *builder) put(c cursor, on *supergraph.Type, a *assigned, still bool) ([]*group, error) {
	used := []*group{c.group}
	if a.want.field == nil {
		c.set.typename = true
		return used, nil
	}
	sl := a.want.slot
	if sl == nil {
		sl = c.place.slotFor(b.sg, "", a.want.field, a.want.argsText, nil)
	}
	ret := b.namedType(a.answer.in.Type)
	f := c.set.on(on).add(sl, a.want, a.answer, ret)
	if f.sub == nil {
		return used, nil
	}
	still = still || a.still
	path := c.path
	if b.narrows(c, on) {
		c.set.typename = true
		path = narrowed(path, on.Members)
	}
	beneath := cursor{
		spot: spot{sub: c.sub, typ: ret, provided: a.answer.provided}, group: c.group, set: f.sub, place: sl.child, path: into(path, sl),
		above: &ancestor{cursor: c, on: on},
	}
	groups, err := b.solve(&position{cursor: beneath, partial: still || len(a.left) > 0, still: still}, a.want.sub)
	return appendNew(used, groups), err
}

// narrows reports whether only some objects of the cursor are of the type.
func (b *builder) narrows(c cursor, on *supergraph.Type) bool {
	if c.typ == on || isObject(c.typ, c.sub) {
		return false
	}
	return slices.ContainsFunc(b.carriers(c.typ, c.sub), func(t *supergraph.Type) bool { return !intersects(t.Members, on.Members) })
}

// unanswerable is the error that names what nobody can answer from here.
func (b *builder) unanswerable(c cursor, left []*want) error {
	var path []string
	for _, s := range c.path {
		path = append(path, s.name)
	}
	w := telling(left)
	for ; len(w.sub) > 0; w = telling(w.sub) {
		path = append(path, w.name)
	}
	name, at := w.name, "the root"
	if w.field != nil {
		name = coordinate(w.field)
	}
	if len(path) > 0 {
		at = strings.Join(path, ".")
	}
	return fmt.Errorf("no subgraph can answer %s at %s: check that a key leads from there to a subgraph that resolves it", name, at)
}

// telling is the first of the wants that names a field.
func telling(wants []*want) *want {
	i := slices.IndexFunc(wants, func(w *want) bool { return w.field != nil })
	return wants[max(i, 0)]
}

func coordinate(f *supergraph.Field) string { return f.Parent.Name + "." + f.Name }

func appendNew(list, more []*group) []*group {
	for _, g := range more {
		if !slices.Contains(list, g) {
			list = append(list, g)
		}
	}
	return list
}
