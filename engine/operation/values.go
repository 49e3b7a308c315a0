package operation

import "github.com/vektah/gqlparser/v2/ast"

// EachValue calls visit with each value that is written in a document: defaults of variables, and arguments of fields and
// of directives. What is within lists and objects is visit's to look at.
func EachValue(doc *ast.QueryDocument, visit func(*ast.Value)) {
	w := written{visit}
	for _, op := range doc.Operations {
		w.directives(op.Directives)
		for _, v := range op.VariableDefinitions {
			w.directives(v.Directives)
			if v.DefaultValue != nil {
				visit(v.DefaultValue)
			}
		}
		w.set(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		w.directives(f.Directives)
		w.set(f.SelectionSet)
	}
}

// written walks to the values of a document.
type written struct{ visit func(*ast.Value) }

func (w written) set(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			w.arguments(s.Arguments)
			w.directives(s.Directives)
			w.set(s.SelectionSet)
		case *ast.InlineFragment:
			w.directives(s.Directives)
			w.set(s.SelectionSet)
		case *ast.FragmentSpread:
			w.directives(s.Directives)
		}
	}
}

func (w written) directives(list ast.DirectiveList) {
	for _, d := range list {
		w.arguments(d.Arguments)
	}
}

func (w written) arguments(list ast.ArgumentList) {
	for _, a := range list {
		if a.Value != nil {
			w.visit(a.Value)
		}
	}
}
