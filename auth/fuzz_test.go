package auth_test

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/auth"
)

// FuzzToken: no text but a token that the key signed gets in, and none does harm.
func FuzzToken(f *testing.F) {
	// Keys that do not change: what one run has found means something to the next.
	private := ed25519.NewKeyFromSeed([]byte("a seed of thirty-two bytes, fixed"[:32]))
	v := verifier(f, auth.JWT{JWKS: []auth.KeySet{{Key: public(f, private)}, {Secret: secret}}}, auth.Parts{})
	signed := map[string]bool{}
	for _, edit := range []map[string]any{nil, {"exp": 1}, {"aud": []string{"a"}}, {"sub": nil}, {"nbf": now.Add(time.Hour).Unix()}} {
		for _, token := range []string{
			sign(f, jwt.SigningMethodEdDSA, private, nil, good(edit)),
			sign(f, jwt.SigningMethodHS256, []byte(secret), kid("k"), good(edit)),
		} {
			signed[token] = true
			f.Add(token)
		}
	}
	f.Add(b64(`{"alg":"none"}`) + "." + b64(`{}`) + ".")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		i, err := v.Verify(t.Context(), token)
		if err == nil && !signed[token] {
			t.Errorf("%q got in as %v", token, i)
		}
		if err != nil {
			_ = reason(t, err)
		}
	})
}

// FuzzClaims: a payload that is signed, whatever it is, gives an identity or a reason; one that gives an identity
// has members that are there once, and says for how long it is good.
func FuzzClaims(f *testing.F) {
	for _, text := range []string{
		bodyWith(""), bodyWith(`"a":[{"b":null}],`), bodyWith(`"sub":1,`), bodyWith(`"\ud83c\udf33":"\udc00",`), `{"exp":4e9}`, `{"exp":1e999}`, `[]`, `{"exp":-0.5,"exp":1}`,
	} {
		f.Add(text)
	}
	v := verifier(f, one(auth.KeySet{Secret: secret}), auth.Parts{})
	f.Fuzz(func(t *testing.T, payload string) {
		text := b64(`{"alg":"HS256"}`) + "." + b64(payload)
		sig, err := jwt.SigningMethodHS256.Sign(text, []byte(secret))
		if err != nil {
			t.Fatal(err)
		}
		i, err := v.Verify(t.Context(), text+"."+b64(string(sig)))
		if err != nil {
			_ = reason(t, err)
			return
		}
		if i.Claims["exp"] == nil {
			t.Errorf("%q got in for ever", payload)
		}
		// What is read must be what encoding/json reads, as no member is there twice.
		var want map[string]any
		d := json.NewDecoder(strings.NewReader(payload))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatalf("%q got in: %v", payload, err)
		}
		if diff := cmp.Diff(want, i.Claims); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzKeys: a text of keys is taken or refused, and what is taken can be asked about any token.
func FuzzKeys(f *testing.F) {
	k := keys()
	for _, text := range []string{
		rsaJWK(k.rsa, "k", nil), `{"keys":[` + rsaJWK(k.rsa, "k", nil) + `,{"kty":"oct","k":"` + b64(secret) + `"}]}`, public(f, k.ec), public(f, k.ed),
		`{"kty":"EC","crv":"P-256","x":"` + b64(secret[:32]) + `","y":"` + b64(secret[:32]) + `"}`, `{"keys":null}`, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":""}]}`,
	} {
		f.Add(text)
	}
	tokens := []string{
		sign(f, jwt.SigningMethodRS256, k.rsa, kid("k"), good(nil)), sign(f, jwt.SigningMethodES256, k.ec, nil, good(nil)), sign(f, jwt.SigningMethodEdDSA, k.ed, nil, good(nil)),
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := auth.New(auth.Config{Router: auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{{Key: text}}}}}, auth.Parts{Now: func() time.Time { return now }})
		if err != nil {
			return
		}
		defer v.Close()
		for _, token := range tokens {
			_, _ = v.Verify(t.Context(), token)
		}
	})
}
