package transport

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/ficusgraph/ficus/engine"
)

// Engine answers requests. The response, a JSON object, is appended to dst.
type Engine interface {
	Execute(ctx context.Context, r *engine.Request, dst []byte) ([]byte, engine.Outcome)
}

var _ Engine = (*engine.Engine)(nil)

// guest is a transport of gqlgen's own, whose requests are executed in the same context as ours.
type guest struct {
	graphql.Transport
	s *Server
}

// Do implements graphql.Transport.
func (g guest) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	g.Transport.Do(w, r.WithContext(g.s.context(w, r)), exec)
}

// executable is the engine as gqlgen's own transports see it. They parse and validate against Schema, then
// the operation's text goes to the engine, which has its own caches; that is why POST and GET do not come
// this way.
type executable struct{ s *Server }

var _ graphql.ExecutableSchema = executable{}

// Schema implements graphql.ExecutableSchema.
func (e executable) Schema() *ast.Schema { return e.s.parts.Schema() }

// Complexity implements graphql.ExecutableSchema: the engine has limits of its own.
func (e executable) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec implements graphql.ExecutableSchema.
func (e executable) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		asked := params{query: op.RawQuery}
		if refused := e.s.parts.know(&asked, op.Headers); refused != nil {
			return split(ctx, refused.body())
		}
		variables, err := json.Marshal(op.Variables)
		if err != nil {
			return graphql.ErrorResponse(ctx, "variables: %s", err)
		}
		body, _, refused := e.s.ask(ctx, &engine.Request{
			Query: asked.query, OperationName: op.OperationName, Variables: variables,
		}, time.Now(), nil)
		if refused != nil {
			body = refused.body()
		}
		return split(ctx, body)
	}
}

// split is the engine's response in gqlgen's type.
func split(ctx context.Context, body []byte) *graphql.Response {
	var r struct {
		Data       json.RawMessage `json:"data"`
		Errors     gqlerror.List   `json:"errors"`
		Extensions map[string]any  `json:"extensions"`
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return graphql.ErrorResponse(ctx, "internal error")
	}
	return &graphql.Response{Data: r.Data, Errors: r.Errors, Extensions: r.Extensions}
}
