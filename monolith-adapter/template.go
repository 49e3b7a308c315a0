package monolith

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// template is text with expressions in braces.
type template struct {
	source string
	parts  []part
}

// part is static text, or an expression.
type part struct {
	text string
	expr *mapping.Selection
	// at is the offset of the expression in the template.
	at int
}

// templateError is a template that cannot be read, with the offset in its source.
type templateError struct {
	at  int
	err error
}

func (e *templateError) Error() string { return e.err.Error() }

func (e *templateError) Unwrap() error { return e.err }

// parseTemplate reads a template. Line breaks and tabs within a URL's text only lay it out, and are dropped.
func parseTemplate(source string, version mapping.Version, url bool) (*template, error) {
	t := &template{source: source}
	for pos := 0; pos < len(source); {
		open := strings.IndexByte(source[pos:], '{')
		if open < 0 {
			t.static(source[pos:], url)
			break
		}
		t.static(source[pos:pos+open], url)
		pos += open + 1
		end := closing(source[pos:])
		if end < 0 {
			return nil, &templateError{pos - 1, errors.New("the { is not closed")}
		}
		expr, err := mapping.Parse(source[pos:pos+end], version)
		if err != nil {
			at := pos
			var syntax *mapping.SyntaxError
			if errors.As(err, &syntax) {
				at += syntax.At
				err = errors.New(syntax.Message)
			}
			return nil, &templateError{at, fmt.Errorf("{%s}: %w", source[pos:pos+end], err)}
		}
		if _, block := expr.Root.(*mapping.Block); block {
			return nil, &templateError{pos, fmt.Errorf("{%s} gives an object; an expression starts with a variable, as in {$args.id}", source[pos:pos+end])}
		}
		t.parts = append(t.parts, part{expr: expr, at: pos})
		pos += end + 1
	}
	return t, nil
}

func (t *template) static(text string, url bool) {
	if url {
		text = strings.Map(func(r rune) rune {
			if r == '\t' || r == '\n' || r == '\f' || r == '\r' {
				return -1
			}
			return r
		}, text)
	}
	if text != "" {
		t.parts = append(t.parts, part{text: text})
	}
}

// closing is the index of the brace that closes an expression, or -1. Braces are counted, those in strings not.
func closing(s string) int {
	depth := 1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		case '\'', '"':
			quote := s[i]
			for i++; i < len(s) && s[i] != quote; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		}
	}
	return -1
}

// write evaluates the template: static and dynamic append text and an expression's scalar.
func (t *template) write(dst []byte, e *evaluation, static, dynamic func(dst []byte, s string) []byte) ([]byte, error) {
	for _, p := range t.parts {
		if p.expr == nil {
			dst = static(dst, p.text)
			continue
		}
		v, err := e.eval(p.expr, mapping.NullValue())
		switch {
		case err != nil:
			return dst, err
		case v.IsNull():
		case !v.IsScalar():
			return dst, fmt.Errorf("{%s} gives %s, and only a scalar can stand there", p.expr.Source, v.Kind())
		default:
			dst = dynamic(dst, v.Text())
		}
	}
	return dst, nil
}

// verbatim appends text as it is.
func verbatim(dst []byte, s string) []byte { return append(dst, s...) }

// evaluation is what the expressions of one call are evaluated with.
type evaluation struct {
	vars     mapping.Variables
	problems []mapping.Problem
	// lost are the places at which the answer's mapping lost a value.
	lost map[string]bool
}

func (e *evaluation) eval(s *mapping.Selection, input mapping.Value) (mapping.Value, error) {
	v, problems, err := s.Eval(input, e.vars, mapping.Limits{})
	for i := range problems {
		problems[i].Source = s.Source
	}
	e.problems = append(e.problems, problems...)
	return v, err
}
