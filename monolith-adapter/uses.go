package monolith

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// place is where an expression stands, which decides on the variables that it may read.
type place uint8

const (
	sourceBase place = iota
	sourceRequest
	sourceAnswer
	connectRequest
	connectAnswer
	// connectVirtual is a selection for which no request is made.
	connectVirtual
)

// variables are those available at each place; $args, $this and $batch depend on the connector too.
var variables = map[place]string{
	sourceBase:     "config env",
	sourceRequest:  "config context env request",
	sourceAnswer:   "config context env request response status",
	connectRequest: "args this batch config context env request",
	connectAnswer:  "args this batch config context env request response status",
	connectVirtual: "args this batch config context env request",
}

// uses checks the variables and the methods of an expression that starts at an offset of a value, and warns of
// what its author may not want.
func (r *reader) uses(w written, v *ast.Value, offset int, s *mapping.Selection, code string, p place) {
	for _, m := range s.Methods() {
		problem := mapping.MethodProblem(m)
		if strings.HasPrefix(problem, "there is no") {
			problem += similar(m.Name, mapping.MethodNames())
		}
		if problem != "" {
			r.addIn(v, offset+m.At, code, w.coordinate, "%s", problem)
			if code != codeURL {
				r.soften()
			}
		}
	}
	for _, l := range s.Lint() {
		r.addIn(v, offset+l.At, code, w.coordinate, "%s", l.Message)
		r.warn()
	}
	available := strings.Fields(variables[p])
	for _, ref := range s.References() {
		at := offset + ref.At
		switch {
		case !has(available, ref.Variable):
			r.addIn(v, at, code, w.coordinate, "$%s is not available here; available: $%s%s", ref.Variable, strings.Join(available, ", $"), similar(ref.Variable, available))
		case ref.Variable == "env" && r.contract.spec.version < mapping.V03:
			r.addIn(v, at, code, w.coordinate, "$env is part of v0.3; link https://specs.apollo.dev/connect/v0.3")
		case ref.Variable == "request" || ref.Variable == "response":
			if len(ref.Path) == 0 || ref.Path[0] != "headers" {
				r.addIn(v, at, code, w.coordinate, "$%s has headers and nothing else", ref.Variable)
			}
		}
	}
}

func has(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// reading is one reference to a variable together with where it stands.
type reading struct {
	mapping.Reference
	code string
	// value and offset are where it is written.
	value  *ast.Value
	offset int
}

// readings are the references of a connector, in the order of its request and then its answer.
func (c *Connector) readings() []reading {
	var out []reading
	add := func(s *mapping.Selection, v *ast.Value, offset int, code string) {
		if s == nil {
			return
		}
		for _, ref := range s.References() {
			out = append(out, reading{ref, code, v, offset + ref.At})
		}
	}
	addTemplate := func(t *template, v *ast.Value, code string) {
		if t == nil {
			return
		}
		for _, p := range t.parts {
			add(p.expr, v, p.at, code)
		}
	}
	w := c.written
	addTemplate(c.request.url, w.arg("http", c.request.method), codeURL)
	add(c.request.path, w.arg("http", "path"), 0, codeURLProperty)
	add(c.request.query, w.arg("http", "queryParams"), 0, codeURLProperty)
	add(c.request.body, w.arg("http", "body"), 0, codeBody)
	for _, h := range c.request.headers {
		addTemplate(h.value, h.written, codeHeader)
	}
	add(c.selection, w.arg("selection"), 0, codeSelection)
	add(c.isSuccess, w.arg("isSuccess"), 0, codeIsSuccess)
	add(c.failure.message, w.arg("errors", "message"), 0, codeErrorsMessage)
	add(c.failure.extensions, w.arg("errors", "extensions"), 0, codeErrorsMessage)
	return out
}

// references are those of the template's expressions.
func (t *template) references() []mapping.Reference {
	if t == nil {
		return nil
	}
	var out []mapping.Reference
	for _, p := range t.parts {
		if p.expr != nil {
			out = append(out, p.expr.References()...)
		}
	}
	return out
}

func (r *request) references() []mapping.Reference {
	out := r.url.references()
	for _, s := range []*mapping.Selection{r.path, r.query, r.body} {
		if s != nil {
			out = append(out, s.References()...)
		}
	}
	for _, h := range r.headers {
		out = append(out, h.value.references()...)
	}
	return out
}

// answerReads reports whether what is made of an answer depends on the variable.
func (c *Connector) answerReads(variable string) bool {
	for _, s := range []*mapping.Selection{c.selection, c.isSuccess, c.failure.message, c.failure.extensions} {
		if s == nil {
			continue
		}
		for _, ref := range s.References() {
			if ref.Variable == variable {
				return true
			}
		}
	}
	return false
}

// variablesUsed are the variables that a connector and its source read, as name.path and as name.
func (c *Connector) variablesUsed() map[string]bool {
	refs := c.request.references()
	answers := []*mapping.Selection{c.selection, c.isSuccess, c.failure.message, c.failure.extensions}
	if s := c.Source; s != nil {
		refs = append(refs, s.request.references()...)
		answers = append(answers, s.isSuccess, s.failure.message, s.failure.extensions)
	}
	for _, s := range answers {
		if s != nil {
			refs = append(refs, s.References()...)
		}
	}
	out := map[string]bool{}
	for _, ref := range refs {
		out[ref.Variable] = true
		out[ref.Variable+"."+strings.Join(ref.Path, ".")] = true
	}
	return out
}
