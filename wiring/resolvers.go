package wiring

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/graph"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/resolvers"
	"github.com/ficusgraph/ficus/subgraph"
)

// Local is graph/ with resolvers/, executed in process; their ports are joined to the monolith's client and
// to the verified token.
func Local(cfg *config.Config, logger *slog.Logger) (executor.Fetcher, error) {
	legacy, err := monolith.NewClient(cfg.Connectors, monolith.Ports{Caller: monolithCaller})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Name, err)
	}
	r := &resolvers.Resolver{Viewer: caller, Organizations: legacy}
	return subgraph.NewLocal(graph.NewExecutableSchema(graph.Config{Resolvers: r}), subgraph.LocalConfig{
		Prepare: r.WithLoaders,
		Failed: func(ctx context.Context, err error) {
			logger.WarnContext(ctx, "resolver failed", slog.Any("error", err))
		},
	}), nil
}

// caller is who asks, as the resolvers need it.
func caller(ctx context.Context) (resolvers.Caller, bool) {
	who := auth.FromContext(ctx)
	if who == nil {
		return resolvers.Caller{}, false
	}
	email, _ := who.Claim("email")
	organization, _ := who.Claim("org")
	return resolvers.Caller{Subject: who.Subject, Email: email, Organization: organization, Scopes: who.Scopes}, true
}
