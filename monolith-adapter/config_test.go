package monolith_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

func TestConfigValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  monolith.Config
		want []string
	}{
		{"zero", monolith.Config{}, nil},
		{"full", monolith.Config{
			AllowEnv: []string{"LEGACY_KEY", "APP_*"},
			Sources:  map[string]monolith.SourceConfig{"a.b": {OverrideURL: "https://x/y", Timeout: time.Second, MaxConcurrency: 1, MaxResponseBytes: 1}},
		}, nil},
		{"all at once", monolith.Config{
			AllowEnv: []string{"*", "A*B"}, MappingMismatch: "silent",
			Sources: map[string]monolith.SourceConfig{"a.b": {OverrideURL: "x", Timeout: -1, MaxConcurrency: -1, MaxResponseBytes: -1}},
		}, []string{`sources.a.b: override_url: "x"`, "timeout", "max_concurrency", "max_response_bytes", `mapping_mismatch: "silent" must be error or ignore`, `"*" must be`, `"A*B" must be`}},
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
