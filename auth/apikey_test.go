package auth_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/auth/apikeys"
)

// keyed is a verifier with API keys, and tokens if there is a JWT.
func keyed(t testing.TB, j *auth.JWT, k auth.APIKeys) *auth.Verifier {
	t.Helper()
	k.File = filepath.Join(t.TempDir(), "keys.json")
	v, err := auth.New(auth.Config{Router: auth.Router{JWT: j, APIKeys: &k}}, auth.Parts{
		Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func newKey(t testing.TB, v *auth.Verifier, g apikeys.Given) apikeys.Issued {
	t.Helper()
	g.Name = "a key"
	out, err := v.Keys().Create(t.Context(), g, "ada")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestAnAPIKeyIsExchanged for what a token would say.
func TestAnAPIKeyIsExchanged(t *testing.T) {
	v := keyed(t, nil, auth.APIKeys{})
	k := newKey(t, v, apikeys.Given{Tenant: "acme", Scopes: []string{"read", "write"}, RateLimit: 50})
	i, err := v.Exchange(k.Text)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"sub": "key:" + k.Key.ID, "iss": auth.KeyIssuer, "key_id": k.Key.ID, "tenant": "acme", "scope": "read write", "rate_limit": json.Number("50"),
	}
	if diff := cmp.Diff(want, i.Claims); diff != "" || i.Subject != want["sub"] || i.Issuer != auth.KeyIssuer || !i.Has("write") || i.Token() != "" {
		t.Errorf("%+v\n%s", i, diff)
	}
	if strings.Contains(i.String(), k.Text) {
		t.Error("the key is logged")
	}
	plain, err := v.Exchange(newKey(t, v, apikeys.Given{Subject: "batch"}).Text)
	if err != nil || plain.Subject != "batch" || len(plain.Claims) != 3 || len(plain.Scopes) != 0 {
		t.Errorf("%+v %v", plain, err)
	}
}

// TestTokensAndAPIKeys is the table of who gets in where there are both, or only keys.
func TestTokensAndAPIKeys(t *testing.T) {
	fine := "Authorization: Bearer " + sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	tokens := func(edit auth.JWT) *auth.JWT {
		edit.JWKS = []auth.KeySet{{Secret: secret}}
		return &edit
	}
	required := auth.APIKeys{Mode: auth.ModeRequired}
	for _, c := range []struct {
		name    string
		jwt     *auth.JWT
		keys    auth.APIKeys
		headers []string // KEY, REVOKED and OTHER are replaced by texts of keys
		status  int
		says    string
		told    string
	}{
		{"a key", tokens(auth.JWT{}), auth.APIKeys{}, []string{"x-api-key: KEY"}, 200, "u7 of ficus:api_keys", ""},
		{"a token", tokens(auth.JWT{}), auth.APIKeys{}, []string{fine}, 200, "u1 of https://id.test", ""},
		{"both", tokens(auth.JWT{}), auth.APIKeys{}, []string{fine, "X-API-Key: KEY"}, 401, "a token and an API key", "Bearer error="},
		{"a bad token and a key", tokens(auth.JWT{}), auth.APIKeys{}, []string{"Authorization: Bearer x", "X-API-Key: KEY"}, 401, "a token and an API key", "Bearer error="},
		{"a token from a cookie, and a key", tokens(auth.JWT{Sources: []auth.Source{{Type: "cookie", Name: "s"}}}), auth.APIKeys{}, []string{"Cookie: s=x", "X-API-Key: KEY"}, 401, "a token and an API key", "Bearer error="},
		{"another scheme, and a key", tokens(auth.JWT{IgnoreOtherPrefixes: true}), auth.APIKeys{}, []string{"Authorization: Basic x", "X-API-Key: KEY"}, 200, "u7", ""},
		{"nobody", tokens(auth.JWT{}), auth.APIKeys{}, nil, 200, "nobody", ""},
		{"nobody, required", tokens(auth.JWT{Mode: auth.ModeRequired}), auth.APIKeys{}, nil, 401, "send Authorization: Bearer and a token, or an API key as X-Api-Key", "Bearer, ApiKey"},
		{"a key, required", tokens(auth.JWT{Mode: auth.ModeRequired}), auth.APIKeys{}, []string{"X-API-Key: KEY"}, 200, "u7", ""},
		{"a key as a token", tokens(auth.JWT{}), auth.APIKeys{}, []string{"Authorization: Bearer KEY"}, 401, "the token is malformed", "Bearer error="},
		{"a token as a key", tokens(auth.JWT{}), auth.APIKeys{}, []string{"X-API-Key: " + strings.TrimPrefix(fine, "Authorization: Bearer ")}, 401, "the API key is malformed", "ApiKey error="},
		{"a revoked key", tokens(auth.JWT{}), auth.APIKeys{}, []string{"X-API-Key: REVOKED"}, 401, "has been revoked", `ApiKey error="invalid_key", error_description="the API key has been revoked"`},
		{"a key of nobody", tokens(auth.JWT{}), auth.APIKeys{}, []string{"X-API-Key: OTHER"}, 401, "is not known", "ApiKey error="},
		{"two keys", tokens(auth.JWT{}), auth.APIKeys{}, []string{"X-API-Key: KEY", "X-API-Key: KEY"}, 401, "more than one", ""},
		{"an empty key", tokens(auth.JWT{}), auth.APIKeys{}, []string{"X-API-Key: "}, 200, "nobody", ""},

		{"keys alone", nil, required, []string{"X-API-Key: KEY"}, 200, "u7", ""},
		{"keys alone, nobody", nil, required, nil, 401, "send an API key as X-Api-Key", "ApiKey"},
		{"keys alone, a token is not one", nil, required, []string{fine}, 401, "authentication is required", "ApiKey"},
		{"keys alone, a header for services", nil, required, []string{"Authorization: Basic x", "X-API-Key: KEY"}, 200, "u7", ""},
		{"keys alone, rubbish", nil, auth.APIKeys{}, []string{"X-API-Key: fic_"}, 401, "malformed", "ApiKey error="},
		{"another header", nil, auth.APIKeys{HeaderName: "acme-key"}, []string{"Acme-Key: KEY"}, 200, "u7", ""},
		{"another header, the usual one is not looked at", nil, auth.APIKeys{HeaderName: "acme-key"}, []string{"X-API-Key: KEY"}, 200, "nobody", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, stranger := keyed(t, c.jwt, c.keys), keyed(t, nil, auth.APIKeys{})
			key, ended := newKey(t, v, apikeys.Given{Subject: "u7"}), newKey(t, v, apikeys.Given{})
			if _, err := v.Keys().Revoke(t.Context(), ended.Key.ID, "", ""); err != nil {
				t.Fatal(err)
			}
			texts := strings.NewReplacer("KEY", key.Text, "REVOKED", ended.Text, "OTHER", newKey(t, stranger, apikeys.Given{}).Text)
			for i, h := range c.headers {
				name, value, _ := strings.Cut(h, ": ")
				c.headers[i] = name + ": " + texts.Replace(value)
			}
			server := httptest.NewServer(auth.Middleware(v)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if auth.FromContext(r.Context()).String() != "nobody" && strings.Contains(strings.Join(r.Header["X-Api-Key"], "")+r.Header.Get("Acme-Key"), "fic_") {
					t.Error("the key goes on to what is behind")
				}
				_, _ = w.Write([]byte(auth.FromContext(r.Context()).String()))
			})))
			defer server.Close()
			res, body := get(t, server.URL, c.headers)
			if res.StatusCode != c.status || !strings.Contains(body, c.says) || !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), c.told) {
				t.Errorf("%d %s %q, want %d %q %q", res.StatusCode, body, res.Header.Get("WWW-Authenticate"), c.status, c.says, c.told)
			}
			if c.status == 401 {
				unauthenticated(t, res, body)
			}
			if strings.Contains(body+res.Header.Get("WWW-Authenticate"), "fic_") {
				t.Error("the answer holds the key")
			}
		})
	}
}

