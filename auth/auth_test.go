package auth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/internal/took"
)

// now is the time in these tests.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// keys are made once: RSA keys take their time.
var keys = sync.OnceValue(func() (k struct {
	rsa, other *rsa.PrivateKey
	ec         *ecdsa.PrivateKey
	ed         ed25519.PrivateKey
},
) {
	var errs [4]error
	k.rsa, errs[0] = rsa.GenerateKey(rand.Reader, 2048)
	k.other, errs[1] = rsa.GenerateKey(rand.Reader, 2048)
	k.ec, errs[2] = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, k.ed, errs[3] = ed25519.GenerateKey(rand.Reader)
	if err := errors.Join(errs[:]...); err != nil {
		panic(err)
	}
	return k
})

const secret = "a shared secret of 32 bytes, or more"

// sign makes a token.
func sign(t testing.TB, method jwt.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, jwt.MapClaims(claims))
	for k, v := range header {
		token.Header[k] = v
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// good are claims that pass, changed by the edits.
func good(edit map[string]any) map[string]any {
	claims := map[string]any{
		"sub": "u1", "iss": "https://id.test", "aud": "graph", "exp": now.Add(time.Hour).Unix(), "scope": "read write",
	}
	for k, v := range edit {
		if claims[k] = v; v == nil {
			delete(claims, k)
		}
	}
	return claims
}

// public is the key in PEM.
func public(t testing.TB, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// verifier is one for the key sets.
func verifier(t testing.TB, jwt auth.JWT, parts auth.Parts) *auth.Verifier {
	t.Helper()
	if parts.Now == nil {
		parts.Now = func() time.Time { return now }
	}
	parts.Logger = slog.New(slog.DiscardHandler)
	v, err := auth.New(auth.Config{Router: auth.Router{JWT: &jwt}}, parts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func one(k auth.KeySet) auth.JWT { return auth.JWT{JWKS: []auth.KeySet{k}} }

// reason is why a token was refused, empty if it was not.
func reason(t testing.TB, err error) auth.Reason {
	t.Helper()
	var e *auth.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("error %v, want an *auth.Error", err)
	}
	if e == nil {
		return ""
	}
	return e.Reason
}

// TestAlgorithms: each algorithm verifies with a key of its type, given as PEM, JWK or secret.
func TestAlgorithms(t *testing.T) {
	k := keys()
	long := secret + secret
	for _, c := range []struct {
		method jwt.SigningMethod
		key    any
		set    auth.KeySet
	}{
		{jwt.SigningMethodRS256, k.rsa, auth.KeySet{Key: public(t, k.rsa)}},
		{jwt.SigningMethodRS384, k.rsa, auth.KeySet{Key: public(t, k.rsa)}},
		{jwt.SigningMethodRS512, k.rsa, auth.KeySet{Key: rsaJWK(k.rsa, "", nil)}},
		{jwt.SigningMethodPS256, k.rsa, auth.KeySet{Key: rsaJWK(k.rsa, "", nil)}},
		{jwt.SigningMethodPS384, k.rsa, auth.KeySet{Key: public(t, k.rsa)}},
		{jwt.SigningMethodPS512, k.rsa, auth.KeySet{Key: public(t, k.rsa)}},
		{jwt.SigningMethodES256, k.ec, auth.KeySet{Key: public(t, k.ec)}},
		{jwt.SigningMethodEdDSA, k.ed, auth.KeySet{Key: public(t, k.ed)}},
		{jwt.SigningMethodHS256, []byte(secret), auth.KeySet{Secret: secret}},
		{jwt.SigningMethodHS512, []byte(long), auth.KeySet{Secret: long}},
	} {
		v := verifier(t, one(c.set), auth.Parts{})
		i, err := v.Verify(t.Context(), sign(t, c.method, c.key, nil, good(nil)))
		if err != nil || i.Subject != "u1" {
			t.Errorf("%s: %v, %v", c.method.Alg(), i, err)
		}
	}
}

// rsaJWK is the public key as a JWK.
func rsaJWK(key *rsa.PrivateKey, kid string, more map[string]any) string {
	j := map[string]any{
		"kty": "RSA", "kid": kid,
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": "AQAB",
	}
	for k, v := range more {
		j[k] = v
	}
	text, _ := json.Marshal(j)
	return string(text)
}

// TestIdentity: what the claims become.
func TestIdentity(t *testing.T) {
	v := verifier(t, one(auth.KeySet{Secret: secret}), auth.Parts{})
	token := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{
		"scp": []string{"admin"}, "n": json.Number("12345678901234567890"), "ok": true, "list": []string{"a", "b"}, "deep": map[string]any{"k": 1},
	}))
	i, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"read", "write", "admin"}, i.Scopes); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	if i.Subject != "u1" || i.Issuer != "https://id.test" || i.Token() != token || !i.Has("admin") || i.Has("root") {
		t.Errorf("identity %v", i)
	}
	for name, want := range map[string]string{"sub": "u1", "n": "12345678901234567890", "ok": "true", "list": "a,b", "deep": `{"k":1}`} {
		if got, ok := i.Claim(name); !ok || got != want {
			t.Errorf("claim %s: %q %v, want %q", name, got, ok, want)
		}
	}
	if _, ok := i.Claim("absent"); ok {
		t.Error("a claim that is not there was found")
	}
	var nobody *auth.Identity
	if _, ok := nobody.Claim("sub"); ok || nobody.Token() != "" || nobody.Has("read") || nobody.String() != "nobody" {
		t.Error("nobody is somebody")
	}
	if auth.FromContext(t.Context()) != nil || auth.FromContext(auth.NewContext(t.Context(), i)) != i {
		t.Error("the context does not carry the identity")
	}
}

