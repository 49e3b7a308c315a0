package operation

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
)

// Document is a parsed and valid document. It is immutable and shared by all requests with its text.
type Document struct {
	operations []*Prepared
}

// Parse reads the text and validates it against the API schema. The error is Errors.
func Parse(api *ast.Schema, text string, limits Limits) (*Document, error) {
	limits = limits.withDefaults()
	source := &ast.Source{Input: text}
	if err := scan(source, limits); err != nil {
		return nil, Errors{err}
	}
	doc, err := parser.ParseQuery(source)
	if err != nil {
		return nil, Errors{syntaxError(err)}
	}
	if errs := syntax(doc); len(errs) > 0 {
		return nil, errs
	}
	dedentBlocks(doc, text)
	if errs := validate(api, doc); len(errs) > 0 {
		if limits.HideNames {
			errs.hideNames()
		}
		return nil, errs
	}
	out := &Document{}
	for _, op := range doc.Operations {
		out.operations = append(out.operations, prepare(api, doc, op, limits))
	}
	return out, nil
}

// Operation picks the operation with the name; without a name the only one. The error is Errors.
// https://spec.graphql.org/October2021/#GetOperation()
func (d *Document) Operation(name string) (*Prepared, error) {
	for _, p := range d.operations {
		if name != "" && p.Name() == name || name == "" && len(d.operations) == 1 {
			return p, p.executable()
		}
	}
	message := "Must provide operation name if query contains multiple operations."
	if name != "" {
		message = fmt.Sprintf("Unknown operation named %q.", name)
	}
	return nil, Errors{{Code: CodeUnknownOperation, Message: message}}
}

// Names are those of the operations, in the order of the text.
func (d *Document) Names() []string {
	out := make([]string, len(d.operations))
	for i, p := range d.operations {
		out[i] = p.Name()
	}
	return out
}

// scan refuses, before the parser builds anything of it, a text with too many tokens or too deep brackets,
// and what the parser lets pass: text that is not UTF-8, half a surrogate pair, a number that runs into a name.
func scan(source *ast.Source, limits Limits) *Error {
	if !utf8.ValidString(source.Input) {
		return &Error{Code: CodeParse, Message: "Syntax Error: The document is not valid UTF-8."}
	}
	// The lexer reads an escaped surrogate that stands alone as the replacement character.
	replaced := strings.ContainsRune(source.Input, utf8.RuneError) || strings.Contains(strings.ToLower(source.Input), "fffd")
	lex := lexer.New(source)
	var last lexer.Token
	for tokens, depth := 0, 0; ; tokens++ {
		tok, err := lex.ReadToken()
		if err != nil || tok.Kind == lexer.EOF {
			return nil // the parser comes to the same place and says more
		}
		if tokens >= limits.MaxTokens {
			return overLimit(tok, "has more than %d tokens: split it into several requests", limits.MaxTokens)
		}
		switch tok.Kind {
		case lexer.BraceL, lexer.BracketL, lexer.ParenL:
			depth++
		case lexer.BraceR, lexer.BracketR, lexer.ParenR:
			depth--
		case lexer.Name:
			if (last.Kind == lexer.Int || last.Kind == lexer.Float) && tok.Pos.Start == last.Pos.End {
				return misspelled(tok, "Invalid number, expected digit but got: %q.", tok.Value[:1])
			}
		case lexer.String:
			if strings.ContainsRune(tok.Value, utf8.RuneError) && !replaced {
				return misspelled(tok, "Invalid Unicode escape sequence in %q: a surrogate stands alone.", tok.Value)
			}
		}
		if depth > limits.MaxRecursion {
			return overLimit(tok, "nests deeper than %d: flatten it, or pass deep values in variables", limits.MaxRecursion)
		}
		last = tok
	}
}

func misspelled(tok lexer.Token, format, text string) *Error {
	return &Error{Code: CodeParse, Message: "Syntax Error: " + fmt.Sprintf(format, text), Locations: at(&tok.Pos)}
}

func overLimit(tok lexer.Token, format string, limit int) *Error {
	return &Error{Code: CodeParsingLimit, Message: "The document " + fmt.Sprintf(format, limit) + ".", Locations: at(&tok.Pos)}
}

func syntaxError(err error) *Error {
	var e *gqlerror.Error
	if errors.As(err, &e) {
		return fromParser(CodeParse, "Syntax Error: ", e)
	}
	return &Error{Code: CodeParse, Message: "Syntax Error: " + err.Error()}
}

// syntax refuses what the grammar forbids and the parser lets pass.
func syntax(doc *ast.QueryDocument) Errors {
	var out Errors
	if len(doc.Operations)+len(doc.Fragments) == 0 {
		return Errors{{Code: CodeParse, Message: "Syntax Error: Unexpected <EOF>.", Locations: []Location{{1, 1}}}}
	}
	for _, f := range doc.Fragments {
		if len(f.VariableDefinition) > 0 {
			out = append(out, &Error{
				Code: CodeParse, Locations: at(f.VariableDefinition[0].Position),
				Message: fmt.Sprintf("Syntax Error: Fragment %q cannot define variables; define them in the operation.", f.Name),
			})
		}
	}
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			out = append(out, constant(v)...)
		}
	}
	if len(out) == 0 && len(doc.Operations) == 0 {
		return Errors{{Code: CodeValidation, Message: "Must provide an operation.", Locations: at(doc.Fragments[0].Position)}}
	}
	return out
}

// constant refuses variables in the directives of a variable's definition.
func constant(v *ast.VariableDefinition) Errors {
	var out Errors
	for _, d := range v.Directives {
		for _, arg := range d.Arguments {
			if found := firstVariable(arg.Value); found != nil {
				out = append(out, &Error{
					Code: CodeParse, Locations: at(found.Position),
					Message: fmt.Sprintf("Syntax Error: Unexpected variable %q in constant value.", "$"+found.Raw),
				})
			}
		}
	}
	return out
}

func firstVariable(v *ast.Value) *ast.Value {
	if v.Kind == ast.Variable {
		return v
	}
	for _, c := range v.Children {
		if found := firstVariable(c.Value); found != nil {
			return found
		}
	}
	return nil
}

// hideNames takes out of messages what may have been meant.
func (list Errors) hideNames() {
	for _, err := range list {
		err.Message, _, _ = strings.Cut(err.Message, " Did you mean ")
	}
}
