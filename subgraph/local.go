package subgraph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	gqlgen "github.com/99designs/gqlgen/graphql/executor"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/ficusgraph/ficus/engine/executor"
)

// localDocuments is how many documents a Local keeps parsed. The plans of a graph hold a few hundred.
const localDocuments = 1024

// Local is a subgraph whose resolvers are in this process: a schema that gqlgen generated for federation,
// executed without HTTP. It is asked, and answers, as the same schema behind a server would.
type Local struct {
	cfg      LocalConfig
	executor *gqlgen.Executor
}

var _ executor.Streamer = (*Local)(nil)

// LocalConfig is what the resolvers of a Local need. Each field may be nil.
type LocalConfig struct {
	// Prepare makes the context of one fetch, with loaders that live as long as it does.
	Prepare func(context.Context) context.Context
	// Failed is told each error of a resolver whose text is not meant for clients, and each panic with its
	// stack. It is called from many goroutines.
	Failed func(ctx context.Context, err error)
}

// NewLocal is the subgraph that the schema is.
func NewLocal(schema graphql.ExecutableSchema, cfg LocalConfig) *Local {
	l := &Local{cfg: cfg, executor: gqlgen.New(schema)}
	l.executor.SetQueryCache(documents{otter.Must(&otter.Options[string, *ast.QueryDocument]{MaximumSize: localDocuments})})
	l.executor.SetErrorPresenter(l.present)
	l.executor.SetRecoverFunc(l.recovered)
	return l
}

// documents keeps documents that were parsed and validated, by their text.
type documents struct {
	cache *otter.Cache[string, *ast.QueryDocument]
}

// Get implements graphql.Cache.
func (d documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	return d.cache.GetIfPresent(text)
}

// Add implements graphql.Cache.
func (d documents) Add(_ context.Context, text string, doc *ast.QueryDocument) {
	d.cache.Set(text, doc)
}

// Fetch implements executor.Fetcher. The context reaches the resolvers, with all that is in it.
func (l *Local) Fetch(ctx context.Context, r *executor.Request) (res *executor.Response, err error) {
	defer func() {
		if p := recover(); p != nil { // of a resolver gqlgen recovers; this is for what surrounds them
			res, err = nil, &executor.Error{Code: CodeRouting, Message: "internal error", Err: panicked(p)}
		}
	}()
	params, err := localParams(r)
	if err != nil {
		return nil, &executor.Error{Code: CodeRouting, Message: "internal error", Err: fmt.Errorf("fetch %s: variables: %w", r.Fetch.Subgraph, err)}
	}
	if l.cfg.Prepare != nil {
		ctx = l.cfg.Prepare(ctx)
	}
	body, err := encode(l.execute(graphql.StartOperationTrace(ctx), params))
	if err != nil {
		return nil, &executor.Error{Code: CodeRouting, Message: "internal error", Err: fmt.Errorf("fetch %s: %w", r.Fetch.Subgraph, err)}
	}
	return &executor.Response{Body: body}, nil
}

// Stream implements executor.Streamer: what a resolver sends on its channel are events.
func (l *Local) Stream(ctx context.Context, r *executor.Request, take func(*executor.Response) error) (err error) {
	params, err := localParams(r)
	if err != nil {
		return &executor.Error{Code: CodeRouting, Message: "internal error", Err: fmt.Errorf("subscribe to %s: variables: %w", r.Fetch.Subgraph, err)}
	}
	ctx, cancel := context.WithCancel(ctx) // which ends the resolver, however this ends
	defer cancel()
	if l.cfg.Prepare != nil {
		ctx = l.cfg.Prepare(ctx)
	}
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := l.executor.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		return l.event(l.executor.DispatchError(graphql.WithOperationContext(ctx, op), errs), r, take)
	}
	next, ctx := l.executor.DispatchOperation(ctx, op)
	for {
		response := next(ctx)
		if response == nil {
			return ctx.Err()
		}
		if err := l.event(response, r, take); err != nil {
			return err
		}
	}
}

// event hands on one response.
func (l *Local) event(response *graphql.Response, r *executor.Request, take func(*executor.Response) error) error {
	body, err := encode(response)
	if err != nil {
		return &executor.Error{Code: CodeRouting, Message: "internal error", Err: fmt.Errorf("subscribe to %s: %w", r.Fetch.Subgraph, err)}
	}
	return take(&executor.Response{Body: body})
}

func localParams(r *executor.Request) (*graphql.RawParams, error) {
	p := &graphql.RawParams{Query: r.Fetch.Operation, OperationName: r.Fetch.OperationName}
	if len(r.Variables) == 0 {
		return p, nil
	}
	d := json.NewDecoder(bytes.NewReader(r.Variables))
	d.UseNumber() // an ID or a Decimal may have more digits than a float holds
	return p, d.Decode(&p.Variables)
}

func (l *Local) execute(ctx context.Context, params *graphql.RawParams) *graphql.Response {
	op, errs := l.executor.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		return l.executor.DispatchError(graphql.WithOperationContext(ctx, op), errs)
	}
	next, ctx := l.executor.DispatchOperation(ctx, op)
	return next(ctx)
}

// encode writes the response; its data is JSON already and is taken as it is.
func encode(r *graphql.Response) ([]byte, error) {
	if r == nil {
		return nil, errors.New("the schema gave no response")
	}
	out := make([]byte, 0, len(r.Data)+64)
	out = append(out, `{"data":`...)
	if len(r.Data) == 0 {
		out = append(out, "null"...)
	}
	out = append(out, r.Data...)
	if len(r.Errors) > 0 {
		list, err := json.Marshal(r.Errors)
		if err != nil {
			return nil, fmt.Errorf("errors: %w", err)
		}
		out = append(append(out, `,"errors":`...), list...)
	}
	return append(out, '}'), nil
}

// present is an error as the client gets it. A resolver that means its text for clients returns a
// *gqlerror.Error; any other error gqlgen wraps with its own text, which is for operators.
func (l *Local) present(ctx context.Context, err error) *gqlerror.Error {
	shown := graphql.DefaultErrorPresenter(ctx, err)
	if shown == nil || shown.Err == nil {
		return shown
	}
	if l.cfg.Failed != nil {
		l.cfg.Failed(ctx, err)
	}
	if shown.Message != shown.Err.Error() {
		return shown
	}
	return &gqlerror.Error{
		Err: shown.Err, Message: "internal error", Path: shown.Path, Locations: shown.Locations,
		Extensions: map[string]any{"code": CodeRouting},
	}
}

// recovered turns the panic of a resolver into an error of its field.
func (l *Local) recovered(_ context.Context, p any) error { return panicked(p) }

func panicked(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) }
