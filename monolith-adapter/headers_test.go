package monolith_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/queryplan"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

// Rules for a connector's subgraph and source change what its schema sends; those for all services do not.
func TestHeaderRulesForConnectors(t *testing.T) {
	insert := func(name, value string) subgraph.HeaderRule {
		return subgraph.HeaderRule{Insert: &subgraph.Insert{Name: name, Value: value}}
	}
	rules := func(list ...subgraph.HeaderRule) subgraph.HeaderRules { return subgraph.HeaderRules{Request: list} }
	take := func(name string) subgraph.HeaderRule {
		return subgraph.HeaderRule{Propagate: &subgraph.Propagate{Named: name}}
	}
	cases := []struct {
		name    string
		headers subgraph.Headers
		want    http.Header
	}{
		{"none", subgraph.Headers{}, http.Header{"X-Key": {"k"}}},
		{"of services", subgraph.Headers{All: rules(insert("x-a", "1"))}, http.Header{"X-Key": {"k"}}},
		{"of its subgraph", subgraph.Headers{Subgraphs: map[string]subgraph.HeaderRules{"legacy": rules(take("cookie"))}}, http.Header{"X-Key": {"k"}, "Cookie": {"sid=1"}}},
		{"of another", subgraph.Headers{Subgraphs: map[string]subgraph.HeaderRules{"other": rules(take("cookie"))}}, http.Header{"X-Key": {"k"}}},
		{"of all connectors, then of its source", subgraph.Headers{Connector: subgraph.ConnectorHeaders{
			All: rules(insert("x-a", "1")), Sources: map[string]subgraph.HeaderRules{"legacy.app": rules(insert("x-a", "2"))},
		}}, http.Header{"X-Key": {"k"}, "X-A": {"2"}}},
		{"in place of the schema's", subgraph.Headers{Connector: subgraph.ConnectorHeaders{All: rules(take("x-key"))}}, http.Header{"X-Key": {"client's"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got http.Header
			url := pong(t, func(w http.ResponseWriter, r *http.Request) {
				got = r.Header.Clone()
				_, _ = w.Write([]byte(`{"pong":"x"}`))
			})
			cfg := one(monolith.SourceConfig{Config: map[string]any{"key": "k"}}, subgraph.ConnectorShaping{}, 0)
			cfg.Outbound.Headers = c.headers
			ctx := subgraph.NewContext(t.Context(), subgraph.Inbound{Header: http.Header{"Cookie": {"sid=1"}, "X-Key": {"client's"}}})
			ping(t, ctx, url, cfg, `{ a: ping(n: 1) }`)
			for _, own := range []string{"Accept", "Accept-Encoding", "User-Agent"} {
				got.Del(own)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHeaderRulesNameSourcesThatExist(t *testing.T) {
	cfg := one(monolith.SourceConfig{}, subgraph.ConnectorShaping{}, 0)
	cfg.Outbound.Headers.Connector.Sources = map[string]subgraph.HeaderRules{"legacy.ap": {}}
	_, connectors, err := expanded(t, txtar.Parse([]byte("-- legacy.graphql --\n"+pingSchema)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = monolith.New(connectors, cfg, monolith.Ports{})
	want := `headers.connector.sources.legacy.ap: there is no such source; there are: legacy, legacy.app; did you mean "legacy.app"?`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// What a source says goes back by the rules of its subgraph, of all connectors and of the source, in the order of requests.
func TestWhatSourcesSayGoesBack(t *testing.T) {
	url := pong(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "sid="+r.URL.Query().Get("m"))
		w.Header().Set("Cache-Control", "max-age=9")
		w.Header().Set("X-Cost", "3")
		w.WriteHeader(http.StatusNotFound)
	})
	back := func(name string) subgraph.HeaderRules {
		return subgraph.HeaderRules{Response: []subgraph.ResponseRule{{Propagate: &subgraph.PropagateBack{Named: name}}}}
	}
	cfg := one(monolith.SourceConfig{}, subgraph.ConnectorShaping{}, 0)
	cfg.Outbound.Headers = subgraph.Headers{
		Subgraphs:    map[string]subgraph.HeaderRules{"legacy": back("set-cookie")},
		Connector:    subgraph.ConnectorHeaders{Sources: map[string]subgraph.HeaderRules{"legacy.app": back("x-cost")}},
		CacheControl: subgraph.CacheControl{Enabled: true},
	}
	cfg.Outbound.Statuses = subgraph.Statuses{All: []int{http.StatusNotFound}}
	ctx, heard := subgraph.Listen(t.Context())
	ping(t, ctx, url, cfg, `{ a: ping(n: 1) }`)
	plan := &queryplan.Plan{Kind: ast.Query, Fetches: []*queryplan.Fetch{{}}, Shape: &queryplan.Shape{Variants: []*queryplan.Variant{{Fields: []*queryplan.Field{{Key: "a", Name: "a"}}}}}}
	header, status, own := heard.Reply(subgraph.End{Plan: plan, Fetches: 1, Errors: 1}, true)
	want := http.Header{"Set-Cookie": {"sid="}, "X-Cost": {"3"}, "Cache-Control": {"no-store"}}
	if diff := cmp.Diff(want, header); diff != "" || status != http.StatusNotFound || !own {
		t.Errorf("status %d, own %v, header: %s", status, own, diff)
	}
	if header, _, _ = heard.Reply(subgraph.End{Plan: plan, Fetches: 1}, true); header.Get("Cache-Control") != "max-age=9" {
		t.Errorf("Cache-Control is %q", header.Get("Cache-Control"))
	}
}
