package monolith_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

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
