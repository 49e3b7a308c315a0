package service

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const maxBody = 4 << 20

// database is what the handler needs of the store.
type database interface {
	shelf
	counter
}

// newHandler serves the subgraph at /graphql, as that version of the service has it, and its health at /healthz.
func newHandler(db database, now func() time.Time, version int, log *slog.Logger) (http.Handler, error) {
	schema, err := versioned(version, &Resolver{counter: db, now: now})
	if err != nil {
		return nil, err
	}
	gql := handler.New(schema)
	gql.AddTransport(transport.POST{})
	gql.Use(extension.Introspection{}) // _service, by which a gateway sees what is built
	gql.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return next(withLoaders(ctx, db))
	})
	gql.SetErrorPresenter(presenter(log))
	if version < newest {
		gql.AroundFields(saysFirst)
	}

	mux := http.NewServeMux()
	mux.Handle("POST /graphql", logged(log, http.MaxBytesHandler(gql, maxBody)))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if err := db.Ping(r.Context()); err != nil {
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux, nil
}

// presenter shows clients the errors that were written for them: refusals, which have a code, and the faults
// of an operation, which have no cause. The others go to the log.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		e := graphql.DefaultErrorPresenter(ctx, err)
		if e.Extensions["code"] != nil || e.Err == nil {
			return e
		}
		log.ErrorContext(ctx, "field failed", "path", e.Path.String(), "error", err)
		return &gqlerror.Error{
			Path:       e.Path,
			Message:    "something went wrong",
			Extensions: map[string]any{"code": "INTERNAL_SERVER_ERROR"},
		}
	}
}

// secret are the headers whose values no log may hold.
var secret = []string{"Authorization", "Cookie", "Proxy-Authorization", "X-Legacy-Key"}

// logged tells, at debug only, what the caller sent along: how to see what a gateway forwards.
func logged(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if log.Enabled(r.Context(), slog.LevelDebug) {
			names := make([]string, 0, len(r.Header))
			for name := range r.Header {
				names = append(names, name)
			}
			slices.Sort(names)
			attrs := make([]any, 0, 2*len(names))
			for _, name := range names {
				value := strings.Join(r.Header[name], ", ")
				if slices.Contains(secret, name) {
					value = "(hidden)"
				}
				attrs = append(attrs, name, value)
			}
			log.DebugContext(r.Context(), "request", slog.Group("headers", attrs...))
		}
		next.ServeHTTP(w, r)
	})
}
