package monolith_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

func TestConfigValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  monolith.Config
		want []string
	}{
		{"zero", monolith.Config{}, nil},
		{"full", monolith.Config{
			AllowEnv:     []string{"LEGACY_KEY", "APP_*"},
			SharedLimits: map[string]monolith.SharedLimit{"db": {MaxConcurrency: 1}},
			Sources: map[string]monolith.SourceConfig{"a.b": {
				OverrideURL: "https://x/y", MaxRequestsPerOperation: 1, SharedLimit: "db", Redirects: monolith.RedirectsSameHost,
				AllowedHosts: []string{"legacy.internal", "*.internal", "10.0.0.0/8", "127.0.0.1", "::1"},
			}},
		}, nil},
		{"all at once", monolith.Config{
			AllowEnv: []string{"*", "A*B"}, MappingMismatch: "silent", MaxRequestsPerOperation: -1, MaxRequestsPerOperationPerSource: -1,
			SharedLimits: map[string]monolith.SharedLimit{"db": {}},
			Sources: map[string]monolith.SourceConfig{"a.b": {
				OverrideURL: "x", MaxRequestsPerOperation: -1, SharedLimit: "dp", Redirects: "all", AllowedHosts: []string{"10.0.0.0/8", "http://x"},
			}},
		}, []string{
			`sources.a.b.override_url: "x"`, "sources.a.b.max_requests_per_operation: must", "\nmax_requests_per_operation: must",
			"max_requests_per_operation_per_source: must", "shared_limits.db.max_concurrency: must be a positive",
			`sources.a.b.shared_limit: there is no "dp" in connectors.shared_limits; did you mean "db"?`,
			`sources.a.b.redirects: "all" is none of none, same_host`, `sources.a.b.allowed_hosts: "http://x" is no host's name`,
			`mapping_mismatch: "silent" must be error or ignore`, `"*" must be`, `"A*B" must be`,
		}},
	} {
		err := tc.cfg.Validate()
		if (err == nil) != (tc.want == nil) {
			t.Errorf("%s: %v", tc.name, err)
		}
		for _, want := range tc.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", tc.name, err, want)
			}
		}
	}
}

func TestNewSaysWhatCannotBeReached(t *testing.T) {
	const schema = `-- legacy.graphql --
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12")
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "app", http: { baseURL: "{$config.url}", headers: { name: "X-Key", value: "{$env.SECRET}" } })
type Query { ping: String @connect(source: "app", http: { GET: "/ping" }, selection: "$.pong") }
`
	_, connectors, err := expanded(t, txtar.Parse([]byte(schema)))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		cfg  monolith.Config
		want string
	}{
		{"fine", monolith.Config{AllowEnv: []string{"SECRET"}, Sources: map[string]monolith.SourceConfig{"legacy.app": {Config: map[string]any{"url": "http://x"}}}}, ""},
		{"no URL", monolith.Config{AllowEnv: []string{"SECRET"}}, `legacy.app: the base URL "" must have http://`},
		{"environment", monolith.Config{Sources: map[string]monolith.SourceConfig{"legacy.app": {OverrideURL: "http://x"}}}, "$env.SECRET is not allowed to be read"},
		{"no such source", monolith.Config{AllowEnv: []string{"SECRET"}, Sources: map[string]monolith.SourceConfig{"legacy.app": {OverrideURL: "http://x"}, "legacy.ap": {}}}, `connectors.sources.legacy.ap: there is no such source; there are: legacy, legacy.app; did you mean "legacy.app"?`},
		{"no such source, said elsewhere", monolith.Config{
			AllowEnv: []string{"SECRET"}, Sources: map[string]monolith.SourceConfig{"legacy.app": {OverrideURL: "http://x"}},
			Outbound: subgraph.Connectors{Traffic: subgraph.ConnectorTraffic{Sources: map[string]subgraph.ConnectorShaping{"legacy.ap": {}}}},
		}, `traffic_shaping.connector.sources.legacy.ap: there is no such source`},
	} {
		f, err := monolith.New(connectors, tc.cfg, monolith.Ports{})
		switch {
		case tc.want == "" && err != nil, tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		case err == nil:
			f.Close()
		}
	}
}
