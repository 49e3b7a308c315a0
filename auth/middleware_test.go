package auth_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/auth"
)

// TestMiddleware is the table of who gets in.
func TestMiddleware(t *testing.T) {
	fine := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	late := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"exp": now.Add(-time.Hour).Unix()}))
	for _, c := range []struct {
		name    string
		jwt     auth.JWT
		headers []string
		status  int
		says    string
		told    string
	}{
		{"a token", auth.JWT{}, []string{"Authorization: Bearer " + fine}, 200, "u1 of https://id.test", ""},
		{"small letters", auth.JWT{}, []string{"Authorization: bearer " + fine}, 200, "u1 of https://id.test", ""},
		{"nobody, optional", auth.JWT{}, nil, 200, "nobody", ""},
		{"an empty header, optional", auth.JWT{}, []string{"Authorization: "}, 200, "nobody", ""},
		{"nobody, required", auth.JWT{Mode: auth.ModeRequired}, nil, 401, "authentication is required", "Bearer"},
		{"a token, required", auth.JWT{Mode: auth.ModeRequired}, []string{"Authorization: Bearer " + fine}, 200, "u1", ""},
		{"expired, optional", auth.JWT{}, []string{"Authorization: Bearer " + late}, 401, "has expired", `Bearer error="invalid_token", error_description="the token has expired"`},
		{"rubbish", auth.JWT{}, []string{"Authorization: Bearer rubbish"}, 401, "malformed", `Bearer error="invalid_token", error_description="the token is malformed"`},
		{"no token after the prefix", auth.JWT{}, []string{"Authorization: Bearer "}, 401, "holds no token", `Bearer error="invalid_request", error_description="the Authorization header holds no token"`},
		{"two headers", auth.JWT{}, []string{"Authorization: Bearer " + fine, "Authorization: Bearer " + fine}, 401, "more than one", `Bearer error="invalid_request", error_description="the request has more than one Authorization header"`},
		{"basic", auth.JWT{}, []string{"Authorization: Basic eDp5"}, 401, "must be Bearer and a token", `Bearer error="invalid_request", error_description="the Authorization header must be Bearer and a token"`},
		{"basic, ignored", auth.JWT{IgnoreOtherPrefixes: true}, []string{"Authorization: Basic eDp5"}, 200, "nobody", ""},
		{"basic, ignored, required", auth.JWT{IgnoreOtherPrefixes: true, Mode: auth.ModeRequired}, []string{"Authorization: Basic eDp5"}, 401, "required", "Bearer"},
		{"another header", auth.JWT{HeaderName: "x-token", HeaderValuePrefix: "T"}, []string{"X-Token: T " + fine}, 200, "u1", ""},
		{"another header, the usual one is not looked at", auth.JWT{HeaderName: "x-token"}, []string{"Authorization: Bearer rubbish"}, 200, "nobody", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.jwt.JWKS = []auth.KeySet{{Secret: secret}}
			v := verifier(t, c.jwt, auth.Parts{})
			server := httptest.NewServer(auth.Middleware(v)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = w.Write([]byte(auth.FromContext(r.Context()).String()))
			})))
			defer server.Close()
			res, body := get(t, server.URL, c.headers)
			if res.StatusCode != c.status || !strings.Contains(body, c.says) || res.Header.Get("WWW-Authenticate") != c.told {
				t.Errorf("%d %s %q, want %d %q %q", res.StatusCode, body, res.Header.Get("WWW-Authenticate"), c.status, c.says, c.told)
			}
			if c.status == 401 {
				unauthenticated(t, res, body)
			}
			for _, secret := range []string{fine, late, "rubbish", "eDp5"} {
				if strings.Contains(body+res.Header.Get("WWW-Authenticate"), secret) {
					t.Error("the answer holds the token")
				}
			}
		})
	}
}

// unauthenticated checks that the body is a GraphQL response in the media type that was asked for.
func unauthenticated(t *testing.T, res *http.Response, body string) {
	t.Helper()
	var r struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(body), &r); err != nil || len(r.Errors) != 1 || r.Errors[0].Extensions.Code != "UNAUTHENTICATED" {
		t.Errorf("body %s, %v", body, err)
	}
	if got := res.Header.Get("Content-Type"); got != "application/graphql-response+json; charset=utf-8" {
		t.Errorf("content type %s", got)
	}
}

// TestMiddlewareUnavailable: a token that cannot be judged is not called bad.
func TestMiddlewareUnavailable(t *testing.T) {
	from := newIssuer(t)
	from.set(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	v := verifier(t, one(auth.KeySet{URL: from.URL, PollInterval: slow}), auth.Parts{})
	server := httptest.NewServer(auth.Middleware(v)(http.NotFoundHandler()))
	defer server.Close()
	token := sign(t, jwt.SigningMethodRS256, keys().rsa, nil, good(nil))
	res, body := get(t, server.URL, []string{"Authorization: Bearer " + token})
	if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || !strings.Contains(body, "AUTHENTICATION_UNAVAILABLE") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

func get(t *testing.T, url string, headers []string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/graphql-response+json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}
