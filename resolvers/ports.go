package resolvers

import (
	"context"

	"github.com/ficusgraph/ficus/graph/model"
)

// Caller is who sent a request, as its verified token says.
type Caller struct {
	Subject      string   // claim sub: the id of a user of the legacy application
	Email        string   // claim email, or empty
	Organization string   // claim org: the id of an organization, or empty
	Scopes       []string // what the token allows
}

// Viewer is the caller of the request that the context belongs to, or false for an anonymous one.
type Viewer func(context.Context) (Caller, bool)

// Organizations is what resolvers ask the legacy application.
type Organizations interface {
	// UsageByOrganization answers in the order of the ids, which are distinct, with nil where there is no such
	// organization. It must honour the context: those who wait for a batch cannot leave early.
	UsageByOrganization(ctx context.Context, ids []string) ([]*model.Usage, error)
}
