package monolith

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// Each place of a request needs a value of some shape. What can be told beforehand not to have it is a fault of the
// schema; the rest is looked at when it runs.

// expectConnector checks the shapes of a connector's expressions.
func (r *reader) expectConnector(c *Connector) {
	s := shapes{r.contract, c}
	r.expectTemplate(s, c.written, c.written.arg("http", c.request.method), c.request.url, codeURL)
	r.expectRequest(s, c.written, &c.request)
	r.expectAnswer(s, c.written, c.isSuccess, c.failure)
}

// expectSource checks those of a source.
func (r *reader) expectSource(src *Source) {
	s := shapes{contract: r.contract}
	r.expectTemplate(s, src.written, src.written.arg("http", "baseURL"), src.base, codeURL)
	r.expectRequest(s, src.written, &src.request)
	r.expectAnswer(s, src.written, src.isSuccess, src.failure)
}

func (r *reader) expectRequest(s shapes, w written, req *request) {
	for _, h := range req.headers {
		r.expectTemplate(s, w, h.written, h.value, codeHeader)
	}
	if p := req.path; p != nil {
		v := w.arg("http", "path")
		switch got := s.of(p.Root); got {
		case anything, aList:
			r.expectSegments(s, w, v, p.Root)
		default:
			r.addIn(v, p.Root.Pos(), codeURLProperty, w.coordinate, "path must give a list of scalars, one for each segment, and this is %s; write $([..])", got)
		}
	}
	if q := req.query; q != nil {
		v := w.arg("http", "queryParams")
		switch got := s.of(q.Root); got {
		case anything, anObject, aComposite, aNull:
			r.expectParams(s, w, v, q.Root)
		default:
			r.addIn(v, q.Root.Pos(), codeURLProperty, w.coordinate, "queryParams must give an object, and this is %s; write name: value", got)
		}
	}
}

// expectSegments checks the elements of a list that is written out.
func (r *reader) expectSegments(s shapes, w written, v *ast.Value, e mapping.Expr) {
	for _, elem := range elements(e) {
		if got := s.of(elem); !got.scalar() || got == aNull {
			r.addIn(v, elem.Pos(), codeURLProperty, w.coordinate, "a segment of the path must be a scalar, and this is %s", got)
		}
	}
}

// elements are the elements of a list that is written out, perhaps in $( ).
func elements(e mapping.Expr) []mapping.Expr {
	switch e := e.(type) {
	case *mapping.Array:
		return e.Elems
	case *mapping.Block:
		if len(e.Items) == 1 && e.Items[0].Spread {
			return elements(e.Items[0].Value)
		}
	case *mapping.Path:
		if e.Head == mapping.HeadExpr && len(e.Steps) == 0 && e.Sub == nil {
			return elements(e.Expr)
		}
	}
	return nil
}

// expectParams checks the members of an object that is written out.
func (r *reader) expectParams(s shapes, w written, v *ast.Value, e mapping.Expr) {
	b, ok := e.(*mapping.Block)
	if !ok {
		return
	}
	for _, i := range b.Items {
		if got := s.of(i.Value); !i.Spread && (got == anObject || got == aComposite) {
			r.addIn(v, i.At, codeURLProperty, w.coordinate, "the parameter %s must be a scalar or a list of scalars, and this is an object", i.Name)
		}
	}
}

func (r *reader) expectTemplate(s shapes, w written, v *ast.Value, t *template, code string) {
	if t == nil {
		return
	}
	for _, part := range t.parts {
		if part.expr == nil {
			continue
		}
		got := s.of(part.expr.Root)
		if got.scalar() {
			continue
		}
		hint := ""
		if got == aList {
			hint = "; take one by ->first, or all by ->joinNotNull(',')"
		}
		as := code
		if p, ok := part.expr.Root.(*mapping.Path); ok && p.Head == mapping.HeadVar && len(part.expr.Methods()) == 0 {
			as = "UNSUPPORTED_VARIABLE_TYPE"
		}
		r.addIn(v, part.at, as, w.coordinate, "{%s} is %s, and only a scalar can stand there%s", part.expr.Source, got, hint)
	}
}

func (r *reader) expectAnswer(s shapes, w written, isSuccess *mapping.Selection, f failure) {
	expect := func(sel *mapping.Selection, code, must string, good func(shape) bool, path ...string) {
		if sel == nil {
			return
		}
		if got := s.of(sel.Root); got != anything && !good(got) {
			r.addIn(w.arg(path...), sel.Root.Pos(), code, w.coordinate, "%s must give %s, and this is %s", path[len(path)-1], must, got)
		}
	}
	expect(isSuccess, codeIsSuccess, "a boolean", func(got shape) bool { return got == aBoolean }, "isSuccess")
	expect(f.message, codeErrorsMessage, "a text", func(got shape) bool { return got == aText }, "errors", "message")
	expect(f.extensions, codeErrorsMessage, "an object", func(got shape) bool { return got == anObject || got == aComposite }, "errors", "extensions")
}
