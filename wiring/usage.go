package wiring

import (
	"context"
	"time"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/usage"
)

// Usage records what is executed, nil where that is not wanted. Operations with anything in them that is made up are left
// out: no owner would miss who sends them.
func Usage(cfg *config.Config, made *mocks.Names, into *engine.Config) *usage.Recorder {
	if !cfg.Usage.Enabled {
		return nil
	}
	used := usage.New(cfg.Usage, time.Now)
	into.Extensions = into.Extensions.And(func(ctx context.Context, of engine.Executed) (context.Context, func([]byte) []byte) {
		if !of.Event && !made.In(of.Plan) {
			used.Record(of.Document, of.Operation, subgraph.FromContext(ctx).Header.Get)
		}
		return ctx, nil
	})
	return used
}
