package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/auth"
)

func TestTokensFromOtherSources(t *testing.T) {
	fine := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	v := verifier(t, auth.JWT{
		JWKS: []auth.KeySet{{Secret: secret}},
		Sources: []auth.Source{
			{Type: auth.SourceCookie, Name: "session"}, {Type: auth.SourceHeader, Name: "x-token", ValuePrefix: "T"}, {Type: auth.SourceHeader, Name: "x-plain"},
		},
	}, auth.Parts{})
	server := httptest.NewServer(auth.Middleware(v)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(auth.FromContext(r.Context()).String()))
	})))
	defer server.Close()
	const known, nobody = "u1 of https://id.test", "nobody"
	for _, c := range []struct {
		name    string
		headers []string
		status  int
		says    string
	}{
		{"cookie", []string{"Cookie: a=b; session=" + fine}, 200, known},
		{"header with a prefix", []string{"X-Token: T " + fine}, 200, known},
		{"header without one", []string{"X-Plain: " + fine}, 200, known},
		{"the first that has one", []string{"Authorization: Bearer " + fine, "Cookie: session=rubbish"}, 200, known},
		{"a bad token is not passed over for the next source", []string{"Cookie: session=rubbish", "X-Plain: " + fine}, 401, "malformed"},
		{"two cookies", []string{"Cookie: session=" + fine + "; session=" + fine}, 401, "more than one cookie"},
		{"none", []string{"Cookie: other=" + fine}, 200, nobody},
	} {
		if res, body := get(t, server.URL, c.headers); res.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s, want %d %s", c.name, res.StatusCode, body, c.status, c.says)
		}
	}
}

func TestWhatTokensMustSay(t *testing.T) {
	old := now
	clock := &old
	v := verifier(t, auth.JWT{JWKS: []auth.KeySet{{Secret: secret, MaxAge: time.Hour, RequiredClaims: []string{"tenant"}}}}, auth.Parts{Now: func() time.Time { return *clock }})
	token := func(edit map[string]any) string {
		return sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(edit))
	}
	fresh := map[string]any{"iat": now.Unix(), "tenant": "acme", "exp": now.Add(24 * time.Hour).Unix()}
	for name, c := range map[string]struct {
		edit map[string]any
		want auth.Reason
	}{
		"fresh":           {fresh, ""},
		"old":             {map[string]any{"iat": now.Add(-2 * time.Hour).Unix(), "tenant": "acme"}, auth.ReasonAge},
		"without age":     {map[string]any{"tenant": "acme"}, auth.ReasonAge},
		"without a claim": {map[string]any{"iat": now.Unix()}, auth.ReasonClaim},
	} {
		_, err := v.Verify(t.Context(), token(c.edit))
		var bad *auth.Error
		if errors.As(err, &bad); c.want == "" && err != nil || c.want != "" && (bad == nil || bad.Reason != c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	text := token(fresh)
	if _, err := v.Verify(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	later := now.Add(61 * time.Minute)
	clock = &later
	if _, err := v.Verify(t.Context(), text); err == nil {
		t.Error("a token that was remembered outlives its greatest age")
	}
}

func TestWhatIsRevokedIsRefusedWithinASecond(t *testing.T) {
	file := filepath.Join(t.TempDir(), "revoked.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"tokens": ["gone"]}`)
	v := verifier(t, auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}, Revoked: auth.Revoked{File: file}}, auth.Parts{})
	token := func(sub, id string) string {
		return sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"sub": sub, "jti": id}))
	}
	gone, stays := token("u1", "gone"), token("u2", "stays")
	refused := func(token string) bool {
		_, err := v.Verify(t.Context(), token)
		var bad *auth.Error
		return errors.As(err, &bad) && bad.Reason == auth.ReasonRevoked
	}
	if !refused(gone) || refused(stays) {
		t.Fatal("the list that was there at the start is not in force")
	}
	write(`{"tokens": [], "subjects": ["u2"]}`)
	changed := time.Now()
	for refused(gone) || !refused(stays) {
		if time.Since(changed) > time.Second {
			t.Fatal("the new list is not in force after a second")
		}
		time.Sleep(10 * time.Millisecond)
	}
	write(`{"subjects": `)
	time.Sleep(600 * time.Millisecond)
	if refused(gone) || !refused(stays) {
		t.Error("a broken list took the last one out of force")
	}
	if _, err := auth.New(auth.Config{Router: auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}, Revoked: auth.Revoked{File: file}}}}, auth.Parts{}); err == nil || !strings.Contains(err.Error(), "revoked.json") {
		t.Errorf("a broken list at the start: %v", err)
	}
}

func TestAnIssuerSaysWhereItsKeysAre(t *testing.T) {
	var issuer, says string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/realm/.well-known/openid-configuration":
			_, _ = w.Write([]byte(`{"issuer":"` + says + `","jwks_uri":"` + strings.TrimSuffix(issuer, "/realm") + `/keys"}`))
		case "/keys":
			_, _ = w.Write([]byte(public(t, keys().ec)))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	issuer = server.URL + "/realm"
	for name, c := range map[string]struct {
		says, iss string
		good      bool
	}{
		"right":                     {issuer, issuer, true},
		"token of another":          {issuer, "https://id.test", false},
		"who answers is not asked":  {"https://id.test", "https://id.test", false},
		"with a slash that is none": {issuer + "/", issuer, false},
	} {
		says = c.says
		v := verifier(t, auth.JWT{JWKS: []auth.KeySet{{Issuer: issuer}}}, auth.Parts{})
		_, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodES256, keys().ec, nil, good(map[string]any{"iss": c.iss})))
		if (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
		_ = v.Close()
	}
}
