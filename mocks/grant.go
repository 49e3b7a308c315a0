package mocks

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// GrantConfig says whether requests may choose with a grant, where they may not choose without one.
type GrantConfig struct {
	// Secret signs grants, of at least 32 bytes; "" takes none.
	Secret string `yaml:"secret"`
	// MaxLifetime is how long a grant may be good for; 24h by default.
	MaxLifetime time.Duration `yaml:"max_lifetime"`
}

// leastSecret is how many bytes a secret has at least, as HS256 is to have (RFC 7518, section 3.2).
const leastSecret = 32

// Validate says what is wrong.
func (c GrantConfig) Validate() error {
	switch {
	case c.Secret != "" && len(c.Secret) < leastSecret:
		return fmt.Errorf("mocks.grants.secret: is %d bytes long; %d are needed", len(c.Secret), leastSecret)
	case c.MaxLifetime < 0:
		return errors.New("mocks.grants.max_lifetime: cannot be less than 0")
	}
	return nil
}

func (c GrantConfig) longest() time.Duration {
	if c.MaxLifetime == 0 {
		return 24 * time.Hour
	}
	return c.MaxLifetime
}

// Grant lets somebody choose what the mock source does for their requests, for a time.
type Grant struct {
	Subject string
	Expires time.Time
	// Scenarios and Coordinates that may be chosen; All of both.
	Scenarios, Coordinates []string
	All                    bool
}

// Codes of requests whose grant is not taken, in extensions.code.
const (
	CodeGrantMissing = "MOCK_GRANT_MISSING"
	CodeGrantInvalid = "MOCK_GRANT_INVALID"
	CodeGrantExpired = "MOCK_GRANT_EXPIRED"
	CodeGrantNarrow  = "MOCK_GRANT_TOO_NARROW"
)

// grantAudience keeps a grant apart from other tokens that are signed with the same secret.
const grantAudience = "ficus-mock"

type grantClaims struct {
	jwt.RegisteredClaims
	Scenarios   []string `json:"scenarios,omitempty"`
	Coordinates []string `json:"coordinates,omitempty"`
	All         bool     `json:"all,omitempty"`
}

// Sign is the grant as a token: a JWT that is signed by HS256.
func (c GrantConfig) Sign(g Grant, now time.Time) (string, error) {
	switch lifetime := g.Expires.Sub(now); {
	case c.Secret == "":
		return "", errors.New("sign a grant: mocks.grants.secret is not set")
	case g.Subject == "":
		return "", errors.New("sign a grant: it has no subject; say whose it is")
	case !g.All && len(g.Scenarios)+len(g.Coordinates) == 0:
		return "", errors.New("sign a grant: it grants nothing; name scenarios, coordinates or all")
	case lifetime <= 0 || lifetime > c.longest():
		return "", fmt.Errorf("sign a grant: it is to be good for up to %s, not %s; see mocks.grants.max_lifetime", c.longest(), lifetime)
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, grantClaims{
		jwt.RegisteredClaims{Subject: g.Subject, Audience: jwt.ClaimStrings{grantAudience}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(g.Expires)},
		g.Scenarios, g.Coordinates, g.All,
	}).SignedString([]byte(c.Secret))
}

// read is the grant of a token that was signed with the secret and is good now.
func (c GrantConfig) read(token string, now time.Time) (*Grant, *refusal) {
	var claims grantClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return []byte(c.Secret), nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithAudience(grantAudience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(func() time.Time { return now }))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, forbidden(CodeGrantExpired, "the grant has expired; ask for another one")
	case err != nil:
		return nil, forbidden(CodeGrantInvalid, "this is no grant of this gateway")
	case claims.Subject == "" || claims.IssuedAt == nil || claims.ExpiresAt.Sub(claims.IssuedAt.Time) > c.longest():
		return nil, forbidden(CodeGrantInvalid, fmt.Sprintf("the grant has no subject, or is good for longer than %s", c.longest()))
	}
	return &Grant{claims.Subject, claims.ExpiresAt.Time, claims.Scenarios, claims.Coordinates, claims.All}, nil
}

// allows says what of a choice is not granted.
func (g *Grant) allows(c *Choice) *refusal {
	if g.All || c == nil {
		return nil
	}
	if c.Scenario != "" && !slices.Contains(g.Scenarios, c.Scenario) {
		return forbidden(CodeGrantNarrow, fmt.Sprintf("the grant of %s is not for the scenario %s", g.Subject, c.Scenario))
	}
	for _, f := range c.fields {
		if !slices.Contains(g.Coordinates, f.String()) {
			return forbidden(CodeGrantNarrow, fmt.Sprintf("the grant of %s is not for %s", g.Subject, f.coordinates))
		}
	}
	return nil
}
