package wiring

import (
	"context"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/transport"
)

// asked lets header rules see what the client asked for.
func asked(ctx context.Context, of engine.Executed) (context.Context, func([]byte) []byte) {
	return subgraph.WithAsked(ctx, &subgraph.Asked{
		Query: of.Document, OperationName: of.Operation, Kind: string(of.Plan.Kind), Variables: of.Variables, RequestID: transport.RequestID(ctx),
	}), nil
}
