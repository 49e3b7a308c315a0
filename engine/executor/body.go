package executor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"unicode/utf8"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// bodyVariable is one of the client's variables in a request.
type bodyVariable struct {
	name string
	// member is `"name":`.
	member string
}

// noVariables is what a request without variables tells its fetcher; the body leaves them out.
var noVariables = []byte("{}")

// body precomputes what all requests of a fetch have in common.
func (c *compiler) body(p *fetchProgram, f *queryplan.Fetch) {
	p.head = append(p.head, `{"query":`...)
	p.head = appendQuoted(p.head, f.Operation)
	if f.OperationName != "" {
		p.head = append(p.head, `,"operationName":`...)
		p.head = appendQuoted(p.head, f.OperationName)
	}
	for _, v := range f.Variables {
		p.variables = append(p.variables, bodyVariable{name: cmp.Or(v.Client, v.Name), member: quoted(v.Name) + ":"})
	}
}

// open starts a request: all up to the representations, if it takes any. It reports whether there are
// variables and at which index they start.
func (p *fetchProgram) open(body []byte, in *Input) (_ []byte, start int, some bool) {
	body = append(body, p.head...)
	end := len(body)
	body = append(body, `,"variables":`...)
	start = len(body)
	body = append(body, '{')
	body, some = p.given(body, in)
	if p.entities() {
		return appendMember(body, `"representations":[`, some), start, true
	}
	if !some {
		return body[:end], end, false
	}
	return body, start, true
}

// given writes the client's variables that have a value, and reports whether there are any.
func (p *fetchProgram) given(body []byte, in *Input) (_ []byte, some bool) {
	for i := range p.variables {
		v := &p.variables[i]
		for k := range in.Variables {
			if given := &in.Variables[k]; given.Name == v.name {
				body = appendMember(body, v.member, some)
				body = append(body, given.JSON...)
				some = true
				break
			}
		}
	}
	return body, some
}

func appendMember(body []byte, member string, comma bool) []byte {
	if comma {
		body = append(body, ',')
	}
	return append(body, member...)
}

// appendExtensions ends a request.
func appendExtensions(body, extensions []byte) []byte {
	if extensions != nil {
		body = append(body, `,"extensions":`...)
		body = append(body, extensions...)
	}
	return append(body, '}')
}

func quoted(s string) string { return string(appendQuoted(nil, s)) }

// appendQuoted writes a string as JSON, with nothing escaped that need not be.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r < ' ':
			dst = append(dst, `\u00`...)
			dst = append(dst, hex[r>>4], hex[r&15])
		case r == utf8.RuneError:
			dst = append(dst, "\uFFFD"...)
		default:
			dst = append(dst, s[i:i+utf8.RuneLen(r)]...)
		}
	}
	return append(dst, '"')
}

// unescaped is the text between the quotes of a valid JSON string, in place if there are no escapes.
func unescaped(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	var s string
	quotes := append(append([]byte{'"'}, raw...), '"')
	if err := json.Unmarshal(quotes, &s); err != nil {
		return raw
	}
	return []byte(s)
}
