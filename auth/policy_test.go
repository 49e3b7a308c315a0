package auth_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/auth"
)

func TestPoliciesDecideByTheIdentity(t *testing.T) {
	var failed []string
	p, err := auth.NewPolicies(map[string]string{
		"staff":   `"staff" in scopes`,
		"grown":   `claims.age >= 18`,
		"owner":   `authenticated && claims.org == "acme" && subject.startsWith("u")`,
		"rich":    `claims.balance > 0.5`,
		"anybody": `true`,
		"loop":    `[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, a+b+c+d+e > 0)))))`,
	}, func(policy string, _ error) { failed = append(failed, policy) })
	if err != nil {
		t.Fatal(err)
	}
	ann := &auth.Identity{Subject: "u1", Scopes: []string{"staff"}, Claims: map[string]any{
		"age": json.Number("18"), "org": "acme", "balance": json.Number("0.75"),
	}}
	tests := []struct {
		who    *auth.Identity
		asked  []string
		held   []string
		failed []string
	}{
		{ann, []string{"anybody", "grown", "owner", "rich", "staff"}, []string{"anybody", "grown", "owner", "rich", "staff"}, nil},
		{ann, []string{"staff", "unheard"}, []string{"staff"}, nil},
		{nil, []string{"anybody", "grown", "owner", "staff"}, []string{"anybody"}, []string{"grown"}},
		{ann, []string{"loop"}, nil, []string{"loop"}},
	}
	for _, tt := range tests {
		failed = nil
		if got := p.Held(tt.who, tt.asked); !slices.Equal(got, tt.held) || !slices.Equal(failed, tt.failed) {
			t.Errorf("%v of %v: held %v, want %v; failed %v, want %v", tt.asked, tt.who, got, tt.held, failed, tt.failed)
		}
	}
}

func TestPoliciesThatCannotDecideAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		`claims.`:            "not a CEL expression",
		`scopes`:             "a policy is true or false",
		`tenant == "acme"`:   "undeclared reference to 'tenant'",
		`scopes.contains(1)`: "no matching overload",
	} {
		a := auth.Authorization{Directives: auth.Directives{Policies: map[string]string{"p": text}}}
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "authorization.directives.policies.p") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
