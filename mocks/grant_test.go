package mocks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/mocks"
)

func TestGrantsThatCannotBeMade(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	good := mocks.Grant{Subject: "ada", Expires: now.Add(time.Hour), All: true}
	cfg := mocks.GrantConfig{Secret: strings.Repeat("secret", 6), MaxLifetime: 2 * time.Hour}
	for _, test := range []struct {
		name   string
		change func(*mocks.GrantConfig, *mocks.Grant)
		want   string
	}{
		{"it can", func(*mocks.GrantConfig, *mocks.Grant) {}, ""},
		{"no secret", func(c *mocks.GrantConfig, _ *mocks.Grant) { c.Secret = "" }, "mocks.grants.secret is not set"},
		{"nobody's", func(_ *mocks.GrantConfig, g *mocks.Grant) { g.Subject = "" }, "no subject"},
		{"for nothing", func(_ *mocks.GrantConfig, g *mocks.Grant) { g.All = false }, "grants nothing"},
		{"over", func(_ *mocks.GrantConfig, g *mocks.Grant) { g.Expires = now }, "up to 2h0m0s, not 0s"},
		{"too long", func(_ *mocks.GrantConfig, g *mocks.Grant) { g.Expires = now.Add(3 * time.Hour) }, "up to 2h0m0s, not 3h0m0s"},
	} {
		c, g := cfg, good
		test.change(&c, &g)
		token, err := c.Sign(g, now)
		if test.want == "" && (err != nil || token == "") || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestSettingsOfMocksThatCannotBe(t *testing.T) {
	for _, test := range []struct {
		cfg  mocks.Config
		want string
	}{
		{mocks.Config{}, ""},
		{mocks.Config{Grants: mocks.GrantConfig{Secret: "short"}}, "mocks.grants.secret: is 5 bytes long; 32 are needed"},
		{mocks.Config{Grants: mocks.GrantConfig{MaxLifetime: -1}}, "mocks.grants.max_lifetime: cannot be less than 0"},
		{mocks.Config{Session: mocks.SessionConfig{TTL: -1}}, "mocks.session: nothing of it can be less than 0"},
	} {
		if err := test.cfg.Validate(); (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
}
