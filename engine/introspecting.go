package engine

import (
	"context"
	"fmt"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/introspection"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// introspecting answers the introspection fetches of plans from the API schema, and passes on all others.
type introspecting struct {
	schema *introspection.Schema
	next   executor.Fetcher
	// access says what of the schema a caller sees, as views keeps it; nil where all see the same.
	access *access
	all    authorization.Needs
	views  *otter.Cache[authorization.Grant, *introspection.Schema]
}

var _ executor.Streamer = (*introspecting)(nil)

// Views are kept by the number of types and fields in them: a few hundred of an ordinary graph, some of a huge one.
const (
	viewsWeight = 200_000
	viewsLeast  = 8
)

func newIntrospecting(api *ast.Schema, a *access, next executor.Fetcher) (*introspecting, error) {
	out := &introspecting{schema: introspection.New(api), next: next}
	if a == nil || !a.FilterIntrospection || a.DryRun {
		return out, nil
	}
	size := 0
	for _, def := range api.Types {
		size += 1 + len(def.Fields)
	}
	views, err := otter.New(&otter.Options[authorization.Grant, *introspection.Schema]{
		MaximumWeight: uint64(max(viewsWeight, viewsLeast*size)),
		// What the whole schema weighs, as no view weighs more.
		Weigher: func(authorization.Grant, *introspection.Schema) uint32 { return uint32(size) },
	})
	if err != nil {
		return nil, fmt.Errorf("cache of introspection: %w", err)
	}
	out.access, out.all, out.views = a, a.rules.All(), views
	return out, nil
}

// Fetch implements executor.Fetcher.
func (i *introspecting) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	if r.Fetch.Subgraph != queryplan.Introspection {
		return i.next.Fetch(ctx, r)
	}
	schema, err := i.seen(ctx)
	if err != nil {
		return nil, err
	}
	body, err := schema.Execute(r.Fetch.Selections, r.Variables)
	if err != nil {
		return nil, fmt.Errorf("introspection: %w", err)
	}
	return &executor.Response{Body: body}, nil
}

// Stream implements executor.Streamer.
func (i *introspecting) Stream(ctx context.Context, r *executor.Request, take func(*executor.Response) error) error {
	return executor.Stream(ctx, i.next, r, take)
}

// seen is the schema that the caller sees.
func (i *introspecting) seen(ctx context.Context) (*introspection.Schema, error) {
	if i.access == nil {
		return i.schema, nil
	}
	return i.views.Get(ctx, i.access.whole(ctx, i.all), otter.LoaderFunc[authorization.Grant, *introspection.Schema](
		func(_ context.Context, g authorization.Grant) (*introspection.Schema, error) {
			return introspection.New(i.access.rules.Visible(g)), nil
		}))
}
