package service

import (
	"context"

	"github.com/ficusgraph/ficus/examples/tickets/graph"
	"github.com/ficusgraph/ficus/examples/tickets/graph/model"
)

// FindManySiteByIDs answers stubs: which websites there are is the monolith's to know.
func (r *entityResolver) FindManySiteByIDs(ctx context.Context, reps []*model.SiteByIDsInput) ([]*model.Site, error) {
	found := make([]*model.Site, len(reps))
	for i, rep := range reps {
		found[i] = &model.Site{ID: rep.ID}
	}
	return found, nil
}

// FindManyTicketByIDs has nil where there is no such ticket.
func (r *entityResolver) FindManyTicketByIDs(ctx context.Context, reps []*model.TicketByIDsInput) ([]*model.Ticket, error) {
	ids := make([]string, len(reps))
	for i, rep := range reps {
		ids[i] = rep.ID
	}
	byID, err := r.counter.Tickets(ctx, ids)
	if err != nil {
		return nil, err
	}
	found := make([]*model.Ticket, len(reps))
	for i, id := range ids {
		found[i] = byID[id]
	}
	return found, nil
}

// FindManyUserByIDs answers stubs: which people there are is the monolith's to know.
func (r *entityResolver) FindManyUserByIDs(ctx context.Context, reps []*model.UserByIDsInput) ([]*model.User, error) {
	found := make([]*model.User, len(reps))
	for i, rep := range reps {
		found[i] = &model.User{ID: rep.ID}
	}
	return found, nil
}

// Entity resolves the fields of Entity.
func (r *Resolver) Entity() graph.EntityResolver {
	return &entityResolver{r}
}

type entityResolver struct{ *Resolver }
