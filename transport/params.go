package transport

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// params are the parameters of a request. The objects are parts of the body that they came in, unchanged.
type params struct {
	query, operationName  string
	documentID            string
	variables, extensions []byte
}

// parameterNames are the parameters that mean something; others are ignored, as the specification asks.
// https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
var parameterNames = [...]string{"query", "operationName", "variables", "extensions", "documentId"}

// check refuses parameters that hold no query.
func (p params) check() *refusal {
	if p.query != "" {
		return nil
	}
	if bytes.Contains(p.extensions, []byte(`"persistedQuery"`)) {
		r := badRequest("PersistedQueryNotSupported")
		r.code = CodePersistedUnsupported
		return r
	}
	return badRequest("the request has no query; give the text of an operation as \"query\"")
}

// scanParams reads the JSON object of a POST in one pass.
func scanParams(body []byte) (params, *refusal) {
	if !utf8.Valid(body) {
		return params{}, badRequest("the request is not valid UTF-8")
	}
	s := scanner{data: body}
	s.space()
	switch {
	case s.at == len(body):
		return params{}, badRequest("the request has no body; send a JSON object with a \"query\"")
	case body[s.at] == '[':
		r := badRequest("batches of operations are not enabled; send each operation as a request of its own, or set batching.enabled")
		r.code = CodeBatching
		return params{}, r
	case body[s.at] != '{':
		return params{}, badRequest("the request is %s; send a JSON object with a \"query\"", kindOf(body[s.at]))
	}
	var p params
	var seen [len(parameterNames)]bool
	err := s.object(func(key []byte) error { return p.take(&s, key, &seen) })
	if err == nil {
		err = s.end()
	}
	if err != nil {
		return params{}, badRequest("the request is not valid: %s", err)
	}
	return p, nil
}

// take reads the value of one key.
func (p *params) take(s *scanner, key []byte, seen *[len(parameterNames)]bool) error {
	which := -1
	for i, name := range parameterNames {
		if string(key) == name {
			which = i
		}
	}
	if which < 0 {
		return s.skip()
	}
	// Two readers may each choose another of two values, and a firewall in front may be one of them.
	if seen[which] {
		return fmt.Errorf("%q is given twice", key)
	}
	seen[which] = true
	var err error
	switch which {
	case 0:
		p.query, err = s.text("query")
	case 1:
		p.operationName, err = s.text("operationName")
	case 2:
		p.variables, err = s.objectBytes("variables")
	case 3:
		p.extensions, err = s.objectBytes("extensions")
	case 4:
		p.documentID, err = s.text("documentId")
	}
	return err
}

// text reads a string, or null, which counts as left out.
func (s *scanner) text(name string) (string, error) {
	switch s.peek() {
	case '"':
		raw, escaped, err := s.stringBytes()
		if err != nil {
			return "", err
		}
		if escaped {
			return unescape(raw), nil
		}
		return string(raw), nil
	case 'n':
		return "", s.skip()
	}
	if err := s.wellFormed(); err != nil {
		return "", err
	}
	return "", fmt.Errorf("%q must be a string, and is %s", name, kindOf(s.peek()))
}

// objectBytes reads an object, or null, which counts as left out.
func (s *scanner) objectBytes(name string) ([]byte, error) {
	switch s.peek() {
	case '{':
		start := s.at
		if err := s.skip(); err != nil {
			return nil, err
		}
		return s.data[start:s.at:s.at], nil
	case 'n':
		return nil, s.skip()
	}
	if err := s.wellFormed(); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%q must be an object, and is %s", name, kindOf(s.peek()))
}

// only reads a text that is one object and nothing else.
func (s *scanner) only(name string) ([]byte, *refusal) {
	if !utf8.Valid(s.data) {
		return nil, badRequest("%s is not valid UTF-8", name)
	}
	s.space()
	out, err := s.objectBytes(name)
	if err == nil {
		err = s.end()
	}
	if err != nil {
		return nil, badRequest("the parameter %s is not valid: %s", name, err)
	}
	return out, nil
}

// wellFormed checks the value that comes next without moving past it.
func (s *scanner) wellFormed() error {
	ahead := *s
	return ahead.skip()
}

// kindOf names the JSON value that begins with c.
func kindOf(c byte) string {
	switch {
	case c == '"':
		return "a string"
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == 't' || c == 'f':
		return "a boolean"
	case c == 'n':
		return "null"
	case c == '-' || '0' <= c && c <= '9':
		return "a number"
	}
	return "no JSON"
}
