package monolith

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Shown is a call as people look at it: in JSON, without secrets in headers and URL, and of a bounded size.
type Shown struct {
	// Coordinate of the connector, with the subgraph that declares it; ID as the schema gives it.
	Coordinate string         `json:"coordinate"`
	Subgraph   string         `json:"subgraph"`
	ID         string         `json:"id,omitempty"`
	Source     string         `json:"source,omitempty"`
	Request    *ShownRequest  `json:"request,omitempty"`
	Response   *ShownResponse `json:"response,omitempty"`
	Mapping    ShownMapping   `json:"mapping"`
	Problems   []ShownProblem `json:"problems"`
	Error      *ShownError    `json:"error,omitempty"`
	TookMillis float64        `json:"took_ms"`
	// Shared: the response is that of the same request of another call.
	Shared bool `json:"shared"`
	// Attempts is how often the request was sent; Refused is why it was not.
	Attempts int    `json:"attempts"`
	Refused  string `json:"refused,omitempty"`
}

// ShownRequest is what was sent.
type ShownRequest struct {
	Method  string              `json:"method"`
	URL     string              `json:"url"`
	Headers map[string][]string `json:"headers"`
	Body    any                 `json:"body,omitempty"`
}

// ShownResponse is what came back. Bytes is the whole length of the body, of which a part may be left out.
type ShownResponse struct {
	Status  int                 `json:"status"`
	Headers map[string][]string `json:"headers"`
	Body    any                 `json:"body,omitempty"`
	Bytes   int                 `json:"bytes"`
}

// ShownMapping is the selection and what it made of the response.
type ShownMapping struct {
	Selection string `json:"selection"`
	Result    any    `json:"result"`
}

// ShownProblem is a mapping problem: where in the value, where in the schema, and how often.
type ShownProblem struct {
	Message string `json:"message"`
	Path    string `json:"path,omitempty"`
	// In is the argument of the directive, Offset where in its text; At is file:line:column if they are known.
	In     string `json:"in,omitempty"`
	Offset int    `json:"offset"`
	At     string `json:"at,omitempty"`
	Count  int    `json:"count"`
}

// ShownError is why the call failed.
type ShownError struct {
	Code       string          `json:"code"`
	Message    string          `json:"message"`
	Extensions json.RawMessage `json:"extensions,omitempty"`
	Cause      string          `json:"cause,omitempty"`
}

// Show is the call as people look at it. What of a body or a value is longer than limit bytes is left out.
func (e *Seen) Show(limit int) *Shown {
	c := e.Connector
	out := &Shown{
		Coordinate: c.Coordinate, Subgraph: c.Of, ID: c.ID, Problems: []ShownProblem{},
		TookMillis: float64(e.Took.Microseconds()) / float64(time.Millisecond/time.Microsecond), Shared: e.Shared, Attempts: e.Attempts, Refused: string(e.Refused),
	}
	if c.Source != nil {
		out.Source = c.Source.Name
	}
	if e.Request != nil {
		r := e.Request.Redacted()
		out.Request = &ShownRequest{Method: r.Method, URL: short(r.URL, limit), Headers: r.headers(), Body: shownBody(r.Body, limit)}
	}
	if e.Response != nil {
		r := e.Response.Redacted()
		out.Response = &ShownResponse{Status: r.Status, Headers: r.Headers, Body: shownBody(r.Body, limit), Bytes: len(r.Body)}
	}
	if c.selection != nil {
		out.Mapping.Selection = short(c.selection.Source, limit)
	}
	if !e.Value.IsMissing() {
		out.Mapping.Result = shownBody(e.Value.Append(nil), limit)
	}
	for _, p := range e.Problems {
		out.Problems = append(out.Problems, ShownProblem{Message: p.Message, Path: p.Path, In: p.In, Offset: p.At, At: p.Place(), Count: max(p.Count, 1)})
	}
	if f := e.Failure; f != nil {
		out.Error = &ShownError{Code: f.Code, Message: f.Message, Cause: f.Cause}
		if f.Extensions.Len() > 0 {
			out.Error.Extensions = f.Extensions.Append(nil)
		}
	}
	return out
}

// headers are the headers by name.
func (r SentRequest) headers() map[string][]string {
	out := map[string][]string{}
	for _, h := range r.Headers {
		out[h[0]] = append(out[h[0]], h[1])
	}
	return out
}

// shownBody is JSON as it is, and anything else, and what is too long, as text; nil if there is nothing.
func shownBody(body []byte, limit int) any {
	switch {
	case len(body) == 0:
		return nil
	case len(body) <= limit && json.Valid(body):
		return json.RawMessage(body)
	}
	return short(string(body), limit)
}

// short is the text up to the limit, with what was left out said.
func short(s string, limit int) string {
	if len(s) <= limit {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return fmt.Sprintf("%s… (%d more bytes)", strings.ToValidUTF8(s[:limit], ""), len(s)-limit)
}

// Place is file:line:column in the schema, "" if it is not known.
func (p Problem) Place() string {
	if p.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// String is the problem in one line, from where it is to what it is.
func (p ShownProblem) String() string {
	var parts []string
	for _, s := range []string{p.At, p.In, p.Path} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	text := p.Message
	if p.Count > 1 {
		text += fmt.Sprintf(" (%d times)", p.Count)
	}
	return strings.Join(append(parts, text), ": ")
}
