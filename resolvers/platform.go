package resolvers

import (
	"context"
	"fmt"

	"github.com/ficusgraph/ficus/graph"
	"github.com/ficusgraph/ficus/graph/model"
)

// Allowance loads the usage of many organizations at once: see WithLoaders.
func (r *organizationResolver) Allowance(ctx context.Context, obj *model.Organization) (*model.Allowance, error) {
	u, err := r.usage(ctx, obj.ID)
	if err != nil {
		return nil, fault("SUBREQUEST_HTTP_ERROR", "the organization's usage could not be loaded", fmt.Errorf("usage of organization %s: %w", obj.ID, err))
	}
	if u == nil {
		return nil, fault("NOT_FOUND", "there is no such organization", fmt.Errorf("usage of organization %s: no such id", obj.ID))
	}
	return allowance(u), nil
}

// Viewer is null for an anonymous request: nobody asks, which is no error.
func (r *queryResolver) Viewer(ctx context.Context) (*model.Viewer, error) {
	caller, ok := r.Resolver.Viewer(ctx)
	if !ok {
		return nil, nil
	}
	v := &model.Viewer{ID: caller.Subject, User: &model.User{ID: caller.Subject}, Scopes: caller.Scopes}
	if v.Scopes == nil {
		v.Scopes = []string{}
	}
	if caller.Email != "" {
		v.Email = &caller.Email
	}
	if caller.Organization != "" {
		v.Organization = &model.Organization{ID: caller.Organization}
	}
	return v, nil
}

// HostingSummary reads the fields that @requires brought from the monolith.
func (r *siteResolver) HostingSummary(ctx context.Context, obj *model.Site, federationRequires map[string]any) (*string, error) {
	h, err := readHosting(federationRequires)
	if err != nil {
		return nil, fault("REQUIRED_FIELD_INVALID", "the website's hosting could not be read", fmt.Errorf("site %s: %w", obj.ID, err))
	}
	return new(h.String()), nil
}

// Organization resolves the fields of Organization.
func (r *Resolver) Organization() graph.OrganizationResolver {
	return &organizationResolver{r}
}

// Query resolves the fields of Query.
func (r *Resolver) Query() graph.QueryResolver {
	return &queryResolver{r}
}

// Site resolves the fields of Site.
func (r *Resolver) Site() graph.SiteResolver {
	return &siteResolver{r}
}

type (
	organizationResolver struct{ *Resolver }
	queryResolver        struct{ *Resolver }
	siteResolver         struct{ *Resolver }
)
