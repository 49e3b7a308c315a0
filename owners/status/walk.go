package status

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// walk finds what an operation needs that no real owner answers. It goes through each fragment once, so it costs as
// much as the text is long. Conditions are not looked at: what @skip and @include can bring counts.
type walk struct {
	*index
	doc *ast.QueryDocument
	// fragments and fields that were seen.
	fragments map[string]bool
	fields    map[*supergraph.Field]bool
	// found are the coordinates that are not implemented, by their state.
	found map[State][]string
}

func (w *walk) operation(op *ast.OperationDefinition) {
	for _, v := range op.VariableDefinitions {
		w.named(v.Type.Name())
	}
	if root := w.Contract.Root(op.Operation); root != nil {
		w.selections(root, op.SelectionSet)
	}
}

func (w *walk) selections(parent *supergraph.Type, set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			w.selected(parent, s)
		case *ast.InlineFragment:
			of := parent
			if s.TypeCondition != "" {
				of = w.Contract.Type(s.TypeCondition)
			}
			if of != nil {
				w.selections(of, s.SelectionSet)
			}
		case *ast.FragmentSpread:
			f := w.doc.Fragments.ForName(s.Name)
			if f == nil || w.fragments[s.Name] {
				continue
			}
			w.fragments[s.Name] = true
			if of := w.Contract.Type(f.TypeCondition); of != nil {
				w.selections(of, f.SelectionSet)
			}
		}
	}
}

// selected is a field of the operation. Of an abstract type it is one of each object that implements it, too.
func (w *walk) selected(parent *supergraph.Type, s *ast.Field) {
	f := parent.Field(s.Name)
	if f == nil {
		return // __typename and introspection, which the gateway answers
	}
	w.field(f)
	if parent.IsAbstract() {
		for _, m := range parent.Members {
			if of := w.Contract.Type(m).Field(s.Name); of != nil && of != f {
				w.field(of)
			}
		}
	}
	if of := w.Contract.Type(f.Type.Name()); of != nil {
		w.selections(of, s.SelectionSet)
	}
}

// field adds the field, what it requires, and the types that it returns and takes.
func (w *walk) field(f *supergraph.Field) {
	if w.fields[f] {
		return
	}
	w.fields[f] = true
	if state := w.stateOf(f); state != Implemented {
		w.found[state] = append(w.found[state], f.Parent.Name+"."+f.Name)
	}
	w.named(f.Type.Name())
	for _, a := range f.Args {
		w.named(a.Type.Name())
	}
	for _, g := range w.Contract.Subgraphs {
		if !resolves(f, g.ID) {
			continue
		}
		in := f.In[g.ID]
		w.required(f.Parent, in.Requires)
		for _, c := range in.Contexts {
			for _, t := range w.Contract.Types {
				if slices.Contains(t.Contexts, c.Context) {
					w.required(t, c.Fields)
				}
			}
		}
	}
}

// stateOf is how far a field is. What no subgraph resolves for an object, one resolves for an interface of it.
func (w *walk) stateOf(f *supergraph.Field) State {
	if _, state, ok := w.best(f); ok {
		return state
	}
	for _, name := range f.Parent.Interfaces {
		t := w.Contract.Type(name)
		if t == nil || t.Field(f.Name) == nil {
			continue
		}
		if _, state, ok := w.best(t.Field(f.Name)); ok {
			return state
		}
	}
	return Implemented
}

// required walks a field set of @requires or a context.
func (w *walk) required(parent *supergraph.Type, set supergraph.FieldSet) {
	for _, item := range set {
		of := parent
		if item.On != "" {
			of = w.Contract.Type(item.On)
		}
		if of == nil {
			continue
		}
		if item.Name == "" {
			w.required(of, item.Fields)
			continue
		}
		f := of.Field(item.Name)
		if f == nil {
			continue
		}
		w.field(f)
		if to := w.Contract.Type(f.Type.Name()); to != nil {
			w.required(to, item.Fields)
		}
	}
}

// named adds a type that its service means otherwise: of another kind, with other keys, values or members.
func (w *walk) named(name string) {
	for _, c := range w.Contradictions {
		of := fieldOf(c.Coordinate)
		typ, _, within := strings.Cut(of, ".")
		t := w.Contract.Type(name)
		if typ != name || t == nil || within && hasFields(t) {
			continue
		}
		w.found[Contradicting] = append(w.found[Contradicting], of)
	}
}
