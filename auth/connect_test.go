package auth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/auth"
)

func TestWhoConnects(t *testing.T) {
	fine := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	other := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(map[string]any{"sub": "u2"}))
	rule := []auth.OperationRule{{Kinds: []string{"query"}, Mode: auth.ModeOptional}}
	for _, c := range []struct {
		name            string
		jwt             auth.JWT
		header, payload string
		who, fault      string
	}{
		{"nobody", auth.JWT{}, "", `{}`, "nobody", ""},
		{"nobody, required", auth.JWT{Mode: auth.ModeRequired}, "", `{}`, "", "authentication is required"},
		{"nobody, where the operation decides", auth.JWT{Mode: auth.ModeRequired, Operations: rule}, "", `{}`, "nobody", ""},
		{"payload", auth.JWT{}, "", `{"Authorization":"Bearer ` + fine + `"}`, "u1", ""},
		{"payload in small letters", auth.JWT{}, "", `{"authorization":"bearer ` + fine + `"}`, "u1", ""},
		{"header", auth.JWT{}, "Bearer " + fine, `{}`, "u1", ""},
		{"payload before header", auth.JWT{}, "Bearer " + fine, `{"authorization":"Bearer ` + other + `"}`, "u2", ""},
		{"a bad payload is not passed over", auth.JWT{}, "Bearer " + fine, `{"authorization":"Bearer rubbish"}`, "", "malformed"},
		{"another name", auth.JWT{HeaderName: "x-token"}, "", `{"X-Token":"Bearer ` + fine + `","Authorization":"Bearer rubbish"}`, "u1", ""},
		{"without Bearer", auth.JWT{}, "", `{"authorization":"` + fine + `"}`, "", "must be Bearer and a token"},
		{"twice", auth.JWT{}, "", `{"authorization":"Bearer ` + fine + `","authorization":"Bearer ` + fine + `"}`, "", "twice"},
		{"twice in other letters", auth.JWT{}, "", `{"authorization":"Bearer ` + fine + `","Authorization":"Bearer ` + fine + `"}`, "", "more than one"},
		{"a number", auth.JWT{}, "", `{"authorization":7}`, "", "not a text"},
		{"null", auth.JWT{}, "", `{"authorization":null}`, "nobody", ""},
		{"a list", auth.JWT{}, "", `[]`, "", "cannot be read"},
	} {
		c.jwt.JWKS = []auth.KeySet{{Secret: secret}}
		r := httptest.NewRequest(http.MethodGet, "/graphql", nil)
		if c.header != "" {
			r.Header.Set("Authorization", c.header)
		}
		out, err := auth.Connect(verifier(t, c.jwt, auth.Parts{}))(r, []byte(c.payload))
		switch {
		case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault) || strings.Contains(err.Error(), fine)):
			t.Errorf("%s: %v, want %q", c.name, err, c.fault)
		case c.fault == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.fault == "" && !strings.HasPrefix(auth.FromContext(out.Context()).String(), c.who):
			t.Errorf("%s: is %v, want %s", c.name, auth.FromContext(out.Context()), c.who)
		}
	}
}

// TestWhoIsConnectedIsAskedAgain: a connection does not outlive its token.
func TestWhoIsConnectedIsAskedAgain(t *testing.T) {
	at := now
	v := verifier(t, one(auth.KeySet{Secret: secret}), auth.Parts{Now: func() time.Time { return at }})
	payload := []byte(`{"authorization":"Bearer ` + sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil)) + `"}`)
	r := httptest.NewRequest(http.MethodGet, "/graphql", nil)
	if _, err := auth.Connect(v)(r, payload); err != nil {
		t.Fatal(err)
	}
	at = now.Add(2 * time.Hour)
	if _, err := auth.Connect(v)(r, payload); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("an hour after it expired: %v", err)
	}
}
