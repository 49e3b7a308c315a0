package auth_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/auth"
)

// b64 is base64url without padding.
func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// TestAttacks: what must not get in, and why it does not. The verifier has an RSA key, an EC key and an
// expectation of issuer and audience.
func TestAttacks(t *testing.T) {
	k := keys()
	expect := auth.KeySet{Issuers: []string{"https://id.test"}, Audiences: []string{"graph", "other"}}
	byRSA, byEC := expect, expect
	byRSA.Key, byEC.Key = rsaJWK(k.rsa, "k1", nil), public(t, k.ec)
	v := verifier(t, auth.JWT{JWKS: []auth.KeySet{byRSA, byEC}}, auth.Parts{})

	kid := map[string]any{"kid": "k1"}
	rs := func(header, edit map[string]any) string {
		h := maps.Clone(kid)
		maps.Copy(h, header)
		return sign(t, jwt.SigningMethodRS256, k.rsa, h, good(edit))
	}
	fine := rs(nil, nil)
	parts := strings.Split(fine, ".")
	raw := func(header, payload string) string {
		text := b64(header) + "." + b64(payload)
		sig, err := jwt.SigningMethodRS256.Sign(text, k.rsa)
		if err != nil {
			t.Fatal(err)
		}
		return text + "." + base64.RawURLEncoding.EncodeToString(sig)
	}
	claims, _ := json.Marshal(good(nil))
	body := string(claims)
	for name, c := range map[string]struct {
		token string
		want  auth.Reason
	}{
		"good":                       {fine, ""},
		"good by the second set":     {sign(t, jwt.SigningMethodES256, k.ec, nil, good(nil)), ""},
		"one of its audiences":       {rs(nil, map[string]any{"aud": []string{"x", "other"}}), ""},
		"expired within the leeway":  {rs(nil, map[string]any{"exp": now.Add(-20 * time.Second).Unix()}), ""},
		"expires in a fraction":      {rs(nil, map[string]any{"exp": float64(now.Unix()) + 0.5}), ""},
		"alg none":                   {b64(`{"alg":"none"}`) + "." + parts[1] + ".", auth.ReasonAlgorithm},
		"alg nOnE with a signature":  {b64(`{"alg":"nOnE"}`) + "." + parts[1] + "." + parts[2], auth.ReasonAlgorithm},
		"no alg":                     {raw(`{"kid":"k1"}`, body), auth.ReasonAlgorithm},
		"alg in small letters":       {raw(`{"alg":"rs256","kid":"k1"}`, body), auth.ReasonAlgorithm},
		"alg is a list":              {raw(`{"alg":["RS256"],"kid":"k1"}`, body), auth.ReasonMalformed},
		"the public key as a secret": {sign(t, jwt.SigningMethodHS256, []byte(public(t, k.rsa)), kid, good(nil)), auth.ReasonKey},
		"the public EC key likewise": {sign(t, jwt.SigningMethodHS256, []byte(public(t, k.ec)), nil, good(nil)), auth.ReasonKey},
		"RSA with the EC key's name": {sign(t, jwt.SigningMethodRS256, k.other, nil, good(nil)), auth.ReasonSignature},
		"another curve":              {es384(t, good(nil)), auth.ReasonKey},
		"another key, same kid":      {sign(t, jwt.SigningMethodRS256, k.other, kid, good(nil)), auth.ReasonSignature},
		"embedded key":               {sign(t, jwt.SigningMethodRS256, k.other, map[string]any{"kid": "k1", "jwk": json.RawMessage(rsaJWK(k.other, "k1", nil)), "jku": "https://evil.test"}, good(nil)), auth.ReasonSignature},
		"unknown kid":                {sign(t, jwt.SigningMethodRS256, k.rsa, map[string]any{"kid": "../../k1"}, good(nil)), auth.ReasonKey},
		"critical extension":         {rs(map[string]any{"crit": []string{"b64"}, "b64": false}, nil), auth.ReasonMalformed},
		"empty critical extension":   {rs(map[string]any{"crit": []string{}}, nil), auth.ReasonMalformed},
		"signature stripped":         {parts[0] + "." + parts[1] + ".", auth.ReasonSignature},
		"payload changed":            {parts[0] + "." + b64(strings.Replace(body, "u1", "u2", 1)) + "." + parts[2], auth.ReasonSignature},
		"two parts":                  {parts[0] + "." + parts[1], auth.ReasonMalformed},
		"four parts":                 {fine + ".", auth.ReasonMalformed},
		"empty":                      {"", auth.ReasonMalformed},
		"dots":                       {"..", auth.ReasonMalformed},
		"padding":                    {parts[0] + "." + parts[1] + "." + parts[2] + "==", auth.ReasonMalformed},
		"a newline":                  {parts[0] + ".\n" + parts[1] + "." + parts[2], auth.ReasonMalformed},
		"standard base64":            {parts[0] + "." + parts[1] + "." + parts[2][:8] + "+/" + parts[2][10:], auth.ReasonMalformed},
		"too long":                   {parts[0] + "." + strings.Repeat("A", 20_000) + "." + parts[2], auth.ReasonMalformed},
		"JSON serialization":         {`{"payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`, auth.ReasonMalformed},
		"DER instead of r and s":     {derSignature(t, k.ec, body), auth.ReasonSignature},
		"expired":                    {rs(nil, map[string]any{"exp": now.Add(-time.Hour).Unix()}), auth.ReasonExpired},
		"not yet valid":              {rs(nil, map[string]any{"nbf": now.Add(time.Hour).Unix()}), auth.ReasonEarly},
		"never expires":              {rs(nil, map[string]any{"exp": nil}), auth.ReasonNoExpiry},
		"expires at a text":          {rs(nil, map[string]any{"exp": "tomorrow"}), auth.ReasonPayload},
		"expires beyond numbers":     {raw(`{"alg":"RS256","kid":"k1"}`, strings.Replace(body, `"exp":`, `"exp":1e999,"x":`, 1)), auth.ReasonPayload},
		"another issuer":             {rs(nil, map[string]any{"iss": "https://id.test.evil"}), auth.ReasonIssuer},
		"no issuer":                  {rs(nil, map[string]any{"iss": nil}), auth.ReasonIssuer},
		"issuer is a list":           {rs(nil, map[string]any{"iss": []string{"https://id.test"}}), auth.ReasonPayload},
		"another audience":           {rs(nil, map[string]any{"aud": "billing"}), auth.ReasonAudience},
		"no audience":                {rs(nil, map[string]any{"aud": nil}), auth.ReasonAudience},
		"payload is a list":          {raw(`{"alg":"RS256","kid":"k1"}`, "["+body+"]"), auth.ReasonPayload},
		"payload is null":            {raw(`{"alg":"RS256","kid":"k1"}`, "null"), auth.ReasonPayload},
		"two payloads":               {raw(`{"alg":"RS256","kid":"k1"}`, body+body), auth.ReasonPayload},
	} {
		t.Run(name, func(t *testing.T) {
			// Twice: what the first try leaves in the cache must not let the second one in.
			for range 2 {
				i, err := v.Verify(t.Context(), c.token)
				if got := reason(t, err); got != c.want {
					t.Errorf("%q, want %q (%v)", got, c.want, err)
				}
				if (i != nil) != (c.want == "") {
					t.Errorf("identity %v", i)
				}
				if err != nil && len(c.token) > 20 && strings.Contains(err.Error(), c.token[:20]) {
					t.Errorf("the error holds the token: %v", err)
				}
			}
		})
	}
}