// BenchmarkVerify is a token seen before; BenchmarkVerifyFirst one that is not, by each kind of key.
func BenchmarkVerify(b *testing.B) {
	k := keys()
	v := verifier(b, one(auth.KeySet{Key: public(b, k.rsa)}), auth.Parts{})
	token := sign(b, jwt.SigningMethodRS256, k.rsa, nil, good(nil))
	b.ReportAllocs()
	used := took.By(b, func() {
		for b.Loop() {
			if _, err := v.Verify(b.Context(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// BenchmarkSignature is what the standard library needs for the signature alone of an ES256 token: the least that the first
// verification can take.
func BenchmarkSignature(b *testing.B) {
	k := keys()
	sum := sha256.Sum256([]byte("header.payload"))
	r, s, err := ecdsa.Sign(rand.Reader, k.ec, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	der, err := ecdsa.SignASN1(rand.Reader, k.ec, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	for name, verify := range map[string]func() bool{
		"r and s": func() bool { return ecdsa.Verify(&k.ec.PublicKey, sum[:], r, s) },
		"ASN.1":   func() bool { return ecdsa.VerifyASN1(&k.ec.PublicKey, sum[:], der) },
	} {
		b.Run(name, func(b *testing.B) {
			used := took.By(b, func() {
				for b.Loop() {
					if !verify() {
						b.Fatal("refused")
					}
				}
			})
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}

func BenchmarkVerifyFirst(b *testing.B) {
	k := keys()
	for name, c := range map[string]struct {
		method jwt.SigningMethod
		key    any
		set    auth.KeySet
	}{
		"RS256": {jwt.SigningMethodRS256, k.rsa, auth.KeySet{Key: public(b, k.rsa)}},
		"ES256": {jwt.SigningMethodES256, k.ec, auth.KeySet{Key: public(b, k.ec)}},
		"HS256": {jwt.SigningMethodHS256, []byte(secret), auth.KeySet{Secret: secret}},
	} {
		b.Run(name, func(b *testing.B) {
			cfg := one(c.set)
			cfg.CacheSize = 1
			v := verifier(b, cfg, auth.Parts{})
			tokens := [3]string{}
			for i := range tokens {
				tokens[i] = sign(b, c.method, c.key, nil, good(map[string]any{"n": i}))
			}
			used := took.By(b, func() {
				for i := 0; b.Loop(); i++ {
					if _, err := v.Verify(b.Context(), tokens[i%len(tokens)]); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}
