package auth

import (
	"crypto/rsa"
	"encoding/base64"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// algorithm is a way to sign, and the keys that it goes with.
type algorithm struct {
	method jwt.SigningMethod
	kty    string
	// curve of an elliptic key; empty for other types.
	curve string
	// secret is the least length of a shared key in bytes (RFC 7518, 3.2).
	secret int
}

// algorithms are all that are supported. "none" is not one of them.
var algorithms = map[string]algorithm{
	"RS256": {method: jwt.SigningMethodRS256, kty: "RSA"},
	"RS384": {method: jwt.SigningMethodRS384, kty: "RSA"},
	"RS512": {method: jwt.SigningMethodRS512, kty: "RSA"},
	"PS256": {method: strictPSS(jwt.SigningMethodPS256), kty: "RSA"},
	"PS384": {method: strictPSS(jwt.SigningMethodPS384), kty: "RSA"},
	"PS512": {method: strictPSS(jwt.SigningMethodPS512), kty: "RSA"},
	"ES256": {method: jwt.SigningMethodES256, kty: "EC", curve: "P-256"},
	"ES384": {method: jwt.SigningMethodES384, kty: "EC", curve: "P-384"},
	"ES512": {method: jwt.SigningMethodES512, kty: "EC", curve: "P-521"},
	"EdDSA": {method: jwt.SigningMethodEdDSA, kty: "OKP", curve: "Ed25519"},
	"HS256": {method: jwt.SigningMethodHS256, kty: "oct", secret: 32},
	"HS384": {method: jwt.SigningMethodHS384, kty: "oct", secret: 48},
	"HS512": {method: jwt.SigningMethodHS512, kty: "oct", secret: 64},
}

// algorithmNames are the names of the algorithms in a fixed order.
func algorithmNames() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512"}
}

// strictPSS takes salts of the hash's length only, as RFC 7518, 3.5 asks; golang-jwt takes any.
func strictPSS(m *jwt.SigningMethodRSAPSS) *jwt.SigningMethodRSAPSS {
	return &jwt.SigningMethodRSAPSS{
		SigningMethodRSA: m.SigningMethodRSA,
		Options:          &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash},
	}
}

// maxToken is the longest token that is looked at, in bytes.
const maxToken = 16 << 10

// jws is a token taken apart; nothing of it can be trusted yet.
type jws struct {
	header
	algorithm algorithm
	// signed is what the signature is over.
	signed             string
	payload, signature []byte
}

// base64url is base64url without padding, and without bits that mean nothing: one text for one value.
var base64url = base64.RawURLEncoding.Strict()

// parseJWS takes a compact token apart (RFC 7515, 7.1).
func parseJWS(token string) (*jws, error) {
	if len(token) > maxToken {
		return nil, &Error{Reason: ReasonMalformed}
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, &Error{Reason: ReasonMalformed}
	}
	var decoded [3][]byte
	for i, p := range parts {
		// The decoder skips line ends, which RFC 7515 does not allow.
		b, err := base64url.DecodeString(p)
		if err != nil || strings.ContainsAny(p, "\r\n") {
			return nil, &Error{Reason: ReasonMalformed, Cause: err}
		}
		decoded[i] = b
	}
	header, err := readHeader(decoded[0])
	if err != nil {
		return nil, err
	}
	a, ok := algorithms[header.alg]
	if !ok {
		return nil, &Error{Reason: ReasonAlgorithm}
	}
	return &jws{
		header: header, algorithm: a,
		signed: token[:len(parts[0])+1+len(parts[1])], payload: decoded[1], signature: decoded[2],
	}, nil
}

// signedBy says whether the key made the signature.
func (t *jws) signedBy(k key) bool {
	return t.algorithm.method.Verify(t.signed, t.signature, k.public) == nil
}