// es384 is a token by a curve that the verifier has no key of.
func es384(t *testing.T, claims map[string]any) string {
	t.Helper()
	text := b64(`{"alg":"ES384"}`)
	body, _ := json.Marshal(claims)
	return text + "." + b64(string(body)) + "." + b64(strings.Repeat("s", 96))
}

// derSignature is a token whose ES256 signature has ASN.1's form.
func derSignature(t *testing.T, key *ecdsa.PrivateKey, body string) string {
	t.Helper()
	text := b64(`{"alg":"ES256"}`) + "." + b64(body)
	sum := sha256.Sum256([]byte(text))
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// TestAllowedAlgorithms: a set with a list takes no other algorithm that its key could verify.
func TestAllowedAlgorithms(t *testing.T) {
	k := keys()
	v := verifier(t, one(auth.KeySet{Key: public(t, k.rsa), Algorithms: []string{"PS256"}}), auth.Parts{})
	if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodPS256, k.rsa, nil, good(nil))); err != nil {
		t.Errorf("PS256: %v", err)
	}
	_, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, k.rsa, nil, good(nil)))
	if reason(t, err) != auth.ReasonAlgorithm {
		t.Errorf("RS256: %v, want that it is not allowed", err)
	}
}

// TestExpiryInTheCache: a token that was good is refused once it has expired.
func TestExpiryInTheCache(t *testing.T) {
	at := now
	v := verifier(t, one(auth.KeySet{Secret: secret}), auth.Parts{Now: func() time.Time { return at }})
	token := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	first, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := v.Verify(t.Context(), token); err != nil || again != first {
		t.Errorf("verified again: %p %v, want the cached %p", again, err, first)
	}
	at = now.Add(time.Hour + 31*time.Second)
	if _, err := v.Verify(t.Context(), token); reason(t, err) != auth.ReasonExpired {
		t.Errorf("error %v, want that the token has expired", err)
	}
}

// TestCacheIsBounded: many tokens go through a small cache, and the one in use stays in it.
func TestCacheIsBounded(t *testing.T) {
	cfg := one(auth.KeySet{Secret: secret})
	cfg.CacheSize = 8
	v := verifier(t, cfg, auth.Parts{})
	used := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	first, err := v.Verify(t.Context(), used)
	if err != nil {
		t.Fatal(err)
	}
	var seen []*auth.Identity
	for n := range 100 {
		token := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"n": n}))
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		i, err := v.Verify(t.Context(), used)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, i)
	}
	if slices.ContainsFunc(seen, func(i *auth.Identity) bool { return i != first }) {
		t.Error("the token in use was forgotten")
	}
}
