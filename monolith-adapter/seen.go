package monolith

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Seen is all that there is to see of one call: what was sent, what came back, what was made of it. It holds
// what it saw as it was, secrets and all; Redacted is what may be shown.
type Seen struct {
	Connector *Connector
	// Request is nil if it could not be made, or none is made.
	Request *SentRequest
	// Response is nil if there was none.
	Response *ReceivedResponse
	// Value is what the selection made of the response; missing if the call failed.
	Value    mapping.Value
	Problems []Problem
	// Failure is nil if the call succeeded.
	Failure *Failure
	Took    time.Duration
	Shared  bool
	// Passage is how the request got to the source.
	shaping.Passage
}

// SentRequest is a request as it was sent.
type SentRequest struct {
	Method, URL string
	// Headers in the order in which they were set; their names are canonical.
	Headers [][2]string
	Body    []byte
}

// ReceivedResponse is a response as it was received.
type ReceivedResponse struct {
	Status  int
	Headers http.Header
	// Body after decompression.
	Body []byte
}

// Failure is why a call failed.
type Failure struct {
	// Code, Message and Extensions are what clients are told; Extensions is an object or missing.
	Code, Message string
	Extensions    mapping.Value
	// Cause is for operators, "" if the message says it all.
	Cause string
}

// Problem is a mapping problem with the place at which the schema has it.
type Problem struct {
	mapping.Problem
	// In is the argument of the directive, such as selection or http.body; "" if it is not known.
	In string
	// File, Line and Column of the place in the schema; Line is 0 if it is not known.
	File         string
	Line, Column int
}

// Look is what there is to see of the call.
func (c *Call) Look() *Seen {
	e := &Seen{Connector: c.Connector, Value: c.value, Took: c.Took, Shared: c.Shared, Passage: c.Passage}
	if c.sent != nil {
		e.Request = &SentRequest{Method: c.sent.method, URL: c.sent.url, Headers: c.sent.headers, Body: c.sent.body}
	}
	if c.received != nil {
		e.Response = &ReceivedResponse{Status: c.received.status, Headers: c.received.header, Body: c.received.body}
	}
	for _, p := range c.Problems {
		e.Problems = append(e.Problems, c.Connector.Locate(p))
	}
	if c.Err != nil {
		e.Failure = failureOf(c.Err)
	}
	return e
}

// Code is that of the call's failure, as clients see it; "" if it succeeded.
func (c *Call) Code() string {
	var f *failed
	switch {
	case c.Err == nil:
		return ""
	case errors.As(c.Err, &f):
		return f.code
	}
	return CodeRequestInvalid
}

// ShownURL is the URL without secrets.
func (c *Call) ShownURL() string { return redactURL(c.URL) }

func failureOf(err error) *Failure {
	var f *failed
	if !errors.As(err, &f) {
		return &Failure{Code: CodeRequestInvalid, Message: err.Error()}
	}
	out := &Failure{Code: f.code, Message: f.message, Extensions: f.extensions}
	if f.cause != nil {
		out.Cause = f.cause.Error()
	}
	return out
}

// Locate finds the place of a problem in the schema.
func (c *Connector) Locate(p mapping.Problem) Problem {
	out := Problem{Problem: p}
	if p.Source == "" {
		return out
	}
	places := c.written.expressions("")
	if c.Source != nil {
		places = append(places, c.Source.written.expressions("@source ")...)
	}
	for _, e := range places {
		offset := strings.Index(e.value.Raw, p.Source)
		if offset < 0 || e.whole && len(e.value.Raw) != len(p.Source) {
			continue
		}
		out.In = e.in
		if at := within(e.value, offset+p.At); at != nil {
			out.Line, out.Column = at.Line, at.Column
			if at.Src != nil {
				out.File = at.Src.Name
			}
		}
		return out
	}
	return out
}

// expression is a string of a directive that is a mapping, or a template that holds some.
type expression struct {
	in    string
	value *ast.Value
	whole bool
}

// expressions are those of the directive, the answer's first, as most problems are there.
func (w written) expressions(prefix string) []expression {
	var out []expression
	add := func(whole bool, path ...string) {
		if v := w.arg(path...); v != nil && v.Kind != ast.NullValue {
			out = append(out, expression{prefix + strings.Join(path, "."), v, whole})
		}
	}
	add(true, "selection")
	add(true, "isSuccess")
	add(true, "errors", "message")
	add(true, "errors", "extensions")
	for _, name := range []string{"body", "path", "queryParams"} {
		add(true, "http", name)
	}
	for _, name := range slices.Concat([]string{"baseURL"}, methods) {
		add(false, "http", name)
	}
	for _, h := range member(w.arg("http"), "headers") {
		if v := h.Children.ForName("value"); v != nil {
			out = append(out, expression{prefix + "http.headers", v, false})
		}
	}
	return out
}

// methods are those that a connector may use, in the order in which they are looked for.
var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

// Reported are the extensions of the error as clients get them, but for those that only a plan knows.
func (f *Failure) Reported(e *Seen) mapping.Value {
	keys, vals := []string{"code"}, []mapping.Value{mapping.StringValue(f.Code)}
	if e.Response != nil {
		status := mapping.ObjectValue([]string{"status"}, []mapping.Value{mapping.IntValue(int64(e.Response.Status))})
		keys, vals = append(keys, "http"), append(vals, status)
	}
	coordinate := mapping.ObjectValue([]string{"coordinate"}, []mapping.Value{mapping.StringValue(e.Connector.Coordinate)})
	keys, vals = append(keys, "connector"), append(vals, coordinate)
	for i := range f.Extensions.Len() {
		if k := f.Extensions.Key(i); k != "http" && k != "connector" {
			keys, vals = append(keys, k), append(vals, f.Extensions.At(i))
		}
	}
	return mapping.ObjectValue(keys, vals)
}
