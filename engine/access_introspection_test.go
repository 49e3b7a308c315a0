package engine_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

const partly = `
schema
  @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY) { query: Query mutation: Mutation }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
type Query @join__type(graph: A) {
  open(in: Open): Int nodes: [Node] vault: Vault me: User @authenticated mine(id: ID): Int @policy(policies: [["mine"]]) either: Either staff: Staff @policy(policies: [["staff"]])
}
type Mutation @join__type(graph: A) { wipe(in: Wipe): Int @requiresScopes(scopes: [["write"]]) }
input Open @join__type(graph: A) { kind: Kind }
input Wipe @join__type(graph: A) { how: How }
enum Kind @join__type(graph: A) { A @join__enumValue(graph: A) }
enum How @join__type(graph: A) { HARD @join__enumValue(graph: A) }
interface Node @join__type(graph: A) { id: ID note: String }
type User implements Node @join__type(graph: A) @join__implements(graph: A, interface: "Node") { id: ID note: String @authenticated }
type Vault implements Node @join__type(graph: A) @join__implements(graph: A, interface: "Node") @requiresScopes(scopes: [["vault"]]) { id: ID note: String gold: Int }
type Staff @join__type(graph: A) { boss: Staff }
union Either @join__type(graph: A) @join__unionMember(graph: A, member: "Vault") = Vault
`

// TestCallersSeeOfTheSchemaWhatTheyMayRead: fields and types that a caller may not read are not there, nor what only they
// lead to.
func TestCallersSeeOfTheSchemaWhatTheyMayRead(t *testing.T) {
	sg, err := supergraph.Read("partly", partly)
	if err != nil {
		t.Fatal(err)
	}
	staff := func(list []authorization.Question) []bool {
		out := make([]bool, len(list))
		for i, q := range list {
			out[i] = q.Policy == "staff"
		}
		return out
	}
	const nobody = "Kind Node{id} Open{kind} Query{mine nodes open} User{id}"
	const everything = "Either=Vault How Kind Mutation{wipe} Node{id note} Open{kind} Query{either me mine nodes open staff vault} Staff{boss} User{id note} Vault{gold id note} Wipe{how}"
	for _, c := range []struct {
		name   string
		cfg    engine.Authorization
		access authorization.Access
		want   string
	}{
		{"nobody", engine.Authorization{FilterIntrospection: true}, authorization.Access{}, nobody},
		{"somebody", engine.Authorization{FilterIntrospection: true}, authorization.Access{Authenticated: true}, "Kind Node{id note} Open{kind} Query{me mine nodes open} User{id note}"},
		{
			"a scope",
			engine.Authorization{FilterIntrospection: true},
			authorization.Access{Scopes: []string{"vault"}},
			"Either=Vault Kind Node{id} Open{kind} Query{either mine nodes open vault} User{id} Vault{gold id note}",
		},
		{"another scope", engine.Authorization{FilterIntrospection: true}, authorization.Access{Scopes: []string{"write"}}, "How Kind Mutation{wipe} Node{id} Open{kind} Query{mine nodes open} User{id} Wipe{how}"},
		{"a policy", engine.Authorization{FilterIntrospection: true}, authorization.Access{Policies: staff}, "Kind Node{id} Open{kind} Query{mine nodes open staff} Staff{boss} User{id}"},
		{"all", engine.Authorization{FilterIntrospection: true}, authorization.Access{Authenticated: true, Scopes: []string{"vault", "write"}, Policies: staff}, everything},
		{"not filtered", engine.Authorization{}, authorization.Access{}, everything},
		{"a dry run", engine.Authorization{FilterIntrospection: true, DryRun: true}, authorization.Access{}, everything},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Access, c.cfg.ByArguments = accessOf, []string{"mine"}
			s, err := engine.NewSnapshot(sg, &asked{}, engine.Config{Introspection: true, Authorization: c.cfg})
			if err != nil {
				t.Fatal(err)
			}
			e := engine.New(s, nil)
			ctx := context.WithValue(t.Context(), accessKey{}, c.access)
			for range 2 {
				body, _ := e.Execute(ctx, &engine.Request{Query: introspect}, nil)
				if diff := cmp.Diff(c.want, summary(t, body)); diff != "" {
					t.Errorf("%s\n%s", diff, body)
				}
			}
			// Nobody else's view is shown to who comes next.
			body, _ := e.Execute(t.Context(), &engine.Request{Query: `{__type(name: "Vault") {name}}`}, nil)
			if want := c.cfg.FilterIntrospection && !c.cfg.DryRun; strings.Contains(string(body), "null") != want {
				t.Errorf("nobody sees %s", body)
			}
		})
	}
}

const introspect = `{__schema{types{name kind fields{name} inputFields{name} possibleTypes{name}} mutationType{name}}}`

// summary is the types of the schema and their fields.
func summary(t *testing.T, body []byte) string {
	t.Helper()
	type named struct{ Name string }
	var r struct {
		Data struct {
			Schema struct {
				Types []struct {
					Name, Kind                         string
					Fields, InputFields, PossibleTypes []named
				}
				MutationType *named
			} `json:"__schema"`
		}
	}
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	join := func(list []named) string {
		var out []string
		for _, n := range list {
			out = append(out, n.Name)
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	var out []string
	for _, typ := range r.Data.Schema.Types {
		switch {
		case strings.HasPrefix(typ.Name, "__"), typ.Kind == "SCALAR":
		case typ.Kind == "UNION":
			out = append(out, typ.Name+"="+join(typ.PossibleTypes))
		case typ.Kind == "ENUM":
			out = append(out, typ.Name)
		default:
			out = append(out, typ.Name+"{"+join(append(typ.Fields, typ.InputFields...))+"}")
		}
	}
	slices.Sort(out)
	if has := slices.ContainsFunc(out, func(s string) bool { return strings.HasPrefix(s, "Mutation{") }); has != (r.Data.Schema.MutationType != nil) {
		t.Errorf("mutation type %v", r.Data.Schema.MutationType)
	}
	return strings.Join(out, " ")
}

// TestNamesThatCallersDoNotSeeAreNotSuggested: errors tell no more than introspection does.
func TestNamesThatCallersDoNotSeeAreNotSuggested(t *testing.T) {
	sg, err := supergraph.Read("partly", partly)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		cfg  engine.Config
		told bool
	}{
		{"all see all", engine.Config{Introspection: true}, true},
		{"no introspection", engine.Config{}, false},
		{"as it is said", engine.Config{Introspection: true, Limits: operation.Limits{HideNames: true}}, false},
		{"filtered", engine.Config{Introspection: true, Authorization: engine.Authorization{FilterIntrospection: true}}, false},
	} {
		s, err := engine.NewSnapshot(sg, &asked{}, c.cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{`{vaul}`, `{nodes{gold}}`, `{open(in: {kin: A})}`, `{open(inn: 1)}`} {
			body, _ := engine.New(s, nil).Execute(t.Context(), &engine.Request{Query: query}, nil)
			if got := strings.Contains(string(body), "Did you mean"); got != c.told || !strings.Contains(string(body), `"errors":[{"message":"`) {
				t.Errorf("%s: %s", c.name, body)
			}
		}
	}
}
