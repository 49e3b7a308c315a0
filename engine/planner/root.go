package planner

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// root plans the fields of the operation's root type.
func (b *builder) root(kind ast.Operation, typ *supergraph.Type, wants []*want) error {
	if kind != ast.Query {
		return b.series(kind, typ, wants)
	}
	_, err := b.roots(typ, wants, map[int]*cursor{})
	return err
}

// roots answers the fields of a query, with one group for each subgraph that is asked: one that is there, or a new
// one. It says which groups answer.
func (b *builder) roots(typ *supergraph.Type, wants []*want, into map[int]*cursor) ([]*group, error) {
	d := b.decide(spot{sub: nowhere, typ: typ}, wants, nil, false)
	if b.spent() {
		return nil, ErrBudget
	}
	if len(d.left) > 0 {
		return nil, b.unanswerable(cursor{}, d.left)
	}
	var used []*group
	for i := range d.assigned {
		a := &d.assigned[i]
		c := into[a.site]
		if c == nil {
			c = b.rootCursor(ast.Query, typ, a.site)
			into[a.site] = c
		}
		groups, err := b.put(*c, typ, a, false)
		if err != nil {
			return nil, err
		}
		used = appendNew(used, groups)
	}
	return used, nil
}

func (b *builder) rootCursor(kind ast.Operation, typ *supergraph.Type, sub int) *cursor {
	g := &group{id: len(b.groups), sub: sub, kind: kind, set: &set{typ: typ}}
	b.groups = append(b.groups, g)
	return &cursor{spot: spot{sub: sub, typ: typ}, group: g, set: g.set, place: b.top}
}

// series plans mutation fields so that each begins when all of the one before has ended. Fields that follow
// each other in one subgraph share a request, which runs them in series, as long as nothing else was needed. The
// field of a subscription is a series of one: its events come from one subgraph.
func (b *builder) series(kind ast.Operation, typ *supergraph.Type, wants []*want) error {
	var last *cursor
	for _, w := range wants {
		before := len(b.groups)
		d := b.decide(spot{sub: nowhere, typ: typ}, []*want{w}, nil, false)
		if b.spent() {
			return ErrBudget
		}
		if len(d.left) > 0 || len(d.assigned) != 1 {
			return b.unanswerable(cursor{}, []*want{w})
		}
		a := &d.assigned[0]
		if last == nil || last.sub != a.site || last.group.id != before-1 {
			last = b.rootCursor(kind, typ, a.site)
			last.group.dependOn(b.groups[:before])
		}
		if _, err := b.put(*last, typ, a, false); err != nil {
			return err
		}
	}
	return nil
}

// introspect adds a group for what the engine answers itself.
func (b *builder) introspect(selections []*operation.Selection) {
	if len(selections) > 0 {
		b.groups = append(b.groups, &group{id: len(b.groups), kind: ast.Query, introspection: selections})
	}
}
