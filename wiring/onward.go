package wiring

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/auth/exchange"
	"github.com/ficusgraph/ficus/auth/mint"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/transport"
)

// Onward is what services and connectors are shown of who asks, nil if that is nothing; the configuration of their
// requests refers to it from then on.
func Onward(cfg *config.Config, logger *slog.Logger) (*auth.Onward, error) {
	issuers, err := issuers(cfg)
	if err != nil {
		return nil, err
	}
	out, err := auth.NewOnward(cfg.Authentication, auth.OnwardParts{Post: issuers, Headers: cfg.Connectors.IdentityHeaders(), Logger: logger})
	if err != nil || out == nil {
		return nil, err
	}
	cfg.Traffic.Shown = func(name string) subgraph.Shown {
		if to := out.To(name); to != nil {
			return to
		}
		return nil // and not a nil that is one of its kind
	}
	return out, nil
}

// issuers is the way to those who trade tokens. They are no services: of what is said about all of those, only the
// trusted authorities hold for them.
func issuers(cfg *config.Config) (exchange.Post, error) {
	var c subgraph.Connectors
	c.TLS.All.CertificateAuthorities = cfg.Traffic.TLS.Subgraph.All.CertificateAuthorities
	c.Limits.All.HTTPMaxResponseSize = 1 << 20
	way, err := subgraph.NewOutbound("", c, nil)
	if err != nil {
		return nil, err
	}
	return way.Post, nil
}

// Publish serves the keys of minted tokens, where there are any.
func Publish(who *auth.Onward, parts *transport.Parts) {
	if keys := who.KeySet(); keys != nil {
		parts.Beside[mint.KeySetPath] = keys
	}
}

// Inbound lets header rules see the client's headers and claims; not those by which owners are told who asks.
func Inbound(who *auth.Onward) func(context.Context, *http.Request) context.Context {
	return func(ctx context.Context, r *http.Request) context.Context {
		return subgraph.NewContext(ctx, subgraph.Inbound{Header: who.Received(r.Header), Claim: auth.FromContext(ctx).Claim})
	}
}
