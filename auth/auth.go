// Package auth knows tokens and API keys, so that nothing behind it has to. It turns that of a request into an
// Identity: who asks, with which scopes and claims.
//
//	header -> token          one header, one prefix                      (middleware.go)
//	token  -> jws            three parts, strictly decoded               (jws.go)
//	jws    -> key            of a key set, fit for the algorithm         (jwk.go, keyset.go, remote.go)
//	key    -> claims         the signature is checked before they are read
//	claims -> Identity       exp, nbf, iss, aud, then cached by digest   (verifier.go, cache.go)
//
//	API key -> Identity      what is kept of it, in the words of claims    (apikey.go, apikeys/)
//	certificate -> Identity  whom it names, once TLS has verified it     (certificate.go)
//
// and what services are shown of it: its token, one that is minted or exchanged for it, or claims as headers (onward.go).
//
// Invariants: a key verifies only with the algorithms of its own type, and only those allowed, so that no token
// chooses how it is verified; "none" is not an algorithm; what a token says of where its key is found (jku, jwk,
// x5u) is not looked at; a token is never logged nor answered with. A key set that cannot be loaded again keeps
// its last good keys.
//
// golang-jwt does the cryptography and the checks of time. Around it this package is stricter where golang-jwt
// accepts what RFC 7515 and 7518 forbid: keys that are not for verifying, loose base64, PSS salts of any length.
package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Identity is who makes a request. It is immutable, shared by the requests that carry the same token; a nil
// Identity is nobody.
type Identity struct {
	// Subject and Issuer are the claims sub and iss.
	Subject, Issuer string
	// Scopes are those of the claims scope (RFC 8693) or scp.
	Scopes []string
	// Claims are all claims. Numbers are json.Number, so that none is rounded.
	Claims map[string]any

	token string
	// sum is the token's hash; zero where there is none.
	sum digest
}

// Token is the token as it came, for header rules that pass it on.
func (i *Identity) Token() string {
	if i == nil {
		return ""
	}
	return i.token
}

// Has says whether the identity has the scope.
func (i *Identity) Has(scope string) bool { return i != nil && slices.Contains(i.Scopes, scope) }

// Claim is a claim as text, as header rules need it: strings as they are, lists of strings with commas between,
// anything else as JSON. It is false where there is no such claim.
func (i *Identity) Claim(name string) (string, bool) {
	if i == nil {
		return "", false
	}
	switch v := i.Claims[name].(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case []any:
		if list, ok := texts(v); ok {
			return strings.Join(list, ","), true
		}
	}
	text, err := json.Marshal(i.Claims[name])
	return string(text), err == nil
}

// String names the identity in logs. It holds nothing that could be used to pose as it.
func (i *Identity) String() string {
	if i == nil {
		return "nobody"
	}
	return i.Subject + " of " + i.Issuer
}

// Digest tells identities apart that are not equal; nobody has the zero digest.
func (i *Identity) Digest() [sha256.Size]byte {
	if i == nil {
		return digest{}
	}
	if i.sum != (digest{}) {
		return i.sum
	}
	text, err := json.Marshal([]any{i.Subject, i.Issuer, i.Scopes, i.Claims})
	if err != nil { // then it is like no other, and nothing is remembered of it
		return sha256.Sum256(fmt.Appendf(nil, "%p", i))
	}
	return sha256.Sum256(text)
}

// newIdentity reads the claims of a token that has been verified.
func newIdentity(token string, sum digest, claims map[string]any) *Identity {
	i := &Identity{Claims: claims, token: token, sum: sum}
	i.Subject, _ = claims["sub"].(string)
	i.Issuer, _ = claims["iss"].(string)
	for _, name := range []string{"scope", "scp"} {
		switch v := claims[name].(type) {
		case string:
			i.Scopes = append(i.Scopes, strings.Fields(v)...)
		case []any:
			list, _ := texts(v)
			i.Scopes = append(i.Scopes, list...)
		}
	}
	return i
}

// texts is a list of strings; ok is false where it holds anything else.
func texts(list []any) (out []string, ok bool) {
	ok = true
	for _, v := range list {
		s, is := v.(string)
		if !is {
			ok = false
			continue
		}
		out = append(out, s)
	}
	return out, ok
}

type identityKey struct{}

// NewContext carries the identity.
func NewContext(ctx context.Context, i *Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, i)
}

// FromContext is the identity that the context carries, nil for nobody.
func FromContext(ctx context.Context) *Identity {
	i, _ := ctx.Value(identityKey{}).(*Identity)
	return i
}
