package mint_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/auth/mint"
)

const (
	issuer = "https://graph.example.com"
	secret = "a secret that replicas share, of more than 32 bytes"
)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// noon is in the middle of an epoch of a day.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func newMint(t *testing.T, cfg mint.Config, at *clock) *mint.Mint {
	t.Helper()
	cfg.Issuer = issuer
	m, err := mint.New(cfg, mint.Parts{Now: at.now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// published are the keys of the key set by their ids, as any reader of JWK has them.
func published(t *testing.T, m *mint.Mint) (keys map[string]ed25519.PublicKey, remembered string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.KeySet().ServeHTTP(w, httptest.NewRequest("GET", mint.KeySetPath, nil))
	var set struct {
		Keys []struct{ Kty, Crv, Alg, Use, Kid, X, D string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil || w.Header().Get("Content-Type") != "application/jwk-set+json" {
		t.Fatalf("%v: %s", err, w.Body)
	}
	keys = map[string]ed25519.PublicKey{}
	for _, k := range set.Keys {
		x, err := base64.RawURLEncoding.DecodeString(k.X)
		if k.Kty != "OKP" || k.Crv != "Ed25519" || k.Alg != "EdDSA" || k.Use != "sig" || k.D != "" || err != nil {
			t.Errorf("%+v", k)
		}
		keys[k.Kid] = x
	}
	return keys, w.Header().Get("Cache-Control")
}

// verified are the claims of a token as a service reads them that has the keys; its kid.
func verified(t *testing.T, keys map[string]ed25519.PublicKey, token string, at *clock) (claims jwt.MapClaims, kid string, err error) {
	t.Helper()
	_, err = jwt.ParseWithClaims(token, &claims, func(tok *jwt.Token) (any, error) {
		kid, _ = tok.Header["kid"].(string)
		if keys[kid] == nil {
			return nil, errors.New("no such key")
		}
		return keys[kid], nil
	}, jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithIssuer(issuer), jwt.WithTimeFunc(at.now), jwt.WithExpirationRequired())
	return claims, kid, err
}

func bearer(name string) *mint.Bearer {
	return &mint.Bearer{Key: sha256.Sum256([]byte(name)), Issuer: "https://id.example.com", Subject: name}
}

func token(t *testing.T, m *mint.Mint, b *mint.Bearer, k *mint.Kind) string {
	t.Helper()
	text, err := m.Token(t.Context(), b, k)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestATokenSaysWhoAsksAndForWhom(t *testing.T) {
	at := &clock{noon}
	m := newMint(t, mint.Config{Keys: mint.Keys{Secret: secret}}, at)
	b := bearer("ann")
	b.Scopes = []string{"read", "write all", "", "pay"}
	b.Claims = map[string]any{
		"tenant": "acme", "email": "ann@acme.test", "age": json.Number("12345678901234567890"), "roles": []any{"a", "b"}, "left": "out",
		// What the caller's issuer says under the names that are the gateway's own is nothing that services may believe.
		"aud": "everybody", "jti": "1", "sub_id": map[string]any{"sub": "root"}, "nbf": json.Number("5"),
	}
	keys, _ := published(t, m)
	got, _, err := verified(t, keys, token(t, m, b, &mint.Kind{Audience: "accounts", Claims: []string{"email", "roles", "none", "aud", "sub_id", "jti", "nbf", "age"}}), at)
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := got["jti"].(string); len(id) != 22 {
		t.Errorf("jti %q", id)
	}
	delete(got, "jti")
	want := jwt.MapClaims{
		"iss": issuer, "aud": "accounts", "sub": "ann", "sub_id": map[string]any{"format": "iss_sub", "iss": "https://id.example.com", "sub": "ann"},
		"scope": "read pay", "tenant": "acme", "email": "ann@acme.test", "roles": []any{"a", "b"}, "age": 12345678901234567890.0,
		"iat": float64(noon.Unix()), "exp": float64(noon.Add(time.Minute).Unix()),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTokensAreRememberedUntilTheyAreAboutToEnd(t *testing.T) {
	at := &clock{noon}
	m := newMint(t, mint.Config{Keys: mint.Keys{Secret: secret}}, at)
	accounts := &mint.Kind{Audience: "accounts"}
	first := token(t, m, bearer("ann"), accounts)
	others := []string{
		token(t, m, bearer("bob"), accounts), token(t, m, bearer("ann"), &mint.Kind{Audience: "reviews"}),
		token(t, m, bearer("ann"), &mint.Kind{Audience: "accounts", Claims: []string{"email"}}),
	}
	for _, other := range others {
		if other == first {
			t.Error("two who are different have one token")
		}
	}
	at.at = noon.Add(44 * time.Second)
	if token(t, m, bearer("ann"), accounts) != first {
		t.Error("a token is minted again though there is one")
	}
	at.at = noon.Add(45 * time.Second)
	if token(t, m, bearer("ann"), accounts) == first {
		t.Error("a token is shown that is about to end")
	}
}

// TestATokenEndsWithWhatItIsMintedFor: but not sooner than it takes to be used.
func TestATokenEndsWithWhatItIsMintedFor(t *testing.T) {
	at := &clock{noon}
	m := newMint(t, mint.Config{Keys: mint.Keys{Secret: secret}}, at)
	keys, _ := published(t, m)
	for ends, want := range map[time.Duration]time.Duration{time.Hour: time.Minute, 30 * time.Second: 30 * time.Second, time.Second: 10 * time.Second, -time.Second: 10 * time.Second} {
		b := bearer(ends.String())
		b.Until = noon.Add(ends)
		claims, _, err := verified(t, keys, token(t, m, b, &mint.Kind{Audience: "a"}), at)
		if err != nil {
			t.Fatal(err)
		}
		if exp, _ := claims.GetExpirationTime(); !exp.Equal(noon.Add(want)) {
			t.Errorf("for what ends in %s: %s, want %s", ends, exp.Sub(noon), want)
		}
	}
}

// TestReplicasVerifyWhatTheOthersMint: at any time, with clocks that differ, by keys that were loaded as long ago as
// they may be remembered.
func TestReplicasVerifyWhatTheOthersMint(t *testing.T) {
	cfg := mint.Config{Keys: mint.Keys{Secret: secret}, Rotation: mint.Rotation{Interval: 10 * time.Minute, Overlap: 4 * time.Minute}}
	here, there := &clock{}, &clock{}
	mints, serves := newMint(t, cfg, here), newMint(t, cfg, there)
	kids := map[string]bool{}
	for since := range 100 {
		now := noon.Add(time.Duration(since) * 17 * time.Second)
		for _, apart := range []time.Duration{-20 * time.Second, 0, 20 * time.Second} {
			here.at, there.at = now, now.Add(apart-2*time.Minute)
			before, remembered := published(t, serves)
			if remembered != "public, max-age=120" {
				t.Fatal(remembered)
			}
			there.at = now.Add(time.Minute + apart)
			after, _ := published(t, serves)
			text := token(t, mints, bearer(now.String()), &mint.Kind{Audience: "a"})
			for _, keys := range []map[string]ed25519.PublicKey{before, after} {
				_, kid, err := verified(t, keys, text, here)
				if err != nil {
					t.Fatalf("%s, %s apart: %v", now, apart, err)
				}
				kids[kid] = true
			}
		}
	}
	if len(kids) < 3 {
		t.Errorf("%d keys signed in half an hour, want a new one every ten minutes", len(kids))
	}
}

func TestOtherSecretsAndIssuersHaveOtherKeys(t *testing.T) {
	at := &clock{noon}
	text := token(t, newMint(t, mint.Config{Keys: mint.Keys{Secret: secret}}, at), bearer("ann"), &mint.Kind{Audience: "a"})
	other, err := mint.New(mint.Config{Issuer: "https://other.example.com", Keys: mint.Keys{Secret: secret}}, mint.Parts{Now: at.now})
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*mint.Mint{
		"generated": newMint(t, mint.Config{}, at), "secret": newMint(t, mint.Config{Keys: mint.Keys{Secret: secret + "."}}, at), "issuer": other,
	} {
		keys, _ := published(t, m)
		if _, _, err := verified(t, keys, text, at); err == nil {
			t.Errorf("%s: accepts it", name)
		}
	}
}

// keyFile writes a private key.
func keyFile(t *testing.T, name string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestKeysOfFilesTurnOverWithTheFiles(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.pem"), filepath.Join(dir, "second.pem")
	keyFile(t, first)
	keyFile(t, second)
	at := &clock{noon}
	m := newMint(t, mint.Config{Keys: mint.Keys{Files: []string{first, second}}}, at)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); m.Follow(ctx) }()
	defer func() { cancel(); <-ended }()
	before, _ := published(t, m)
	_, signed, err := verified(t, before, token(t, m, bearer("ann"), &mint.Kind{Audience: "a"}), at)
	if len(before) != 2 || err != nil {
		t.Fatalf("%d keys, %v", len(before), err)
	}
	// A file that cannot be read leaves the last keys in use.
	if err := os.WriteFile(second, []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(600 * time.Millisecond)
	if now, _ := published(t, m); len(now) != 2 {
		t.Errorf("%d keys", len(now))
	}
	if err := os.Rename(first, second); err != nil {
		t.Fatal(err)
	}
	keyFile(t, first)
	for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		now, _ := published(t, m)
		_, kid, err := verified(t, now, token(t, m, bearer(time.Now().String()), &mint.Kind{Audience: "a"}), at)
		if err == nil && kid != signed && now[signed] != nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("signed by %s, was %s: %v", kid, signed, err)
		}
	}
}

func TestFaultsOfTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	none := filepath.Join(dir, "none.pem")
	if err := os.WriteFile(none, []byte("-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	twice := filepath.Join(dir, "twice.pem")
	keyFile(t, twice)
	for _, tc := range []struct {
		cfg  mint.Config
		want string
	}{
		{mint.Config{}, "issuer: is empty"},
		{mint.Config{Issuer: "i", Keys: mint.Keys{Files: []string{"a"}, Secret: secret}}, "keys: are in files and derived from a secret"},
		{mint.Config{Issuer: "i", Keys: mint.Keys{Secret: "short"}}, "keys.secret: is shorter than 32 bytes"},
		{mint.Config{Issuer: "i", Keys: mint.Keys{Files: []string{"a"}}, Rotation: mint.Rotation{Interval: time.Hour}}, "rotation: is for keys that are not in files"},
		{mint.Config{Issuer: "i", Rotation: mint.Rotation{Interval: time.Minute}}, "rotation.overlap: 30s is shorter than 2m0s"},
		{mint.Config{Issuer: "i", Rotation: mint.Rotation{Interval: time.Hour, Overlap: 2 * time.Hour}}, "rotation.interval: 1h0m0s is shorter than the overlap of 2h0m0s"},
		{mint.Config{Issuer: "i", Rotation: mint.Rotation{Interval: -1}}, "rotation: interval and overlap must not be negative"},
		{mint.Config{Issuer: "i", CacheSize: -1}, "cache_size: must not be negative"},
		{mint.Config{Issuer: "i", Keys: mint.Keys{Files: []string{none}}}, "none.pem: is no PEM with a PRIVATE KEY"},
		{mint.Config{Issuer: "i", Keys: mint.Keys{Files: []string{filepath.Join(dir, "away.pem")}}}, "away.pem: no such file"},
		{mint.Config{Issuer: "i", Keys: mint.Keys{Files: []string{twice, twice}}}, "holds a key that another file holds too"},
	} {
		_, err := mint.New(tc.cfg, mint.Parts{Logger: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "secret that") {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
	if _, err := mint.New(mint.Config{Issuer: "i"}, mint.Parts{Random: io.LimitReader(bytes.NewReader(nil), 0)}); err == nil {
		t.Error("keys were made of nothing")
	}
}

func BenchmarkMinted(b *testing.B) {
	m, err := mint.New(mint.Config{Issuer: issuer, Keys: mint.Keys{Secret: secret}}, mint.Parts{})
	if err != nil {
		b.Fatal(err)
	}
	kind := &mint.Kind{Audience: "accounts", Claims: []string{"email"}}
	who := bearer("ann")
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := m.Token(b.Context(), who, kind); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for n := uint64(0); b.Loop(); n++ {
			next := *who
			for i := range 8 {
				next.Key[i] = byte(n >> (8 * i))
			}
			if _, err := m.Token(b.Context(), &next, kind); err != nil {
				b.Fatal(err)
			}
		}
	})
}
