package resolvers

import (
	"context"
	"fmt"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/ficusgraph/ficus/graph/model"
)

// gather is how long the first load of a batch waits for others to join it. The fields of one level start
// within microseconds of each other.
const gather = time.Millisecond

// maxBatch is the most ids that a port is asked for at once.
const maxBatch = 100

type loaders struct {
	usage *dataloader.Loader[string, *model.Usage]
}

type loadersKey struct{}

// WithLoaders gives a request its own loaders: what is loaded once is not loaded again, and nothing outlives
// the request. Call it once for each operation, with the context that ends with the request: batches run
// under it, so that no caller can fail the loads of another by leaving.
func (r *Resolver) WithLoaders(ctx context.Context) context.Context {
	load := func(_ context.Context, ids []string) []*dataloader.Result[*model.Usage] {
		return r.loadUsage(ctx, ids)
	}
	return context.WithValue(ctx, loadersKey{}, &loaders{
		usage: dataloader.NewBatchedLoader(load,
			dataloader.WithWait[string, *model.Usage](gather),
			dataloader.WithBatchCapacity[string, *model.Usage](maxBatch)),
	})
}

// usage is the usage of one organization, or nil; without loaders in the context it is asked for alone.
func (r *Resolver) usage(ctx context.Context, id string) (*model.Usage, error) {
	if l, ok := ctx.Value(loadersKey{}).(*loaders); ok {
		return l.usage.Load(ctx, id)()
	}
	one := r.loadUsage(ctx, []string{id})[0]
	return one.Data, one.Error
}

// loadUsage gives every id a result, whatever the port answers: the loader counts on it.
func (r *Resolver) loadUsage(ctx context.Context, ids []string) []*dataloader.Result[*model.Usage] {
	found, err := r.Organizations.UsageByOrganization(ctx, ids)
	if err == nil && len(found) != len(ids) {
		err = fmt.Errorf("load usage: asked for %d organizations, got %d", len(ids), len(found))
	}
	results := make([]*dataloader.Result[*model.Usage], len(ids))
	for i := range ids {
		results[i] = &dataloader.Result[*model.Usage]{Error: err}
		if err == nil {
			results[i].Data = found[i]
		}
	}
	return results
}
