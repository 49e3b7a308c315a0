package resolvers

import (
	"context"

	"github.com/ficusgraph/ficus/graph"
	"github.com/ficusgraph/ficus/graph/model"
)

// FindManyOrganizationByIDs answers stubs: which organizations exist is not this subgraph's to say, and what
// is asked about them is loaded by the fields.
func (r *entityResolver) FindManyOrganizationByIDs(ctx context.Context, reps []*model.OrganizationByIDsInput) ([]*model.Organization, error) {
	found := make([]*model.Organization, len(reps))
	for i, rep := range reps {
		found[i] = &model.Organization{ID: rep.ID}
	}
	return found, nil
}

// FindManySiteByIDs answers stubs; gqlgen adds what the representations bring along for @requires.
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
