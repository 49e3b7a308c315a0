package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/transport"
)

// schema is what the small engine of these tests validates against.
var schema = gqlparser.MustLoadSchema(&ast.Source{Name: "test", Input: `
	type Query { hello(name: String): String  secret: String }
	type Mutation { greet: String }
`})

// small is an engine that parses and validates as the real one does, and answers with what it was asked.
type small struct {
	// before, if set, runs at the start of each execution.
	before func(context.Context)
}

func (e small) Execute(ctx context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome) {
	if e.before != nil {
		e.before(ctx)
	}
	op, variables, err := prepare(r)
	if err != nil {
		var list gqlerror.List
		if !errors.As(err, &list) {
			var one *gqlerror.Error
			errors.As(err, &one)
			list = gqlerror.List{one}
		}
		code, _ := list[0].Extensions["code"].(string)
		body, _ := json.Marshal(map[string]any{"errors": list})
		kind := ast.Query
		if op != nil {
			kind = op.Operation
		}
		return append(dst, body...), engine.Outcome{Kind: kind, Refused: true, Code: code, Errors: len(list)}
	}
	out := engine.Outcome{Kind: op.Operation, OperationName: op.Name}
	body := map[string]any{"data": map[string]any{"kind": op.Operation, "variables": variables, "query": r.Query}}
	if strings.Contains(r.Query, "secret") {
		body["errors"], out.Errors = []any{map[string]any{"message": "not for you", "path": []string{"secret"}}}, 1
	}
	text, _ := json.Marshal(body)
	return append(dst, text...), out
}

func prepare(r *engine.Request) (*ast.OperationDefinition, map[string]any, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: r.Query})
	if err != nil {
		return nil, nil, err
	}
	op := doc.Operations.ForName(r.OperationName)
	if op == nil {
		return nil, nil, gqlerror.Errorf("unknown operation")
	}
	if op.Operation == ast.Mutation && r.ReadOnly {
		return op, nil, &gqlerror.Error{Message: "mutations need POST", Extensions: map[string]any{"code": "MUTATION_FORBIDDEN"}}
	}
	if list := validator.ValidateWithRules(schema, doc, nil); len(list) > 0 {
		return op, nil, list
	}
	var given map[string]any
	if len(r.Variables) > 0 {
		if err := json.Unmarshal(r.Variables, &given); err != nil {
			return op, nil, gqlerror.Errorf("variables: %s", err)
		}
	}
	values, err := validator.VariableValues(schema, op, given)
	if err != nil {
		return op, nil, gqlerror.WrapIfUnwrapped(err)
	}
	return op, values, nil
}

// quiet drops logs.
var quiet = slog.New(slog.DiscardHandler)

// start serves the graph of the small engine, changed by the edits.
func start(t testing.TB, cfg transport.Config, edit func(*transport.Parts)) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(newServer(t, cfg, edit).Handler())
	t.Cleanup(server.Close)
	return server
}

func newServer(t testing.TB, cfg transport.Config, edit func(*transport.Parts)) *transport.Server {
	t.Helper()
	parts := transport.Parts{Engine: small{}, Logger: quiet, Schema: func() *ast.Schema { return schema }}
	if edit != nil {
		edit(&parts)
	}
	s, err := transport.New(cfg, parts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	// closes says that the connection is not to be used again.
	closes bool
}

// code is the code of the first error, or empty.
func (a answer) code() string {
	var r struct {
		Errors []struct {
			Extensions struct {
				Code string `json:"code"`
			} `json:"extensions"`
		} `json:"errors"`
	}
	if json.Unmarshal([]byte(a.body), &r) != nil || len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].Extensions.Code
}

// send makes one request; headers are "name: value".
func send(t testing.TB, method, url, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	return do(t, req)
}

func do(t testing.TB, req *http.Request) answer {
	t.Helper()
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text), res.Close}
}
