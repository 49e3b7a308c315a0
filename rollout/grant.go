package rollout

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Grant lets somebody choose the side of migrations for their own requests, for a time, and see which side answered.
type Grant struct {
	Subject string
	Expires time.Time
	// Migrations that may be chosen; All of them.
	Migrations []string
	All        bool
}

// leastSecret is how many bytes a secret has at least, as HS256 is to have (RFC 7518, section 3.2); longestGrant is how
// long a grant is good for at most.
const (
	leastSecret  = 32
	longestGrant = 7 * 24 * time.Hour
)

// grantAudience keeps a grant apart from other tokens that are signed with the same secret.
const grantAudience = "ficus-sides"

type grantClaims struct {
	jwt.RegisteredClaims
	Migrations []string `json:"migrations,omitempty"`
	All        bool     `json:"all,omitempty"`
}

// Sign is the grant as a token: a JWT that is signed by HS256.
func (c Config) Sign(g Grant, now time.Time) (string, error) {
	switch lifetime := g.Expires.Sub(now); {
	case c.Secret == "":
		return "", errors.New("sign a grant: rollout.secret is not set")
	case g.Subject == "":
		return "", errors.New("sign a grant: it has no subject; say whose it is")
	case !g.All && len(g.Migrations) == 0:
		return "", errors.New("sign a grant: it grants nothing; name migrations, or all")
	case lifetime <= 0 || lifetime > longestGrant:
		return "", fmt.Errorf("sign a grant: it is to be good for up to %s, not %s", longestGrant, lifetime)
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, grantClaims{
		jwt.RegisteredClaims{Subject: g.Subject, Audience: jwt.ClaimStrings{grantAudience}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(g.Expires)},
		g.Migrations, g.All,
	}).SignedString([]byte(c.Secret))
}

// granted is the grant of a token that was signed with the secret and is good now.
func (c Config) granted(token string, now time.Time) (*Grant, error) {
	if c.Secret == "" {
		return nil, errors.New("no grants are taken here: rollout.secret is not set")
	}
	var claims grantClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return []byte(c.Secret), nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithAudience(grantAudience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(func() time.Time { return now }))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, errors.New("the grant has expired; ask for another one")
	case err != nil || claims.Subject == "" || claims.IssuedAt == nil || claims.ExpiresAt.Sub(claims.IssuedAt.Time) > longestGrant:
		return nil, errors.New("this is no grant of this gateway")
	}
	return &Grant{claims.Subject, claims.ExpiresAt.Time, claims.Migrations, claims.All}, nil
}

func (g *Grant) allows(migration string) bool {
	return g.All || slices.Contains(g.Migrations, migration)
}
