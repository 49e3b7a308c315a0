package suite

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// check compares a call with what is expected of it.
func (x expectation) check(e *monolith.Seen) []Failure {
	var out []Failure
	add := func(what, text string) {
		if text != "" {
			out = append(out, Failure{what, text})
		}
	}
	if x.request != nil {
		x.request.check(e, add)
	}
	switch {
	case x.response.IsMissing():
	case e.Failure != nil:
		add("connectorResponse", "the call failed instead:\n"+failureText(e.Failure))
	case x.response.IsNull() && e.Value.IsNull(): // JSON has no word for nothing
	case !equal(x.response, e.Value):
		add("connectorResponse", differ(pretty(x.response), pretty(e.Value)))
	}
	if x.err != nil {
		x.err.check(e, add)
	}
	if x.problems != nil {
		checkProblems(x.problems, e.Problems, add)
	}
	return out
}

func failureText(f *monolith.Failure) string {
	text := f.Code + ": " + f.Message
	if f.Cause != "" {
		text += ": " + f.Cause
	}
	return text
}

func (x *expectedRequest) check(e *monolith.Seen, add func(what, text string)) {
	if e.Request == nil {
		text := "no request is made"
		if e.Failure != nil {
			text += ":\n" + failureText(e.Failure)
		}
		add("connectorRequest", text)
		return
	}
	got := e.Request
	origin, path, query := split(got.URL)
	for _, c := range []struct{ what, want, got string }{
		{"method", strings.ToUpper(x.Method), got.Method}, {"url", x.URL, got.URL}, {"origin", strings.TrimSuffix(x.Origin, "/"), origin}, {"path", x.Path, path},
	} {
		if c.want != "" && c.want != c.got {
			add("connectorRequest."+c.what, differ(c.want, c.got))
		}
	}
	if x.query != nil {
		params, err := url.ParseQuery(query)
		if want, have := listed(x.query), listed(params); err != nil || want != have {
			add("connectorRequest.queryParams", differ(want, have))
		}
	}
	sent := http.Header{}
	for _, h := range got.Headers {
		sent.Add(h[0], h[1])
	}
	for _, name := range sortedNames(x.headers) {
		want, have := strings.Join(x.headers[name], "\n"), strings.Join(sent[name], "\n")
		if want != have {
			add("connectorRequest.headers."+name, differ(want, have))
		}
	}
	if x.body != nil {
		add("connectorRequest.body", differBodies(*x.body, string(got.Body)))
	}
}

func (x *expectedError) check(e *monolith.Seen, add func(what, text string)) {
	f := e.Failure
	if f == nil {
		add("error", "the call succeeded, with the value\n"+pretty(e.Value))
		return
	}
	if x.message != nil && *x.message != f.Message {
		add("error.message", differ(*x.message, f.Message))
	}
	has := f.Reported(e)
	for i := range x.extensions.Len() {
		key := x.extensions.Key(i)
		if want, got := x.extensions.At(i), has.Get(key); !equal(want, got) {
			add("error.extensions."+key, differ(pretty(want), pretty(got)))
		}
	}
}

// checkProblems compares the problems one by one, in their order, as far as the case tells them.
func checkProblems(want []problem, got []monolith.Problem, add func(what, text string)) {
	var lines []string
	for _, p := range got {
		lines = append(lines, p.In+": "+p.String())
	}
	if len(want) != len(got) {
		add("problems", fmt.Sprintf("%d were expected, there are %d\n%s", len(want), len(got), strings.Join(lines, "\n")))
		return
	}
	for i, w := range want {
		g := got[i]
		if w.Message != "" && w.Message != g.Message || w.Path != "" && w.Path != g.Path || w.Location != "" && w.Location != g.In || w.Count != 0 && w.Count != g.Count {
			add(fmt.Sprintf("problems[%d]", i), differ(fmt.Sprintf("%s: %s: %s", w.Location, w.Path, w.Message), fmt.Sprintf("%s: %s: %s", g.In, g.Path, g.Message)))
		}
	}
}

// split takes a URL apart without decoding any of it.
func split(s string) (origin, path, query string) {
	s, query, _ = strings.Cut(s, "?")
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return "", s, query
	}
	host, path, slash := strings.Cut(rest, "/")
	if slash {
		path = "/" + path
	}
	return scheme + "://" + host, path, query
}

// listed is parameters, one a line.
func listed(v url.Values) string {
	var lines []string
	for _, name := range sortedNames(v) {
		for _, value := range v[name] {
			lines = append(lines, name+": "+value)
		}
	}
	return strings.Join(lines, "\n")
}

func sortedNames(m map[string][]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
