// Package authorization takes out of an operation what the caller may not read, before it is planned, so that
// no subgraph is ever asked for it.
//
//	operation -> Needs       which tokens, scopes and policies could matter to it
//	Needs + Access -> Grant  which of these the caller has; part of what identifies a plan
//	operation + Grant -> operation, with Selection.Denied for the run-time types on which a field is denied
//	                  -> Denials, one for each selection that is denied somewhere
//
// A field is allowed on an object if everything that restricts it holds: what stands on the field, on the
// object's type and on the type that the field returns, and the same of the interface through which the field is
// selected. Reading a field through an interface therefore gives no more than reading it on the object itself.
// __typename is not restricted.
package authorization

import (
	"slices"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Access is what a caller may do.
type Access struct {
	// Authenticated: the caller's token was verified.
	Authenticated bool
	// Scopes that the token grants.
	Scopes []string
	// Policies decides which of some policies hold for the caller; nil means none.
	Policies func(names []string) []string
}

// Rules are what a graph restricts. They are immutable.
type Rules struct{ graph *supergraph.Supergraph }

// New reads the rules of a graph; nil if it restricts nothing.
func New(sg *supergraph.Supergraph) *Rules {
	for _, t := range sg.Types {
		if t.Access != nil || slices.ContainsFunc(t.Fields, func(f *supergraph.Field) bool { return f.Access != nil }) {
			return &Rules{graph: sg}
		}
	}
	return nil
}

// Denial is a selection that is denied on some objects, or all.
type Denial struct {
	// Path of response keys, with "@" for the elements of a list.
	Path []string
}

// Restrict marks what the grant does not allow. An operation that is allowed as a whole is returned as it is.
func (r *Rules) Restrict(op *operation.Operation, g Grant) (*operation.Operation, []Denial) {
	w := &restriction{Rules: r, grant: g.set(), seen: map[string]bool{}}
	selections := w.selections(op.Selections, nil)
	if len(w.denials) == 0 {
		return op, nil
	}
	out := *op
	out.Selections = selections
	return &out, w.denials
}

// restriction is one operation being restricted.
type restriction struct {
	*Rules
	grant   map[string]bool
	denials []Denial
	seen    map[string]bool
}

func (w *restriction) selections(list []*operation.Selection, path []string) []*operation.Selection {
	out := make([]*operation.Selection, len(list))
	for i, s := range list {
		kept := *s
		out[i] = &kept
		if s.On != "" {
			kept.Selections = w.selections(s.Selections, path)
			continue
		}
		at := append(slices.Clip(path), s.Key)
		if kept.Denied = w.denied(s); len(kept.Denied) > 0 {
			w.deny(at)
		}
		if t := w.graph.Type(s.Parent); t != nil && len(kept.Denied) == len(t.Members) {
			kept.Selections = nil // nothing beneath is asked for, nor told of
			continue
		}
		for t := s.Definition.Type; t.Elem != nil; t = t.Elem {
			at = append(at, "@")
		}
		kept.Selections = w.selections(s.Selections, at)
	}
	return out
}

// deny notes the denial of a selection; one of the same path is not told twice.
func (w *restriction) deny(path []string) {
	id := ""
	for _, p := range path {
		id += p + "\x00"
	}
	if !w.seen[id] {
		w.seen[id] = true
		w.denials = append(w.denials, Denial{Path: path})
	}
}

// denied are the run-time types for which a selection is denied.
func (w *restriction) denied(s *operation.Selection) []string {
	var out []string
	w.each(s, func(member string, list []*supergraph.Access) {
		if !slices.Contains(out, member) && !w.allows(list) {
			out = append(out, member)
		}
	})
	return out
}

// each calls f for each run-time type of the object that a field is selected on, with what restricts it there.
func (r *Rules) each(s *operation.Selection, f func(member string, restricted []*supergraph.Access)) {
	parent := r.graph.Type(s.Parent)
	if parent == nil || s.Name == "__typename" {
		return
	}
	through := r.restricting(nil, parent, s.Name)
	for _, name := range parent.Members {
		list := through
		if m := r.graph.Type(name); m != nil && m != parent {
			list = r.restricting(slices.Clip(through), m, s.Name)
		}
		if len(list) > 0 {
			f(name, list)
		}
	}
}

// restricting appends what restricts a field of a type.
func (r *Rules) restricting(list []*supergraph.Access, t *supergraph.Type, field string) []*supergraph.Access {
	add := func(a *supergraph.Access) {
		if a != nil && !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	add(t.Access)
	if f := t.Field(field); f != nil {
		add(f.Access)
		if returned := r.graph.Type(f.Type.Name()); returned != nil {
			add(returned.Access)
		}
	}
	return list
}

// Policies are the names of all policies that the graph asks for, sorted.
func Policies(sg *supergraph.Supergraph) []string {
	var n Needs
	for _, t := range sg.Types {
		n.add(t.Access)
		for _, f := range t.Fields {
			n.add(f.Access)
		}
	}
	slices.Sort(n.Policies)
	return slices.Compact(n.Policies)
}
