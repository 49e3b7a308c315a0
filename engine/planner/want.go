package planner

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// want is a field that is wanted at a place. Wants are immutable once collected; what is known about answering
// them is kept in the search.
type want struct {
	name string
	// field as the type defines it on which it is asked for; nil for __typename.
	field *supergraph.Field
	// types are the run-time types of the objects on which it is wanted.
	types []string
	args  ast.ArgumentList
	// argsText is the arguments in one line, to compare.
	argsText string
	// slot that the value is kept in; nil for inputs, which find theirs at the place.
	slot *slot
	sub  []*want
}

// restricted is the want for fewer types and with less beneath.
func (w *want) restricted(types []string, sub []*want) *want {
	out := *w
	out.types, out.sub = types, sub
	return &out
}

// covers reports whether the other is this want, be it for other types.
func (w *want) covers(other *want) bool {
	return w.slot != nil && w.slot == other.slot && w.field == other.field && slices.Equal(w.sub, other.sub)
}

// wanting turns selections and field sets into wants.
type wanting struct {
	sg       *supergraph.Supergraph
	visible  map[string][]string
	typename map[*supergraph.Type]*want
	// numbers identify selections.
	numbers map[*operation.Selection]int
}

func newWanting(sg *supergraph.Supergraph) *wanting {
	return &wanting{
		sg: sg, visible: map[string][]string{}, typename: map[*supergraph.Type]*want{}, numbers: map[*operation.Selection]int{},
	}
}

// members are the run-time types of a type that clients may see.
func (w *wanting) members(t *supergraph.Type) []string {
	if out, ok := w.visible[t.Name]; ok {
		return out
	}
	var out []string
	for _, m := range t.Members {
		if mt := w.sg.Type(m); mt != nil && !mt.Inaccessible {
			out = append(out, m)
		}
	}
	w.visible[t.Name] = out
	return out
}

// collect merges the selection sets on a type at a place into wants, in order: one for each response key, type on
// which it is selected and set of run-time types.
func (w *wanting) collect(p *place, t *supergraph.Type, sets [][]*operation.Selection) []*want {
	c := &collector{wanting: w, place: p, byID: map[string]*collected{}}
	for _, set := range sets {
		c.set(set, w.members(t))
	}
	out := make([]*want, 0, len(c.order))
	for _, m := range c.order {
		if m.want.slot != nil && m.want.slot.child != nil {
			m.want.sub = w.collect(m.want.slot.child, w.sg.Type(m.want.field.Type.Name()), m.sets)
		}
		out = append(out, m.want)
	}
	return out
}

type collector struct {
	*wanting
	place *place
	order []*collected
	byID  map[string]*collected
}

// collected is a want whose selection sets are still being gathered.
type collected struct {
	want *want
	sets [][]*operation.Selection
}

func (c *collector) set(set []*operation.Selection, types []string) {
	if len(types) == 0 {
		return // nothing can be of this type
	}
	for _, s := range set {
		switch {
		case s.On != "":
			if t := c.sg.Type(s.On); t != nil {
				c.set(s.Selections, intersection(types, c.members(t)))
			}
		case s.Name != queryplan.Typename:
			if allowed := without(types, s.Denied); len(allowed) > 0 {
				c.field(s, allowed)
			}
		}
	}
}

// field adds one selection. Where the types define the field so differently that they cannot share a name, it
// becomes a want for each slot.
func (c *collector) field(s *operation.Selection, types []string) {
	args := argsText(s.Arguments)
	f := c.parent(s, types).Field(s.Name)
	if len(types) == 1 || c.alike(s.Name, types) {
		c.want(s, f, c.place.slotFor(c.sg, s.Key, f, args, types), types, args)
		return
	}
	for _, t := range types {
		own := c.sg.Type(t).Field(s.Name)
		slot := c.place.slotFor(c.sg, s.Key, own, args, []string{t})
		c.place.byType[typed{s, t}] = slot
		c.want(s, own, slot, []string{t}, args)
	}
}

// alike reports whether the field can stand under one name for all of the types.
func (c *collector) alike(name string, types []string) bool {
	first := c.sg.Type(types[0]).Field(name)
	return !slices.ContainsFunc(types[1:], func(t string) bool {
		f := c.sg.Type(t).Field(name)
		return first != nil && f != nil && !sameShape(c.sg, first, f)
	})
}

func (c *collector) want(s *operation.Selection, f *supergraph.Field, slot *slot, types []string, args string) {
	c.place.bySelection[s] = slot
	id := slot.name + "\x00" + f.Parent.Name + "\x00" + strings.Join(types, ",")
	m := c.byID[id]
	if m == nil {
		m = &collected{want: &want{name: s.Name, field: f, types: types, args: s.Arguments, argsText: args, slot: slot}}
		c.byID[id] = m
		c.order = append(c.order, m)
	}
	m.sets = append(m.sets, s.Selections)
}

// parent is the type to take the field from: the object type where only one is possible, else the type on
// which it is selected.
func (c *collector) parent(s *operation.Selection, types []string) *supergraph.Type {
	if len(types) == 1 {
		if t := c.sg.Type(types[0]); t != nil && t.Field(s.Name) != nil {
			return t
		}
	}
	return c.sg.Type(s.Parent)
}

// wantTypenames adds the run-time type to what is wanted at places whose answer depends on it.
func (w *wanting) wantTypenames(wants []*want) {
	for _, x := range wants {
		if x.slot == nil || x.slot.child == nil {
			continue
		}
		w.wantTypenames(x.sub)
		if x.slot.child.typed {
			x.sub = append([]*want{w.typenameOf(w.sg.Type(x.field.Type.Name()))}, x.sub...)
		}
	}
}

func (w *wanting) typenameOf(t *supergraph.Type) *want {
	out := w.typename[t]
	if out == nil {
		out = &want{name: queryplan.Typename, types: t.Members}
		w.typename[t] = out
	}
	return out
}

// inputs turns the field set of a @key or @requires on a type into wants.
func (w *wanting) inputs(t *supergraph.Type, types []string, set supergraph.FieldSet) []*want {
	var out []*want
	for _, item := range set {
		if item.Name == "" {
			on := t
			if item.On != "" {
				on = w.sg.Type(item.On)
			}
			if on != nil {
				out = append(out, w.inputs(on, intersection(types, on.Members), item.Fields)...)
			}
			continue
		}
		f := t.Field(item.Name)
		if len(types) == 1 {
			if own := w.sg.Type(types[0]).Field(item.Name); own != nil {
				f = own // what an interface object requires of the type behind it
			}
		}
		if f == nil {
			continue // __typename, which is sent anyway
		}
		x := &want{name: item.Name, field: f, types: types, args: item.Arguments, argsText: argsText(item.Arguments)}
		if ft := w.sg.Type(f.Type.Name()); ft != nil && len(item.Fields) > 0 {
			x.sub = w.inputs(ft, ft.Members, item.Fields)
			if len(ft.Members) > 1 {
				x.sub = append([]*want{w.typenameOf(ft)}, x.sub...)
			}
		}
		out = append(out, x)
	}
	return out
}

// argsText is the arguments in one line, independent of their order.
func argsText(args ast.ArgumentList) string {
	if len(args) == 0 {
		return ""
	}
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = a.Name + ":" + a.Value.String()
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}
