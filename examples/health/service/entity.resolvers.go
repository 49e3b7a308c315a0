package service

import (
	"context"

	"github.com/ficusgraph/ficus/examples/health/graph"
	"github.com/ficusgraph/ficus/examples/health/graph/model"
)

// FindManySiteByIDs answers stubs: which websites there are is the monolith's to know.
func (r *entityResolver) FindManySiteByIDs(ctx context.Context, reps []*model.SiteByIDsInput) ([]*model.Site, error) {
	found := make([]*model.Site, len(reps))
	for i, rep := range reps {
		found[i] = &model.Site{ID: rep.ID}
	}
	return found, nil
}

// Entity resolves the fields of Entity.
func (r *Resolver) Entity() graph.EntityResolver {
	return &entityResolver{r}
}

type entityResolver struct{ *Resolver }