func TestWhoConnectsWithAnAPIKey(t *testing.T) {
	v := keyed(t, &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}, Mode: auth.ModeRequired}, auth.APIKeys{})
	fine := "Bearer " + sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	key := newKey(t, v, apikeys.Given{Subject: "u7"})
	for _, c := range []struct {
		name, token, key, payload string
		who, fault                string
	}{
		{"payload", "", "", `{"x-api-key":"` + key.Text + `"}`, "u7", ""},
		{"header", "", key.Text, `{}`, "u7", ""},
		{"the payload's key before the header's token", fine, "", `{"X-API-Key":"` + key.Text + `"}`, "u7", ""},
		{"the payload's token before the header's key", "", key.Text, `{"Authorization":"` + fine + `"}`, "u1", ""},
		{"both in the payload", "", "", `{"Authorization":"` + fine + `","x-api-key":"` + key.Text + `"}`, "", "a token and an API key"},
		{"both in headers", fine, key.Text, `{}`, "", "a token and an API key"},
		{"a bad one in the payload is not passed over", "", key.Text, `{"x-api-key":"fic_"}`, "", "malformed"},
		{"a number", "", "", `{"x-api-key":1}`, "", "not a text"},
		{"none", "", "", `{}`, "", "authentication is required"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/graphql", nil)
		if c.token != "" {
			r.Header.Set("Authorization", c.token)
		}
		if c.key != "" {
			r.Header.Set("X-API-Key", c.key)
		}
		for range 2 { // for each operation anew
			out, err := auth.Connect(v)(r, []byte(c.payload))
			switch {
			case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault) || strings.Contains(err.Error(), key.Text)):
				t.Errorf("%s: %v, want %q", c.name, err, c.fault)
			case c.fault == "" && err != nil:
				t.Errorf("%s: %v", c.name, err)
			case c.fault == "" && (!strings.HasPrefix(auth.FromContext(out.Context()).String(), c.who) || out.Header.Get("X-API-Key") != ""):
				t.Errorf("%s: is %v, want %s; headers %v", c.name, auth.FromContext(out.Context()), c.who, out.Header)
			}
		}
	}
	if _, err := v.Keys().Revoke(t.Context(), key.Key.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/graphql", nil)
	if _, err := auth.Connect(v)(r, []byte(`{"x-api-key":"`+key.Text+`"}`)); err == nil || !strings.Contains(err.Error(), "revoked") {
		t.Error("after it was revoked:", err)
	}
}

