package usage

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// Signature is a document without the values in it, in one layout. It is as valid as the document was but where custom
// scalars are particular about their values.
func Signature(document string) (string, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return "", err
	}
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			blank(v.DefaultValue)
			directives(v.Directives)
		}
		directives(op.Directives)
		selections(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		directives(f.Directives)
		selections(f.SelectionSet)
	}
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent(" ")).FormatQueryDocument(doc)
	return b.String(), nil
}

func selections(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			arguments(s.Arguments)
			directives(s.Directives)
			selections(s.SelectionSet)
		case *ast.InlineFragment:
			directives(s.Directives)
			selections(s.SelectionSet)
		case *ast.FragmentSpread:
			directives(s.Directives)
		}
	}
}

func directives(list ast.DirectiveList) {
	for _, d := range list {
		arguments(d.Arguments)
	}
}

func arguments(list ast.ArgumentList) {
	for _, a := range list {
		blank(a.Value)
	}
}

// blank takes what a value says, and leaves its kind. Names of enums' values, Booleans and variables are the operation's.
func blank(v *ast.Value) {
	if v == nil {
		return
	}
	switch v.Kind {
	case ast.StringValue, ast.BlockValue:
		v.Raw, v.Kind = "", ast.StringValue
	case ast.IntValue, ast.FloatValue:
		v.Raw = "0"
	}
	for _, c := range v.Children {
		blank(c.Value)
	}
}
