package monolith

import (
	"bytes"
	"errors"
	"mime"
	"strings"

	tokenexchange "github.com/ficusgraph/ficus/auth/exchange"
	"github.com/ficusgraph/ficus/auth/held"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// The codes of failed calls, as clients see them.
const (
	// CodeFetch is an answer that says that it failed.
	CodeFetch = "CONNECTOR_FETCH"
	// CodeResponseInvalid is an answer that cannot be used.
	CodeResponseInvalid = "CONNECTOR_RESPONSE_INVALID"
	// CodeRequestInvalid is a request that cannot be made of its inputs.
	CodeRequestInvalid = "HTTP_CLIENT_ERROR"
	// CodeUnreachable is a request without an answer.
	CodeUnreachable = "SUBREQUEST_HTTP_ERROR"
	// CodeTimeout is a request without an answer in time.
	CodeTimeout = "GATEWAY_TIMEOUT"
	// CodeTooMany is a request beyond those that one operation may make.
	CodeTooMany = "REQUEST_LIMIT_EXCEEDED"
	// CodeRateLimited is a request that was not sent, as the source had enough of them.
	CodeRateLimited = "REQUEST_RATE_LIMITED"
	// CodeUnavailable is a request that was not sent, as the source fails or is too slow.
	CodeUnavailable = "UPSTREAM_UNAVAILABLE"
)

// failed is a call that failed: what clients are told, and the cause for the log.
type failed struct {
	code, message string
	status        int
	// extensions is an object, or missing.
	extensions mapping.Value
	cause      error
}

// Error is the text for operators.
func (f *failed) Error() string {
	if f.cause == nil {
		return f.code + ": " + f.message
	}
	return f.code + ": " + f.message + ": " + f.cause.Error()
}

// Unwrap is the cause.
func (f *failed) Unwrap() error { return f.cause }

// unsent is why there is no answer.
func unsent(err error) *failed {
	var refused *shaping.Refusal
	switch {
	case errors.Is(err, errTooMany):
		return &failed{code: CodeTooMany, message: "The operation makes too many requests.", cause: err}
	case errors.As(err, &refused) && refused.Reason == shaping.RateLimited:
		return &failed{code: CodeRateLimited, message: "Too many requests were made; try again later.", cause: err}
	case refused != nil:
		return &failed{code: CodeUnavailable, message: "The request was not made, as the application is overloaded; try again later.", cause: err}
	case errors.Is(err, subgraph.ErrTooLarge):
		return &failed{code: CodeResponseInvalid, message: "The response is too large.", cause: err}
	case errors.Is(err, tokenexchange.ErrRefused):
		return &failed{code: CodeFetch, message: "The caller's token could not be exchanged for one of the application's.", cause: err}
	case errors.Is(err, errLogin), errors.Is(err, held.ErrNotObtained):
		return &failed{code: CodeFetch, message: "The application could not be signed in to.", cause: err}
	case timedOut(err):
		return &failed{code: CodeTimeout, message: "The request timed out.", cause: err}
	}
	return &failed{code: CodeUnreachable, message: "The request could not be completed.", cause: err}
}

// received is an answer, decoded once for all that asked for it.
type received struct {
	*answer
	value mapping.Value
	// empty: there was no body, of which selections that want no data may still make something.
	empty bool
	// invalid says why the body cannot be read.
	invalid error
}

func decode(a *answer) *received {
	r := &received{answer: a, value: mapping.NullValue()}
	if r.empty = len(bytes.TrimSpace(a.body)) == 0; r.empty {
		return r
	}
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	switch {
	case kind == "text/plain":
		r.value = mapping.StringValue(strings.ToValidUTF8(string(a.body), "\ufffd"))
	case err != nil && a.header.Get("Content-Type") == "", strings.HasSuffix(kind, "/json"), strings.HasSuffix(kind, "+json"):
		r.value, r.invalid = mapping.ParseJSON(a.body)
	case a.body[0] == '{' || a.body[0] == '[':
		// Many an old application sends JSON under a content type of another time.
		r.value, r.invalid = mapping.ParseJSON(a.body)
	default:
		r.invalid = errors.New("the content type is " + kind + ", not JSON")
	}
	if r.invalid != nil {
		r.value = mapping.NullValue()
	}
	return r
}

// interpret makes of an answer what the connector's selection says, or an error if the answer is one. $response is
// there if it is read.
func (c *Connector) interpret(r *received, e *evaluation, selection *mapping.Selection, response bool) (mapping.Value, *failed) {
	e.vars["status"] = mapping.IntValue(int64(r.status))
	if response {
		e.vars["response"] = mapping.ObjectValue([]string{"headers"}, []mapping.Value{headersValue(r.header)})
	}
	ok, err := c.succeeded(r, e)
	switch {
	case err != nil:
		return mapping.Value{}, &failed{code: CodeResponseInvalid, message: "The response could not be mapped.", status: r.status, cause: err}
	case !ok:
		return mapping.Value{}, c.declined(r, e)
	case r.invalid != nil:
		return mapping.Value{}, &failed{code: CodeResponseInvalid, message: "The server returned data in an unexpected format.", status: r.status, cause: r.invalid}
	}
	v, f := mapAnswer(selection, r.value, r.status, e)
	if f == nil && v.IsNull() && r.empty {
		f = &failed{code: CodeResponseInvalid, message: "The server returned no data.", status: r.status, cause: errors.New("the body is empty, and the selection makes nothing of that")}
	}
	return v, f
}

// mapAnswer makes the connector's value of an answer, and notes where something was lost.
func mapAnswer(selection *mapping.Selection, answer mapping.Value, status int, e *evaluation) (mapping.Value, *failed) {
	before := len(e.problems)
	v, err := e.eval(selection, answer)
	for _, p := range e.problems[before:] {
		for _, place := range p.Lost {
			if e.lost == nil {
				e.lost = map[string]bool{}
			}
			e.lost[place] = true
		}
	}
	if err != nil {
		return v, &failed{code: CodeResponseInvalid, message: "The response could not be mapped.", status: status, cause: err}
	}
	return v, nil
}

// succeeded asks isSuccess of the connector, else of the source, else the status.
func (c *Connector) succeeded(r *received, e *evaluation) (bool, error) {
	s := c.isSuccess
	if s == nil && c.Source != nil {
		s = c.Source.isSuccess
	}
	if s == nil || r.invalid != nil {
		return r.status >= 200 && r.status < 300, nil
	}
	v, err := e.eval(s, r.value)
	return v.IsTrue(), err
}

// declined is the error that the schema makes of an answer.
func (c *Connector) declined(r *received, e *evaluation) *failed {
	f := &failed{code: CodeFetch, message: "Request failed", status: r.status, cause: r.invalid}
	rules := []failure{c.failure}
	if c.Source != nil {
		rules = append(rules, c.Source.failure)
	}
	for _, rule := range rules {
		if rule.message == nil {
			continue
		}
		v, _ := e.eval(rule.message, r.value)
		if v.Kind() == mapping.String && v.Text() != "" {
			f.message = v.Text()
		}
		break
	}
	var keys []string
	var vals []mapping.Value
	for i := len(rules) - 1; i >= 0; i-- {
		if rules[i].extensions == nil {
			continue
		}
		v, _ := e.eval(rules[i].extensions, r.value)
		if v.Kind() != mapping.Object {
			continue
		}
		for j := range v.Len() {
			if v.Key(j) == "code" && v.At(j).Kind() == mapping.String {
				f.code = v.At(j).Text()
				continue
			}
			keys, vals = append(keys, v.Key(j)), append(vals, v.At(j))
		}
	}
	f.extensions = mapping.ObjectValue(keys, vals)
	return f
}
