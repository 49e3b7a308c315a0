package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ficusgraph/ficus/auth"
)

// TestConfigFromYAML: the keys are Apollo Router's.
func TestConfigFromYAML(t *testing.T) {
	var c auth.Config
	err := yaml.UnmarshalWithOptions([]byte(`
router:
  jwt:
    header_name: X-Auth
    header_value_prefix: Token
    mode: required
    leeway: 1m30s
    jwks:
      - url: https://id.example.com/keys
        issuers: [https://id.example.com]
        audiences: [graph]
        algorithms: [RS256, ES256]
        poll_interval: 5m
        headers:
          - name: User-Agent
            value: ficus
`), &c, yaml.Strict())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	j := c.Router.JWT
	if j.Leeway != 90*time.Second || j.JWKS[0].PollInterval != 5*time.Minute || j.Mode != auth.ModeRequired {
		t.Errorf("config %+v", j)
	}
}

// TestValidate: all that is wrong is said, each with its key, and without the secrets.
func TestValidate(t *testing.T) {
	if err := (auth.Config{}).Validate(); err != nil {
		t.Errorf("no authentication: %v", err)
	}
	weak := auth.KeySet{Secret: "hunter2"}
	err := auth.Config{Router: auth.Router{JWT: &auth.JWT{
		Mode: "maybe", HeaderName: "a b", HeaderValuePrefix: "a b", Leeway: -1, CacheSize: -1,
		JWKS: []auth.KeySet{
			{},
			{URL: "ftp://x", File: "y"},
			{URL: "https://x", Algorithms: []string{"none"}, PollInterval: -1, Headers: []auth.Header{{Name: "a:b"}}},
			weak,
			{Key: "-----BEGIN"},
			{Key: rsaJWK(keys().rsa, "", map[string]any{"use": "enc"}), Headers: []auth.Header{{Name: "A", Value: "b"}}},
			{Key: `{"keys":[{"kty":"EC","crv":"P-256","x":"` + b64(strings.Repeat("x", 32)) + `","y":"` + b64(strings.Repeat("y", 32)) + `"}]}`},
		},
	}}}.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		".mode: \"maybe\"", ".header_name", ".header_value_prefix", ".leeway", ".cache_size",
		"jwks[0]: has 0 of issuer, url, file, key and secret", "jwks[1]: has 2", "jwks[1].url", `jwks[2].algorithms[0]: "none"`,
		"jwks[2].poll_interval", "jwks[2].headers[0].name", "jwks[3].secret: is shorter than 32 bytes",
		"jwks[4].key: is neither", "jwks[5].key: holds no key", "has a use other than sig", "jwks[5].headers", "jwks[6].key", "no point of its curve",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("the error holds the secret")
	}
}
