package operation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
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
	bounds := newBounds(limits)
	source := &ast.Source{Input: text}
	told, err := scan(source, bounds)
	if err != nil {
		return nil, err
	}
	doc, fault := parser.ParseQuery(source)
	if fault != nil {
		return nil, Errors{syntaxError(fault)}
	}
	if errs := syntax(doc); len(errs) > 0 {
		return nil, errs
	}
	large, errs := checkInputs(doc, bounds)
	if len(errs) > 0 {
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
		p := prepare(api, doc, op, bounds)
		p.exceeded = slices.Concat(told, large)
		out.operations = append(out.operations, p)
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

// scan refuses, before the parser builds anything of it, a text with too much of something or too deep brackets,
// and what the parser lets pass: text that is not UTF-8, half a surrogate pair, a number that runs into a name.
func scan(source *ast.Source, b *bounds) ([]Excess, error) {
	if !utf8.ValidString(source.Input) {
		return nil, Errors{{Code: CodeParse, Message: "Syntax Error: The document is not valid UTF-8."}}
	}
	// The lexer reads an escaped surrogate that stands alone as the replacement character.
	replaced := strings.ContainsRune(source.Input, utf8.RuneError) || strings.Contains(strings.ToLower(source.Input), "fffd")
	lex := lexer.New(source)
	count := newTextCount()
	var last lexer.Token
	for {
		tok, err := lex.ReadToken()
		if err != nil || tok.Kind == lexer.EOF {
			break // the parser comes to the same place and says more
		}
		if !count.add(last.Kind, tok, b) {
			break
		}
		switch tok.Kind {
		case lexer.Name:
			if (last.Kind == lexer.Int || last.Kind == lexer.Float) && tok.Pos.Start == last.Pos.End {
				return nil, misspelled(tok, "Invalid number, expected digit but got: %q.", tok.Value[:1])
			}
		case lexer.String:
			if strings.ContainsRune(tok.Value, utf8.RuneError) && !replaced {
				return nil, misspelled(tok, "Invalid Unicode escape sequence in %q: a surrogate stands alone.", tok.Value)
			}
		}
		last = tok
	}
	told, errs := b.judge(count.tokens, count.nesting, count.directives, count.different)
	if len(errs) > 0 {
		return nil, errs
	}
	return told, nil
}

// textCount counts what a text has, token by token.
type textCount struct {
	tokens, nesting, directives, different reading
	depth                                  int
	names                                  map[string]bool
}

func newTextCount() *textCount {
	return &textCount{
		tokens: reading{key: "parser_max_tokens"}, nesting: reading{key: "parser_max_recursion"},
		directives: reading{key: "max_directives"}, different: reading{key: "max_unique_directives"},
	}
}

// add counts a token, and reports whether there may be more.
func (c *textCount) add(before lexer.Type, tok lexer.Token, b *bounds) bool {
	soft := &b.configured
	pos := tok.Pos
	c.tokens.rise(c.tokens.actual+1, cmp.Or(soft.MaxTokens, b.enforced.MaxTokens), &pos)
	switch tok.Kind {
	case lexer.BraceL, lexer.BracketL, lexer.ParenL:
		c.depth++
		c.nesting.rise(c.depth, cmp.Or(soft.MaxRecursion, b.enforced.MaxRecursion), &pos)
	case lexer.BraceR, lexer.BracketR, lexer.ParenR:
		c.depth--
	case lexer.At:
		c.directives.rise(c.directives.actual+1, soft.MaxDirectives, &pos)
	case lexer.Name:
		if before == lexer.At && !c.names[tok.Value] {
			if c.names == nil {
				c.names = map[string]bool{}
			}
			c.names[tok.Value] = true
			c.different.rise(len(c.names), soft.MaxUniqueDirectives, &pos)
		}
	}
	return c.tokens.actual <= b.enforced.MaxTokens && c.depth <= b.enforced.MaxRecursion
}

func misspelled(tok lexer.Token, format, text string) error {
	return Errors{{Code: CodeParse, Message: "Syntax Error: " + fmt.Sprintf(format, text), Locations: at(&tok.Pos)}}
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
