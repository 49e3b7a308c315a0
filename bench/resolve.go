package main

import (
	"encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// request is a GraphQL request as it comes over HTTP.
type request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
}

// resolve answers a request from the railway: what a subgraph answers to a fetch, and what the whole graph
// answers to a client, by which answers are checked. It knows no schema; what is asked for is there.
func (r *railway) resolve(body []byte) ([]byte, error) {
	var req request
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil {
		return nil, fmt.Errorf("parse %q: %w", req.Query, err)
	}
	x := &execution{railway: r, doc: doc, variables: req.Variables}
	out := append([]byte(nil), `{"data":`...)
	if out, err = x.object(out, r.root, doc.Operations[0].SelectionSet); err != nil {
		return nil, err
	}
	return append(out, '}'), nil
}

// execution is one request being answered.
type execution struct {
	*railway
	doc       *ast.QueryDocument
	variables map[string]any
}

func (x *execution) object(dst []byte, o *object, set ast.SelectionSet) ([]byte, error) {
	dst = append(dst, '{')
	first := true
	for _, f := range x.fields(nil, o.typename, set) {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = fmt.Appendf(dst, "%q:", f.Alias)
		v, err := x.field(o, f)
		if err != nil {
			return nil, err
		}
		if dst, err = x.value(dst, v, f.SelectionSet); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// fields are those of a selection set that an object of the type has, each once, with what is selected in it.
func (x *execution) fields(out []*ast.Field, typename string, set ast.SelectionSet) []*ast.Field {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			out = join(out, s)
		case *ast.InlineFragment:
			if s.TypeCondition == "" || s.TypeCondition == typename {
				out = x.fields(out, typename, s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if f := x.doc.Fragments.ForName(s.Name); f != nil && f.TypeCondition == typename {
				out = x.fields(out, typename, f.SelectionSet)
			}
		}
	}
	return out
}

func join(out []*ast.Field, f *ast.Field) []*ast.Field {
	for i, known := range out {
		if known.Alias == f.Alias {
			both := *known
			both.SelectionSet = append(append(ast.SelectionSet(nil), known.SelectionSet...), f.SelectionSet...)
			out[i] = &both
			return out
		}
	}
	return append(out, f)
}

func (x *execution) field(o *object, f *ast.Field) (any, error) {
	switch f.Name {
	case "__typename":
		return o.typename, nil
	case "_entities":
		var out []any
		list, _ := x.variables["representations"].([]any)
		for _, r := range list {
			r, _ := r.(map[string]any)
			e := x.entity(r)
			if e == nil {
				return nil, fmt.Errorf("there is no entity %v", r)
			}
			out = append(out, e)
		}
		return out, nil
	}
	v, ok := o.fields[f.Name]
	if !ok {
		return nil, fmt.Errorf("there is no field %s.%s", o.typename, f.Name)
	}
	if c, ok := v.(computed); ok {
		return c(x.arguments(f)), nil
	}
	return v, nil
}

func (x *execution) arguments(f *ast.Field) map[string]any {
	out := map[string]any{}
	for _, a := range f.Arguments {
		v, err := a.Value.Value(x.variables)
		if n, ok := v.(int64); ok {
			v = float64(n)
		}
		if err == nil {
			out[a.Name] = v
		}
	}
	return out
}

func (x *execution) value(dst []byte, v any, set ast.SelectionSet) ([]byte, error) {
	switch v := v.(type) {
	case *object:
		return x.object(dst, v, set)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = x.value(dst, e, set); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	}
	text, err := json.Marshal(v)
	return append(dst, text...), err
}
