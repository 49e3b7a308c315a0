package usage

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/engine/operation"
)

// Signature is a document without the values in it, in one layout. It is as valid as the document was but where custom
// scalars are particular about their values.
func Signature(document string) (string, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return "", err
	}
	operation.EachValue(doc, blank)
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent(" ")).FormatQueryDocument(doc)
	return b.String(), nil
}

// blank takes what a value says, and leaves its kind. Names of enums' values, Booleans and variables are the operation's.
func blank(v *ast.Value) {
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
