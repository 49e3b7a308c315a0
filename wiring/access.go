package wiring

import (
	"context"
	"log/slog"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/operation"
)

// accessOf is what the caller may do, by the verified token.
func accessOf(ctx context.Context, policies *auth.Policies, about authorization.Asked) authorization.Access {
	who := auth.FromContext(ctx)
	a := authorization.Access{Authenticated: who != nil, Policies: func(list []authorization.Question) []bool {
		questions := make([]auth.Question, len(list))
		for i, q := range list {
			questions[i] = auth.Question(q)
		}
		return policies.Ask(ctx, who, auth.Asked{Kind: about.Kind, Name: about.Name}, questions)
	}}
	if who != nil {
		a.Scopes = who.Scopes
	}
	return a
}

// Verifier is who verifies tokens, nil where nobody does; it has the engine refuse operations that need a token.
func Verifier(cfg *config.Config, logger *slog.Logger, into *engine.Config) (*auth.Verifier, error) {
	if cfg.Authentication.Router.JWT == nil {
		return nil, nil //nolint:nilnil // nobody is asked who they are
	}
	v, err := auth.New(cfg.Authentication, auth.Parts{Logger: logger})
	if err == nil && v.PerOperation() {
		into.Admit = func(ctx context.Context, p *operation.Prepared) error {
			asked := auth.Asked{Kind: string(p.Kind()), Name: p.Name()}
			for _, f := range p.Root() {
				asked.Fields = append(asked.Fields, p.RootType()+"."+f)
			}
			if auth.FromContext(ctx) != nil || !v.Needs(asked) {
				return nil
			}
			return &operation.Error{Code: auth.CodeUnauthenticated, Message: v.Demand()}
		}
	}
	return v, err
}
