package wiring

import (
	"context"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/transport"
)

// asked lets header rules see what the client asked for.
func asked(ctx context.Context, of engine.Executed) (context.Context, func([]byte) []byte) {
	return subgraph.WithAsked(ctx, &subgraph.Asked{
		Query: of.Document, OperationName: of.Operation, Kind: string(of.Plan.Kind), Variables: of.Variables, RequestID: transport.RequestID(ctx),
	}), nil
}

// replies gathers what sources say that goes back to clients. cached says that it is told how long answers may be kept.
func replies(cached bool) engine.Replying {
	return func(ctx context.Context) (context.Context, func(*queryplan.Plan, executor.Outcome) *engine.Reply) {
		identified := auth.FromContext(ctx) != nil
		ctx, heard := subgraph.Listen(ctx)
		return ctx, func(p *queryplan.Plan, out executor.Outcome) *engine.Reply {
			header, status, own := heard.Reply(subgraph.End{Plan: p, Fetches: out.Fetches, Errors: out.Errors, Identified: identified}, cached)
			return &engine.Reply{Header: header, Status: status, Own: own}
		}
	}
}
