// Package authorization takes out of an operation what the caller may not read, before it is planned, so that
// no subgraph is ever asked for it.
//
//	operation -> Needs       which tokens, scopes and policies could matter to it
//	Needs + Access -> Grant  which of these the caller has; part of what identifies a plan
//	operation + Grant -> operation, with Selection.Denied for the run-time types on which a field is denied
//	                  -> Denials, one for each selection that is denied somewhere
//
// A field is allowed on an object if everything that restricts it holds: what stands on the field, on the
// object's type, on the type that the field returns, and on the fields that it @requires, and the same of the interface
// through which the field is selected. Reading a field through an interface therefore gives no more than reading it on the object itself.
// __typename is not restricted. A policy that looks at arguments is asked for each field that it stands on, at its place
// in the operation; any other once for all.
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
	// Policies decides which of some questions are answered yes for the caller, all of an operation at once; nil means
	// none.
	Policies func([]Question) []bool
}

// Question is whether a policy holds.
type Question struct {
	Policy string
	// Arguments of the field that the policy restricts, a JSON object; nil where the policy does not look at them, or
	// restricts a type.
	Arguments []byte
}

// Asked is what of an operation can matter to who decides on access.
type Asked struct{ Kind, Name string }

// Rules are what a graph restricts. They are immutable.
type Rules struct {
	graph *supergraph.Supergraph
	// byArguments are the policies that are asked for each field anew, as they look at its arguments.
	byArguments []string
}

// New reads the rules of a graph, some of whose policies look at arguments; nil if it restricts nothing.
func New(sg *supergraph.Supergraph, byArguments []string) *Rules {
	for _, t := range sg.Types {
		if t.Access != nil || slices.ContainsFunc(t.Fields, func(f *supergraph.Field) bool { return f.Access != nil }) {
			return &Rules{sg, byArguments}
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
	selections := w.selections(op.Selections, nil, "")
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
	grant map[string]bool
	// open has policies that look at arguments hold.
	open    bool
	denials []Denial
	seen    map[string]bool
}

func (w *restriction) selections(list []*operation.Selection, path []string, above string) []*operation.Selection {
	out := make([]*operation.Selection, len(list))
	for i, s := range list {
		kept := *s
		out[i] = &kept
		if s.On != "" {
			kept.Selections = w.selections(s.Selections, path, place(above, s))
			continue
		}
		at := append(slices.Clip(path), s.Key)
		if kept.Denied = w.denied(s, place(above, s)); len(kept.Denied) > 0 {
			w.deny(at)
		}
		if t := w.graph.Type(s.Parent); t != nil && len(kept.Denied) == len(t.Members) {
			kept.Selections = nil // nothing beneath is asked for, nor told of
			continue
		}
		for t := s.Definition.Type; t.Elem != nil; t = t.Elem {
			at = append(at, "@")
		}
		kept.Selections = w.selections(s.Selections, at, place(above, s))
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
func (w *restriction) denied(s *operation.Selection, at string) []string {
	var out []string
	w.each(s, func(member string, list []restricted) {
		if !slices.Contains(out, member) && !w.allows(list, at) {
			out = append(out, member)
		}
	})
	return out
}

// restricted is a restriction, on a field or on something else that counts for it.
type restricted struct {
	*supergraph.Access
	field bool
}

// each calls f for each run-time type of the object that a field is selected on, with what restricts it there.
func (r *Rules) each(s *operation.Selection, f func(member string, list []restricted)) {
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
func (r *Rules) restricting(list []restricted, t *supergraph.Type, field string) []restricted {
	list = add(list, t.Access, false)
	f := t.Field(field)
	if f == nil {
		return list
	}
	list = add(list, f.Access, true)
	if returned := r.graph.Type(f.Type.Name()); returned != nil {
		list = add(list, returned.Access, false)
	}
	for _, in := range f.In {
		if in != nil {
			list = r.required(list, t, in.Requires)
		}
	}
	return list
}

// required appends what restricts the fields of a field set: who may not read them may not read what is made of them.
// Composition asks for that; a supergraph that was composed elsewhere may not keep to it.
func (r *Rules) required(list []restricted, t *supergraph.Type, set supergraph.FieldSet) []restricted {
	for _, item := range set {
		if item.On != "" {
			if on := r.graph.Type(item.On); on != nil {
				list = r.required(add(list, on.Access, false), on, item.Fields)
			}
			continue
		}
		f := t.Field(item.Name)
		if f == nil {
			continue
		}
		list = add(list, f.Access, false)
		if returned := r.graph.Type(f.Type.Name()); returned != nil {
			list = r.required(add(list, returned.Access, false), returned, item.Fields)
		}
	}
	return list
}

func add(list []restricted, a *supergraph.Access, field bool) []restricted {
	if a == nil || slices.ContainsFunc(list, func(r restricted) bool { return r.Access == a }) {
		return list
	}
	return append(list, restricted{a, field})
}

// Policies are the names of all policies that the graph asks for, sorted.
func Policies(sg *supergraph.Supergraph) []string {
	var out []string
	take := func(a *supergraph.Access) {
		if a != nil {
			out = append(out, slices.Concat(a.Policies...)...)
		}
	}
	for _, t := range sg.Types {
		take(t.Access)
		for _, f := range t.Fields {
			take(f.Access)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
