package planner

import (
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// labelWalk collects the labels that decide who resolves what an operation asks for, and what that needs.
type labelWalk struct {
	*graph
	found  map[string]bool
	types  map[*supergraph.Type]bool
	fields map[*supergraph.Field]bool
}

func (l *labelWalk) selections(list []*operation.Selection) {
	for _, s := range list {
		if s.On == "" {
			if t := l.sg.Type(s.Parent); t != nil {
				l.field(t, s.Name)
			}
		}
		l.selections(s.Selections)
	}
}

// field looks at a field on the type and on all types that values of it can have.
func (l *labelWalk) field(t *supergraph.Type, name string) {
	l.typ(t)
	for _, m := range t.Members {
		if mt := l.sg.Type(m); mt != nil && mt != t {
			l.typ(mt)
			l.one(mt.Field(name))
		}
	}
	l.one(t.Field(name))
}

func (l *labelWalk) one(f *supergraph.Field) {
	if f == nil || l.fields[f] {
		return
	}
	l.fields[f] = true
	for _, in := range f.In {
		if in == nil {
			continue
		}
		if in.OverrideLabel != "" {
			l.found[in.OverrideLabel] = true
		}
		l.set(f.Parent, in.Requires)
		for _, c := range in.Contexts {
			for _, t := range l.setters[c.Context] {
				l.set(t, c.Fields)
			}
		}
	}
	if t := l.namedType(f.Type); t != nil {
		l.typ(t)
	}
}

// typ looks at the keys by which the type's objects can be reached.
func (l *labelWalk) typ(t *supergraph.Type) {
	if l.types[t] {
		return
	}
	l.types[t] = true
	for _, in := range t.In {
		if in != nil {
			for _, k := range in.Keys {
				l.set(t, k.Fields)
			}
		}
	}
}

func (l *labelWalk) set(t *supergraph.Type, set supergraph.FieldSet) {
	for _, item := range set {
		on := t
		if item.Name != "" {
			l.field(t, item.Name)
			if f := t.Field(item.Name); f != nil {
				on = l.namedType(f.Type)
			}
		} else if item.On != "" {
			on = l.sg.Type(item.On)
		}
		if on != nil {
			l.set(on, item.Fields)
		}
	}
}
