package service

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/ficusgraph/ficus/examples/tickets/graph/model"
)

//go:generate go tool gqlgen generate

// counter is where single tickets are fetched, listed and opened.
type counter interface {
	Tickets(ctx context.Context, ids []string) (map[string]*model.Ticket, error)
	Newest(ctx context.Context, first int, status *model.TicketStatus) ([]*model.Ticket, error)
	Open(ctx context.Context, t model.OpenTicketInput, at time.Time) (*model.Ticket, error)
	Ping(ctx context.Context) error
}

// Resolver is the root of the resolvers.
type Resolver struct {
	counter counter
	now     func() time.Time
}

const (
	maxFirst   = 100
	maxSubject = 200
)

func badInput(format string, args ...any) error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": "BAD_USER_INPUT"}}
}

func checkFirst(first int) error {
	if first < 0 || first > maxFirst {
		return badInput("first is %d: want 0 to %d", first, maxFirst)
	}
	return nil
}

// checkInput trims what people type. Whether site and author exist is the monolith's to know.
func checkInput(in model.OpenTicketInput) (model.OpenTicketInput, error) {
	in.Subject = strings.TrimSpace(in.Subject)
	if n := utf8.RuneCountInString(in.Subject); n < 1 || n > maxSubject {
		return in, badInput("subject has %d characters: want 1 to %d", n, maxSubject)
	}
	for name, id := range map[string]string{"siteId": in.SiteID, "authorId": in.AuthorID} {
		if id == "" || len(id) > 64 {
			return in, badInput("%s has %d characters: want 1 to 64", name, len(id))
		}
	}
	return in, nil
}
