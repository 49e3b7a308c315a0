package service

import (
	"context"

	"github.com/ficusgraph/ficus/examples/tickets/graph"
	"github.com/ficusgraph/ficus/examples/tickets/graph/model"
)

// OpenTicket is the resolver for the openTicket field.
func (r *mutationResolver) OpenTicket(ctx context.Context, input model.OpenTicketInput) (*model.Ticket, error) {
	input, err := checkInput(input)
	if err != nil {
		return nil, err
	}
	return r.counter.Open(ctx, input, r.now())
}

// Ticket is null where there is no such ticket.
func (r *queryResolver) Ticket(ctx context.Context, id string) (*model.Ticket, error) {
	found, err := r.counter.Tickets(ctx, []string{id})
	return found[id], err
}

// Tickets is the resolver for the tickets field.
func (r *queryResolver) Tickets(ctx context.Context, first int, status *model.TicketStatus) ([]*model.Ticket, error) {
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	return r.counter.Newest(ctx, first, status)
}

// Tickets of all sites of a request are loaded at once.
func (r *siteResolver) Tickets(ctx context.Context, obj *model.Site, first int, status *model.TicketStatus) ([]*model.Ticket, error) {
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	return loadersOf(ctx).sites.Load(ctx, listOf(obj.ID, first, status))()
}

// OpenTicketCount of all sites of a request is counted at once.
func (r *siteResolver) OpenTicketCount(ctx context.Context, obj *model.Site) (*int, error) {
	return loadersOf(ctx).open.Load(ctx, obj.ID)()
}

// Tickets of all people of a request are loaded at once.
func (r *userResolver) Tickets(ctx context.Context, obj *model.User, first int) ([]*model.Ticket, error) {
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	return loadersOf(ctx).users.Load(ctx, listOf(obj.ID, first, nil))()
}

// Mutation resolves the fields of Mutation.
func (r *Resolver) Mutation() graph.MutationResolver {
	return &mutationResolver{r}
}

// Query resolves the fields of Query.
func (r *Resolver) Query() graph.QueryResolver {
	return &queryResolver{r}
}

// Site resolves the fields of Site.
func (r *Resolver) Site() graph.SiteResolver {
	return &siteResolver{r}
}

// Ticket resolves the fields of Ticket.
func (r *Resolver) Ticket() graph.TicketResolver {
	return &ticketResolver{r}
}

// User resolves the fields of User.
func (r *Resolver) User() graph.UserResolver {
	return &userResolver{r}
}

type (
	mutationResolver struct{ *Resolver }
	queryResolver    struct{ *Resolver }
	siteResolver     struct{ *Resolver }
	ticketResolver   struct{ *Resolver }
	userResolver     struct{ *Resolver }
)
