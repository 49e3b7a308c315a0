package monolith

import (
	"context"
	"net/http"

	tokenexchange "github.com/ficusgraph/ficus/auth/exchange"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// exchanged are tokens that the callers' own are traded for, as auth.exchange says.
type exchanged struct {
	*tokenexchange.Exchanger
	way *subgraph.Outbound
}

func newExchanged(e tokenexchange.Config, cfg Config) (*exchanged, error) {
	open, err := newHosts(nil)
	if err != nil {
		return nil, err
	}
	// The issuer is no source: of what is said about all of them only the trusted authorities hold for it.
	all := subgraph.Connectors{TLS: subgraph.ConnectorTLS{All: subgraph.ClientTLS{CertificateAuthorities: cfg.Outbound.TLS.All.CertificateAuthorities}}}
	all.Limits.All.HTTPMaxResponseSize = 1 << 20
	way, err := subgraph.NewOutbound("", all, open.permit)
	if err != nil {
		return nil, err
	}
	return &exchanged{Exchanger: tokenexchange.New(e, way.Post), way: way}, nil
}

func (e *exchanged) close() { e.way.Close() }

func (e *exchanged) get(ctx context.Context, c Caller, _ *shaping.Passage) ([][2]string, error) {
	if c.Token == "" {
		return nil, nil
	}
	token, err := e.Token(ctx, c.Token)
	if err != nil {
		return nil, err
	}
	return [][2]string{{"Authorization", bearer + token}}, nil
}

// bearer is what stands before a token in the header Authorization.
const bearer = "Bearer "

func (e *exchanged) refused(c Caller, shown [][2]string, status int) bool {
	return e.Judge(c.Token, shown[0][1][len(bearer):], status == http.StatusUnauthorized)
}
