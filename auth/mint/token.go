package mint

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Bearer is who a token is about, and what it is to say.
type Bearer struct {
	// Key tells bearers apart: equal keys have equal tokens.
	Key [sha256.Size]byte
	// Issuer and Subject name the bearer among all.
	Issuer, Subject string
	Scopes          []string
	// Claims of which some are chosen.
	Claims map[string]any
	// Until is when what the bearer showed ends; zero if it does not.
	Until time.Time
}

// Kind is what tokens for an owner are like.
type Kind struct {
	// Audience is the claim aud, by default the owner's name.
	Audience string `yaml:"audience"`
	// TTL is how long a token is good; 60s by default.
	TTL time.Duration `yaml:"ttl"`
	// Claims are those that are passed on beside sub, scope and tenant.
	Claims []string `yaml:"claims"`
}

// Validate is everything that is wrong, each beginning with its key.
func (k Kind) Validate(c Config) []error {
	var errs []error
	most := longestFromFiles
	if len(c.Keys.Files) == 0 {
		most = c.Rotation.withDefaults().Overlap
	}
	if k.TTL < 0 || k.TTL > most {
		errs = append(errs, fmt.Errorf("ttl: %s must be between 0 and %s, for which keys stay published", k.TTL, most))
	}
	for i, name := range k.Claims {
		if name == "" || slices.Contains(Own, name) {
			errs = append(errs, fmt.Errorf("claims[%d]: %q is made by the gateway and cannot be passed on; remove it", i, name))
		}
	}
	return errs
}

// Own are the claims that only the gateway makes.
var Own = []string{"aud", "exp", "iat", "iss", "jti", "nbf", "scope", "sub", "sub_id", "tenant"}

const (
	// usualTTL is that of a Kind that does not say.
	usualTTL = time.Minute
	// longestFromFiles is how long a token may be good where nobody knows how long keys stay published.
	longestFromFiles = time.Hour
	// least is how long a token is good at least: the bearer was let in just now.
	least = 10 * time.Second
)

// Token is a token of the kind for the bearer, minted or remembered.
func (m *Mint) Token(ctx context.Context, b *Bearer, k *Kind) (string, error) {
	return m.held.Get(ctx, k.key(b), func(context.Context) (string, time.Duration, error) { return m.mint(b, k) })
}

// key is what tokens are remembered by. Of what comes from outside, only the fixed length of the bearer's key is in it.
func (k *Kind) key(b *Bearer) string {
	return string(b.Key[:]) + k.Audience + "\x00" + k.TTL.String() + "\x00" + strings.Join(k.Claims, "\x00")
}

// mint makes a token, and says for how long it may be shown: not to its end, for it takes time to arrive, and clocks differ.
func (m *Mint) mint(b *Bearer, k *Kind) (string, time.Duration, error) {
	now := m.parts.Now()
	signs, err := m.keys.signer(now)
	if err != nil {
		return "", 0, err
	}
	ttl := k.TTL
	if ttl == 0 {
		ttl = usualTTL
	}
	if !b.Until.IsZero() {
		ttl = min(ttl, max(b.Until.Sub(now), least))
	}
	var id [16]byte
	if _, err := io.ReadFull(m.parts.Random, id[:]); err != nil {
		return "", 0, fmt.Errorf("mint: %w", err)
	}
	claims := b.claims(k)
	claims["iss"], claims["aud"] = m.issuer, k.Audience
	claims["iat"], claims["exp"] = now.Unix(), now.Add(ttl).Unix()
	claims["jti"] = base64.RawURLEncoding.EncodeToString(id[:])
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", 0, fmt.Errorf("mint: %w", err)
	}
	signed := signs.head + "." + base64.RawURLEncoding.EncodeToString(payload)
	signature := ed25519.Sign(signs.private, []byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), ttl - ttl/4, nil
}

// claims are what the bearer's own become. A subject is only one together with who named it, so that is said too (RFC
// 9493, 3.2.4): of two issuers each may have a u1.
func (b *Bearer) claims(k *Kind) map[string]any {
	out := make(map[string]any, len(k.Claims)+10)
	for _, name := range k.Claims {
		if v := b.Claims[name]; v != nil && !slices.Contains(Own, name) {
			out[name] = v
		}
	}
	if b.Subject != "" {
		out["sub"] = b.Subject
		if b.Issuer != "" {
			out["sub_id"] = map[string]string{"format": "iss_sub", "iss": b.Issuer, "sub": b.Subject}
		}
	}
	if v := b.Claims["tenant"]; v != nil {
		out["tenant"] = v
	}
	// A scope with a space in it would become two.
	scopes := slices.DeleteFunc(slices.Clone(b.Scopes), func(s string) bool { return s == "" || strings.ContainsAny(s, " \t\r\n") })
	if len(scopes) > 0 {
		out["scope"] = strings.Join(scopes, " ")
	}
	return out
}
