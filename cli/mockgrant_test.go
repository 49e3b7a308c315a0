package cli_test

import (
	"strings"
	"testing"
)

const granting = `subgraphs: { shop: { mock: always, schema: { sdl: "type Query { a: Int }" } } }
mocks: { grants: { secret: "words that only this test signs its grants with" } }
`

func TestMockGrant(t *testing.T) {
	for _, test := range []struct {
		name, config string
		args         []string
		code         int
		want         string
	}{
		{"a token alone", granting, []string{"--subject", "ada", "--scenario", "empty", "--coordinate", "Query.a"}, 0, "eyJ"},
		{"nobody's", granting, []string{"--all"}, 1, "it has no subject"},
		{"for nothing", granting, []string{"--subject", "ada"}, 1, "it grants nothing; name scenarios, coordinates or all"},
		{"no coordinate", granting, []string{"--subject", "ada", "--coordinate", "Query"}, 2, "--coordinate Query: is no coordinate"},
		{"both", granting, []string{"--subject", "ada", "--all", "--scenario", "empty"}, 2, "--all is for everything"},
		{"for too long", granting, []string{"--subject", "ada", "--all", "--expires", "48h"}, 1, "up to 24h0m0s, not 48h0m0s"},
		{"without a secret", strings.Split(granting, "\n")[0], []string{"--subject", "ada", "--all"}, 1, "mocks.grants.secret is not set"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs, _ := runIn(t, map[string]string{"ficus.yaml": test.config}, append([]string{"mock", "grant"}, test.args...)...)
			if code != test.code || code == 0 && (strings.Count(out, ".") != 2 || strings.Count(out, "\n") != 1) || !strings.Contains(out+errs, test.want) {
				t.Errorf("%d %s %s", code, out, errs)
			}
		})
	}
}
