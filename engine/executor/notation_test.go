package executor_test

import (
	"fmt"
	"strings"
	"text/scanner"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// The tests write plans down in a small notation. A shape (the type null stands for a field that nobody is
// asked for):
//
//	{ me: User { id: ID!, nick=name: String, size: Size (S M) }, pet: Pet { on Cat|Dog { kind=__typename, age: Int } } }
//
// A path: users.@.pet[Cat|Dog]. Representations: Cat|Dog as Pet { id!, owner { id! }, price on Cat }. What a
// fetch selects is read from the operation that it sends.
type notation struct {
	scan scanner.Scanner
	tok  string
}

func newNotation(text string) *notation {
	n := &notation{}
	n.scan.Init(strings.NewReader(text))
	n.scan.Mode = scanner.ScanIdents
	n.next()
	return n
}

func (n *notation) next() string {
	was := n.tok
	if n.scan.Scan() == scanner.EOF {
		n.tok = ""
	} else {
		n.tok = n.scan.TokenText()
	}
	return was
}

func (n *notation) is(tok string) bool {
	if n.tok != tok {
		return false
	}
	n.next()
	return true
}

func (n *notation) want(tok string) {
	if !n.is(tok) {
		panic(fmt.Sprintf("%s: want %q, have %q", n.scan.Pos(), tok, n.tok))
	}
}

func (n *notation) names() []string {
	names := []string{n.next()}
	for n.is("|") {
		names = append(names, n.next())
	}
	return names
}

func (n *notation) shape() *queryplan.Shape {
	n.want("{")
	s := &queryplan.Shape{}
	for n.is("on") {
		s.Typed = true
		v := &queryplan.Variant{Types: n.names()}
		n.want("{")
		v.Fields = n.fields()
		s.Variants = append(s.Variants, v)
		n.is(",")
	}
	if s.Typed {
		n.want("}")
		return s
	}
	s.Variants = []*queryplan.Variant{{Fields: n.fields()}}
	return s
}

func (n *notation) fields() []*queryplan.Field {
	var fields []*queryplan.Field
	for !n.is("}") {
		f := &queryplan.Field{Key: n.next()}
		f.Name = f.Key
		if n.is("=") {
			f.Name = n.next()
		}
		if f.Name == queryplan.Typename && n.is("(") {
			f.Typename = n.next()
			n.want(")")
		} else if f.Name != queryplan.Typename {
			n.want(":")
			f.Type = n.typ()
			if f.Null = f.Type.Named == "null"; !f.Null {
				n.value(f)
			}
		}
		fields = append(fields, f)
		n.is(",")
	}
	return fields
}

// value reads what follows a field's type: a shape, the values of an enum, or nothing.
func (n *notation) value(f *queryplan.Field) {
	if n.tok == "{" {
		f.Shape = n.shape()
		return
	}
	kinds := map[string]queryplan.LeafKind{
		"Int": queryplan.Int, "Float": queryplan.Float, "String": queryplan.String,
		"Boolean": queryplan.Boolean, "ID": queryplan.ID,
	}
	f.Leaf = &queryplan.Leaf{Kind: kinds[f.Type.Named]}
	if n.is("(") {
		f.Leaf.Kind = queryplan.Enum
		for !n.is(")") {
			f.Leaf.Values = append(f.Leaf.Values, n.next())
		}
	}
}

func (n *notation) typ() *queryplan.Type {
	t := &queryplan.Type{}
	if n.is("[") {
		t.Elem = n.typ()
		t.Named = t.Elem.Named
		n.want("]")
	} else {
		t.Named = n.next()
	}
	t.NonNull = n.is("!")
	return t
}

func (n *notation) path() queryplan.Path {
	var path queryplan.Path
	for n.tok != "" {
		s := queryplan.Step{Name: n.next()}
		if n.is("[") {
			s.Types = n.names()
			n.want("]")
		}
		path = append(path, s)
		n.is(".")
	}
	return path
}

func (n *notation) representation() *queryplan.Representation {
	r := &queryplan.Representation{}
	if n.tok != "as" && n.tok != "{" {
		r.Types = n.names()
	}
	if n.is("as") {
		r.Typename = n.next()
	}
	n.want("{")
	r.Fields = n.inputs()
	return r
}

func (n *notation) inputs() []*queryplan.Input {
	var inputs []*queryplan.Input
	for !n.is("}") {
		in := &queryplan.Input{Name: n.next()}
		in.From = in.Name
		if n.is("=") {
			in.From = n.next()
		}
		in.Required = n.is("!")
		if n.is("on") {
			in.On = n.names()
		}
		in.Typename = n.is("+")
		if n.is("{") {
			in.Fields = n.inputs()
		}
		inputs = append(inputs, in)
		n.is(",")
	}
	return inputs
}

// operation reads from the operation of a fetch what it selects.
func operation(f *queryplan.Fetch, text string) error {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return err
	}
	op := doc.Operations[0]
	f.Operation, f.OperationName, f.Kind = text, op.Name, op.Operation
	for _, v := range op.VariableDefinitions {
		if v.Variable != "representations" {
			f.Variables = append(f.Variables, &queryplan.Variable{Name: v.Variable, Type: v.Type})
		}
	}
	f.Selections = selections(op.SelectionSet)
	if f.IsEntity() {
		f.Selections = f.Selections[0].Selections
	}
	return nil
}

func selections(set ast.SelectionSet) []*queryplan.Selection {
	var all []*queryplan.Selection
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			all = append(all, &queryplan.Selection{Name: s.Alias, Field: s.Name, Selections: selections(s.SelectionSet)})
		case *ast.InlineFragment:
			all = append(all, &queryplan.Selection{On: s.TypeCondition, Selections: selections(s.SelectionSet)})
		}
	}
	return all
}
