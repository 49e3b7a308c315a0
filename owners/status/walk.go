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
	// fragments, fields and types that were seen.
	fragments map[string]bool
	fields    map[*supergraph.Field]bool
	types     map[*supergraph.Type]bool
	// found are the coordinates that are not implemented, by their state; partly are those that only some of the
	// subgraphs implement which are to resolve them, the keys of the types among them.
	found, partly map[State][]string
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

func (w *walk) selected(parent *supergraph.Type, s *ast.Field) {
	if of := w.needs(parent, s.Name); of != nil {
		w.selections(of, s.SelectionSet)
	}
}

// needs adds a field of a type, and is what it returns. Of an abstract type it is one of each object of it, too.
func (w *walk) needs(parent *supergraph.Type, name string) *supergraph.Type {
	f := parent.Field(name)
	if f == nil {
		return nil // __typename and introspection, which the gateway answers
	}
	w.field(f)
	if parent.IsAbstract() {
		for _, m := range parent.Members {
			if of := w.Contract.Type(m).Field(name); of != nil {
				w.field(of)
			}
		}
	}
	return w.Contract.Type(f.Type.Name())
}

// field adds the field, what it requires, and the types that it returns and takes.
func (w *walk) field(f *supergraph.Field) {
	if w.fields[f] {
		return
	}
	w.fields[f] = true
	_, state, ok := w.best(f)
	if !ok {
		w.inherited(f)
		return
	}
	into := w.found
	if state == Implemented {
		state, into = w.least(f), w.partly
	}
	if state != Implemented {
		into[state] = append(into[state], f.Parent.Name+"."+f.Name)
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

// inherited adds what no subgraph resolves for an object, but one for an interface of it.
func (w *walk) inherited(f *supergraph.Field) {
	for _, name := range f.Parent.Interfaces {
		if t := w.Contract.Type(name); t != nil && t.Field(f.Name) != nil {
			w.field(t.Field(f.Name))
		}
	}
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
		if to := w.needs(of, item.Name); to != nil {
			w.required(to, item.Fields)
		}
	}
}

// named adds a type that its service means otherwise: of another kind, with other keys, values or members. Its keys
// may be needed, too.
func (w *walk) named(name string) {
	t := w.Contract.Type(name)
	if t == nil || w.types[t] {
		return
	}
	w.types[t] = true
	for _, c := range w.Contradictions {
		of := fieldOf(c.Coordinate)
		if typ, _, within := strings.Cut(of, "."); typ == name && (!within || !hasFields(t)) {
			w.found[Contradicting] = append(w.found[Contradicting], of)
		}
	}
	for _, m := range append([]string{name}, t.Members...) {
		for _, in := range w.Contract.Type(m).In {
			if in == nil {
				continue
			}
			for _, k := range in.Keys {
				w.key(w.Contract.Type(m), k.Fields)
			}
		}
	}
}

// key adds the fields of a key that some subgraph lacks.
func (w *walk) key(t *supergraph.Type, set supergraph.FieldSet) {
	for _, item := range set {
		f := t.Field(item.Name)
		if f == nil {
			continue
		}
		if state := w.least(f); state != Implemented {
			w.partly[state] = append(w.partly[state], t.Name+"."+f.Name)
		}
		if to := w.Contract.Type(f.Type.Name()); to != nil {
			w.key(to, item.Fields)
		}
	}
}
