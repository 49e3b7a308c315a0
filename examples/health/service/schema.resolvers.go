package service

import (
	"context"
	"strconv"

	"github.com/ficusgraph/ficus/examples/health/graph"
	"github.com/ficusgraph/ficus/examples/health/graph/model"
)

// Health is null for what is no number: no website has such an id.
func (r *siteResolver) Health(ctx context.Context, obj *model.Site) (*model.SiteHealth, error) {
	id, err := strconv.ParseInt(obj.ID, 10, 64)
	if err != nil {
		return nil, nil //nolint:nilerr // there is no such website
	}
	return r.shelf.Health(id), nil
}

// Site resolves the fields of Site.
func (r *Resolver) Site() graph.SiteResolver {
	return &siteResolver{r}
}

type siteResolver struct{ *Resolver }
