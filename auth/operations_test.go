package auth_test

import (
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/auth"
)

func TestWhichOperationsNeedATokenIsDecidedByTheFirstRule(t *testing.T) {
	v := verifier(t, auth.JWT{
		Mode: auth.ModeRequired, JWKS: []auth.KeySet{{Secret: secret}},
		Operations: []auth.OperationRule{
			{Fields: []string{"Mutation.login", "Query.health"}, Mode: auth.ModeOptional},
			{Kinds: []string{"query"}, Names: []string{"Secret"}, Mode: auth.ModeRequired},
			{Kinds: []string{"query"}, Mode: auth.ModeOptional},
		},
	}, auth.Parts{})
	for _, c := range []struct {
		name  string
		asked auth.Asked
		needs bool
	}{
		{"a field that is open", auth.Asked{Kind: "mutation", Fields: []string{"Mutation.login"}}, false},
		{"one that is not beside it", auth.Asked{Kind: "mutation", Name: "login", Fields: []string{"Mutation.login", "Mutation.wipe"}}, true},
		{"a kind that is open", auth.Asked{Kind: "query", Fields: []string{"Query.x"}}, false},
		{"a name before it", auth.Asked{Kind: "query", Name: "Secret", Fields: []string{"Query.x"}}, true},
		{"the mode of all others", auth.Asked{Kind: "subscription", Fields: []string{"Subscription.x"}}, true},
	} {
		if got := v.Needs(c.asked); got != c.needs || !v.PerOperation() {
			t.Errorf("%s: needs %v, want %v", c.name, got, c.needs)
		}
	}
}

func TestRulesOfOperationsThatSayNothingAreRefused(t *testing.T) {
	err := auth.Config{Router: auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{{Secret: secret}}, Operations: []auth.OperationRule{
		{Mode: auth.ModeRequired}, {Kinds: []string{"querry"}, Fields: []string{"login"}, Mode: "public"},
	}}}}.Validate()
	for _, want := range []string{
		"operations[0]: says of no operation", `operations[1].kinds[0]: "querry"`, `operations[1].fields[0]: "login"`, `operations[1].mode: "public"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
