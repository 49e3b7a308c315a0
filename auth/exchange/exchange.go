// Package exchange trades the token of who asks for one that an owner of data takes, at an issuer.
// https://www.rfc-editor.org/rfc/rfc8693
//
// Invariants: a token is traded once for all who wait, and shown until it is about to end; no error holds a token, nor
// what the issuer answered but for its code; where there is no token to trade with, nothing is shown.
package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/auth/held"
)

// Config says where tokens are traded, and for what.
type Config struct {
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

// Validate is everything that is wrong, each beginning with its key.
func (c Config) Validate() []error {
	var errs []error
	if u, err := url.Parse(c.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		errs = append(errs, errors.New("url: must be the URL of the issuer's token endpoint, with http:// or https:// and a host"))
	}
	if c.ClientSecret != "" && c.ClientID == "" {
		errs = append(errs, errors.New("client_id: must be given with client_secret"))
	}
	return errs
}

// Post sends a form to the issuer and reads its answer, bounded, by the deadline of the context; a redirect is an answer.
type Post func(ctx context.Context, url string, header [][2]string, body []byte) (status int, answer []byte, err error)

// ErrRefused is an issuer that gave no token.
var ErrRefused = errors.New("the issuer gave no token")

// Exchanger trades tokens. It is safe for use by many goroutines.
type Exchanger struct {
	cfg  Config
	post Post
	held *held.Cache[string]
}

const (
	// timeout is how long the issuer may take.
	timeout = 10 * time.Second
	// early is how long before its end a token is used no more.
	early = 10 * time.Second
	// unsaid is how long a token is used whose end the issuer does not say, most how long any is.
	unsaid, most = 5 * time.Minute, 24 * time.Hour
)

// New is an exchanger for the configuration, which must be valid.
func New(cfg Config, post Post) *Exchanger {
	if cfg.SubjectTokenType == "" {
		cfg.SubjectTokenType = "urn:ietf:params:oauth:token-type:access_token"
	}
	return &Exchanger{cfg: cfg, post: post, held: held.New[string](held.Config{Patience: timeout})}
}

// Token is the token that the given one is traded for.
func (e *Exchanger) Token(ctx context.Context, subject string) (string, error) {
	return e.held.Get(ctx, key(subject), func(ctx context.Context) (string, time.Duration, error) { return e.trade(ctx, subject) })
}

// Judge is told whether the owner refused what was shown for the given token, and says whether there may be a better one.
func (e *Exchanger) Judge(subject, shown string, refused bool) bool {
	return e.held.Judge(key(subject), func(token string) bool { return token == shown }, refused)
}

// key is what traded tokens are kept by, so that none is kept whole that somebody brought.
func key(subject string) string {
	sum := sha256.Sum256([]byte(subject))
	return string(sum[:])
}

func (e *Exchanger) trade(ctx context.Context, subject string) (string, time.Duration, error) {
	form := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {subject}, "subject_token_type": {e.cfg.SubjectTokenType},
	}
	for _, p := range [][2]string{{"audience", e.cfg.Audience}, {"resource", e.cfg.Resource}, {"scope", e.cfg.Scope}} {
		if p[1] != "" {
			form.Set(p[0], p[1])
		}
	}
	header := [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}
	switch {
	case e.cfg.ClientSecret != "":
		own := url.QueryEscape(e.cfg.ClientID) + ":" + url.QueryEscape(e.cfg.ClientSecret) // RFC 6749, 2.3.1
		header = append(header, [2]string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(own))})
	case e.cfg.ClientID != "":
		form.Set("client_id", e.cfg.ClientID)
	}
	status, answer, err := e.post(ctx, e.cfg.URL, header, []byte(form.Encode()))
	if err != nil {
		return "", 0, fmt.Errorf("token exchange: %w", err)
	}
	return traded(status, answer)
}

// traded reads the issuer's answer: the token, and for how long it may be shown.
func traded(status int, answer []byte) (string, time.Duration, error) {
	var got struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"`
		Error       string `json:"error"`
	}
	err := json.Unmarshal(answer, &got)
	switch {
	case status != http.StatusOK:
		return "", 0, fmt.Errorf("token exchange: %w, with HTTP %d (%.40q)", ErrRefused, status, got.Error)
	case err != nil, !isToken(got.AccessToken):
		return "", 0, fmt.Errorf("token exchange: %w: the answer has no access_token", ErrRefused)
	case !strings.EqualFold(got.TokenType, "bearer"):
		return "", 0, fmt.Errorf("token exchange: %w: what it gave is of the type %.40q, not Bearer", ErrRefused, got.TokenType)
	}
	ttl := unsaid
	if got.ExpiresIn > 0 {
		ttl = max(time.Duration(min(got.ExpiresIn, int64(most/time.Second)))*time.Second-early, 0)
	}
	return got.AccessToken, ttl, nil
}

// isToken says whether a header can hold the text behind Bearer.
func isToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f })
}
