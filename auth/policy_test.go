package auth_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/auth"
)

func TestPoliciesDecideByTheIdentity(t *testing.T) {
	var failed []string
	p, err := auth.NewPolicies(auth.Directives{Policies: map[string]string{
		"staff":   `"staff" in scopes`,
		"grown":   `claims.age >= 18`,
		"owner":   `authenticated && claims.org == "acme" && subject.startsWith("u")`,
		"rich":    `claims.balance > 0.5`,
		"anybody": `true`,
		"loop":    `[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, a+b+c+d+e > 0)))))`,
	}}, func(policy string, _ error) { failed = append(failed, policy) })
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
		if got := held(t, p, tt.who, tt.asked); !slices.Equal(got, tt.held) || !slices.Equal(failed, tt.failed) {
			t.Errorf("%v of %v: held %v, want %v; failed %v, want %v", tt.asked, tt.who, got, tt.held, failed, tt.failed)
		}
	}
}

// held are those of the policies that hold.
func held(t *testing.T, p *auth.Policies, who *auth.Identity, names []string) []string {
	t.Helper()
	var questions []auth.Question
	for _, name := range names {
		questions = append(questions, auth.Question{Policy: name})
	}
	var out []string
	for n, yes := range p.Ask(t.Context(), who, auth.Asked{Kind: "query", Name: "Q"}, questions) {
		if yes {
			out = append(out, names[n])
		}
	}
	return out
}

func TestPoliciesDecideByArgumentsAndOperation(t *testing.T) {
	p, err := auth.NewPolicies(auth.Directives{Policies: map[string]string{
		"owner": `arguments.id == subject`,
		"small": `!has(arguments.first) || arguments.first <= 10`,
		"list":  `arguments.filter.tags.all(t, t in scopes)`,
		"reads": `operation.kind == "query" && operation.name != ""`,
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.ByArguments(); !slices.Equal(got, []string{"list", "owner", "small"}) {
		t.Errorf("by arguments: %v", got)
	}
	ann := &auth.Identity{Subject: "u1", Scopes: []string{"a", "b"}}
	for _, c := range []struct {
		policy, arguments string
		want              bool
	}{
		{"owner", `{"id":"u1"}`, true},
		{"owner", `{"id":"u2"}`, false},
		{"owner", `{"id":null}`, false},
		{"owner", `{}`, false},
		{"owner", ``, false},
		{"small", `{"first":10}`, true},
		{"small", `{"first":11}`, false},
		{"small", `{}`, true},
		{"list", `{"filter":{"tags":["a","b"]}}`, true},
		{"list", `{"filter":{"tags":["a","c"]}}`, false},
		{"reads", ``, true},
	} {
		q := auth.Question{Policy: c.policy}
		if c.arguments != "" {
			q.Arguments = []byte(c.arguments)
		}
		if got := p.Ask(t.Context(), ann, auth.Asked{Kind: "query", Name: "Q"}, []auth.Question{q}); got[0] != c.want {
			t.Errorf("%s of %s: %v, want %v", c.policy, c.arguments, got, c.want)
		}
	}
}

// TestPoliciesOfManyArguments: what one operation may have evaluated is bounded; equal arguments count once.
func TestPoliciesOfManyArguments(t *testing.T) {
	failed := 0
	p, err := auth.NewPolicies(auth.Directives{Policies: map[string]string{"p": `arguments.n >= 0`}}, func(string, error) { failed++ })
	if err != nil {
		t.Fatal(err)
	}
	var questions []auth.Question
	for n := range 600 {
		questions = append(questions, auth.Question{Policy: "p", Arguments: fmt.Appendf(nil, `{"n":%d}`, n/2)})
	}
	held := 0
	for n, yes := range p.Ask(t.Context(), nil, auth.Asked{}, questions) {
		if yes {
			held++
		}
		if yes != (n < 512) {
			t.Errorf("%d: %v", n, yes)
		}
	}
	if held != 512 || failed != 88 {
		t.Errorf("%d hold, %d failed", held, failed)
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
