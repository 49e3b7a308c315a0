package monolith

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// TokenExchange trades the caller's token for one of the source's audience, at an issuer.
// https://www.rfc-editor.org/rfc/rfc8693
type TokenExchange struct {
	// URL of the issuer's token endpoint.
	URL string `yaml:"url"`
	// Audience, Resource and Scope say what the token is to be for.
	Audience string `yaml:"audience"`
	Resource string `yaml:"resource"`
	Scope    string `yaml:"scope"`
	// ClientID and ClientSecret are the gateway's own at the issuer.
	ClientID     string `yaml:"client_id"`
	ClientSecret string `yaml:"client_secret"`
	// SubjectTokenType is urn:ietf:params:oauth:token-type:access_token by default.
	SubjectTokenType string `yaml:"subject_token_type"`
}

func (e *TokenExchange) faults() []error {
	if e == nil {
		return nil
	}
	var errs []error
	if u, err := url.Parse(e.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		errs = append(errs, errors.New("auth.exchange.url: must be the URL of the issuer's token endpoint, with http:// or https:// and a host"))
	}
	if e.ClientSecret != "" && e.ClientID == "" {
		errs = append(errs, errors.New("auth.exchange.client_id: must be given with client_secret"))
	}
	return errs
}

// exchanger trades tokens.
type exchanger struct {
	TokenExchange
	way  *subgraph.Outbound
	held *tokens
}

const (
	exchangeTimeout = 10 * time.Second
	// early is how long before its end a token is used no more.
	early = 10 * time.Second
)

func newExchanger(e TokenExchange, cfg Config) (*exchanger, error) {
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
	if e.SubjectTokenType == "" {
		e.SubjectTokenType = "urn:ietf:params:oauth:token-type:access_token"
	}
	return &exchanger{TokenExchange: e, way: way, held: newTokens(exchangeTimeout)}, nil
}

func (e *exchanger) close() { e.way.Close() }

func (e *exchanger) key(c Caller) string {
	sum := sha256.Sum256([]byte(c.Token))
	return string(sum[:])
}

func (e *exchanger) get(ctx context.Context, c Caller, _ *shaping.Passage) ([][2]string, error) {
	if c.Token == "" {
		return nil, nil
	}
	return e.held.get(ctx, e.key(c), func(ctx context.Context) ([][2]string, time.Duration, error) { return e.trade(ctx, c.Token) })
}

func (e *exchanger) refused(c Caller, shown [][2]string, status int) bool {
	return e.held.judge(e.key(c), shown, status == http.StatusUnauthorized)
}

// trade asks the issuer. No error holds what it answered but the code of RFC 6749.
func (e *exchanger) trade(ctx context.Context, token string) ([][2]string, time.Duration, error) {
	form := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {token}, "subject_token_type": {e.SubjectTokenType},
	}
	for _, p := range [][2]string{{"audience", e.Audience}, {"resource", e.Resource}, {"scope", e.Scope}} {
		if p[1] != "" {
			form.Set(p[0], p[1])
		}
	}
	r := subgraph.Request{
		Method: http.MethodPost, URL: e.URL, Header: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}},
		Once: true, Deadline: time.Now().Add(exchangeTimeout),
	}
	switch {
	case e.ClientSecret != "":
		basic := fixedBasic(url.QueryEscape(e.ClientID), url.QueryEscape(e.ClientSecret)) // RFC 6749, 2.3.1
		r.Header = append(r.Header, basic)
	case e.ClientID != "":
		form.Set("client_id", e.ClientID)
	}
	r.Body = []byte(form.Encode())
	a, err := e.way.Send(ctx, r)
	if err != nil {
		return nil, 0, fmt.Errorf("token exchange: %w", err)
	}
	return traded(a)
}

func traded(a *subgraph.Answer) ([][2]string, time.Duration, error) {
	var got struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"`
		Error       string `json:"error"`
	}
	err := json.Unmarshal(a.Body, &got)
	switch {
	case a.Status != http.StatusOK:
		return nil, 0, fmt.Errorf("token exchange: %w with HTTP %d (%.40q)", errLogin, a.Status, got.Error)
	case err != nil, got.AccessToken == "", !validHeader(got.AccessToken):
		return nil, 0, fmt.Errorf("token exchange: %w: the answer has no access_token", errLogin)
	case !strings.EqualFold(got.TokenType, "bearer"):
		return nil, 0, fmt.Errorf("token exchange: %w: the token is of the type %.40q, not Bearer", errLogin, got.TokenType)
	}
	const unsaid, most = 5 * time.Minute, 24 * time.Hour
	ttl := unsaid
	if got.ExpiresIn > 0 {
		ttl = max(time.Duration(min(got.ExpiresIn, int64(most/time.Second)))*time.Second-early, 0)
	}
	return [][2]string{{"Authorization", "Bearer " + got.AccessToken}}, ttl, nil
}