// TestNoTokenPosesAsAnAPIKey, whoever signed it.
func TestNoTokenPosesAsAnAPIKey(t *testing.T) {
	v := keyed(t, &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}}, auth.APIKeys{})
	k := newKey(t, v, apikeys.Given{})
	token := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"iss": auth.KeyIssuer, "key_id": k.Key.ID}))
	for range 2 { // nor when it was seen before
		if _, err := v.Verify(t.Context(), token); reason(t, err) != auth.ReasonIssuer {
			t.Error(err)
		}
	}
}

func TestAPIKeysConfig(t *testing.T) {
	jwks := []auth.KeySet{{Secret: secret}}
	for want, r := range map[string]auth.Router{
		"api_keys.file: is empty":                       {APIKeys: &auth.APIKeys{}},
		`api_keys.mode: "sometimes" is not a mode`:      {APIKeys: &auth.APIKeys{File: "f", Mode: "sometimes"}},
		"api_keys.mode: is said by":                     {APIKeys: &auth.APIKeys{File: "f", Mode: auth.ModeRequired}, JWT: &auth.JWT{JWKS: jwks}},
		`api_keys.header_name: "a b" is not the name`:   {APIKeys: &auth.APIKeys{File: "f", HeaderName: "a b"}},
		"api_keys.header_name: tokens are looked for":   {APIKeys: &auth.APIKeys{File: "f", HeaderName: "authorization"}, JWT: &auth.JWT{JWKS: jwks}},
		"tokens are looked for in X-Api-Key too; give ": {APIKeys: &auth.APIKeys{File: "f"}, JWT: &auth.JWT{JWKS: jwks, Sources: []auth.Source{{Type: "header", Name: "x-api-key"}}}},
		"none of jwt, api_keys, sessions and mtls":      {},
	} {
		if _, err := auth.New(auth.Config{Router: r}, auth.Parts{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, have %v", want, err)
		}
	}
}

// TestAnAPIKeyIsRevokedBySubjectToo: who is on the list is refused, whatever they bring.
func TestAnAPIKeyIsRevokedBySubjectToo(t *testing.T) {
	list := filepath.Join(t.TempDir(), "revoked.json")
	if err := os.WriteFile(list, []byte(`{"subjects": ["u7"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	v := keyed(t, &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}, Revoked: auth.Revoked{File: list}}, auth.APIKeys{})
	if _, err := v.Exchange(newKey(t, v, apikeys.Given{Subject: "u7"}).Text); reason(t, err) != auth.ReasonRevoked {
		t.Error(err)
	}
}

func BenchmarkExchange(b *testing.B) {
	v := keyed(b, nil, auth.APIKeys{})
	k := newKey(b, v, apikeys.Given{Tenant: "acme", Scopes: []string{"read"}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Exchange(k.Text); err != nil {
			b.Fatal(err)
		}
	}
}
