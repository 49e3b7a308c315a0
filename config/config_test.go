package config_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/config"
)

// parse reads a configuration under an environment.
func parse(text string, env map[string]string) (*config.Config, error) {
	return config.Parse("ficus.yaml", []byte(text), fstest.MapFS{}, func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	})
}

func TestFaultsHaveTheirPlaceAndARemedy(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown key", "supergraph:\n  lisen: 127.0.0.1:1\n", "ficus.yaml:2:3: supergraph.lisen is not a key here; did you mean listen?"},
		{"unknown section", "limitz:\n  a: 1\n", "ficus.yaml:1:1: limitz is not a key here; did you mean limits?"},
		{"unknown key in a map", "subgraphs:\n  a:\n    schema: {fil: x}\n", "ficus.yaml:3:14: subgraphs.a.schema.fil is not a key here; did you mean file?"},
		{"key given twice", "supergraph:\n  path: /a\n  path: /b\n", "ficus.yaml:3:3"},
		{"wrong type", "supergraph:\n  query_planning:\n    cache_size: many\n", "ficus.yaml:3:17: "},
		{"duration", "shutdown:\n  timeout: 30\n", `ficus.yaml:2:12: shutdown.timeout: "30" is not a duration; write a number with its unit`},
		{"not YAML", "supergraph:\n  - a\n b: c\n", "ficus.yaml:3:2: "},
		{"variable without value", "supergraph:\n  path: ${env.NOT_THERE}\n", "ficus.yaml:2:9: the environment has no NOT_THERE; set it, or write ${env.NOT_THERE:-default}"},
		{"two documents", "supergraph: {}\n---\nsubgraphs: {}\n", "ficus.yaml: holds several YAML documents; keep one"},
		{"no schema", "subgraphs:\n  a: {routing_url: http://a}\n", "ficus.yaml:2:3: subgraphs.a: has no schema; name it with schema.file"},
		{"two schemas", "subgraphs:\n  a: {schema: {file: x, sdl: y}}\n", "has several schemas"},
		{"registry", "subgraphs:\n  a: {schema: {graphref: mine@current}}\n", "rover subgraph fetch"},
		{"source", "subgraphs:\n  a: {source: cloud, schema: {sdl: x}}\n", `source: "cloud" is none of remote, connectors, local`},
		{"mocks as they were said", "mocks:\n  enabled: true\n", "ficus.yaml:2:3: mocks.enabled is not a key here; write it as environment: dev (or --env dev), and mock: never, unimplemented or always"},
		{"a source that was one", "subgraphs:\n  a:\n    source: mock\n    schema: {sdl: x}\n", "ficus.yaml:2:3: subgraphs.a: source: mock is not a source; write mock: always instead"},
		{"how to mock", "subgraphs: {a: {mock: sometimes, schema: {sdl: x}}}\n", `subgraphs.a: mock: "sometimes" is none of never, unimplemented, always`},
		{"environment", "environment: prod\n", `ficus.yaml:1:1: environment: "prod" is none of production, staging, dev`},
		{"an environment's section", "environments:\n  develop: {mock: always}\n", "ficus.yaml:2:3: environments.develop is not a key here; there are production, staging, dev"},
		{"an environment's way to mock", "environments:\n  dev:\n    mock: on\n", `ficus.yaml:3:5: environments.dev.mock: "on" is none of never, unimplemented, always`},
		{"an environment's subgraph", "subgraphs: {shop: {schema: {sdl: x}}}\nenvironments:\n  dev:\n    subgraphs:\n      shpo: {mock: always}\n", "ficus.yaml:5:7: environments.dev.subgraphs.shpo: is no subgraph; did you mean shop?"},
		{"poll interval", "contract:\n  poll_interval: often\n", `ficus.yaml:2:3: contract.poll_interval: "often" is neither a duration, such as 1s, nor off`},
		{"poll interval that is too short", "contract:\n  poll_interval: 1us\n", "ficus.yaml:2:3: contract.poll_interval: 1µs is too often; write at least 10ms, or off"},
		{"a URL that is none", "subgraphs:\n  a:\n    routing_url: http://a\n    routing_urls: [b]\n    schema: {sdl: x}\n", `ficus.yaml:2:3: subgraphs.a: routing_urls: "b" is not an HTTP URL`},
		{"a URL twice", "subgraphs:\n  a: {routing_url: 'http://a', routing_urls: ['http://b', 'http://a'], schema: {sdl: x}}\n", "subgraphs.a: routing_urls: http://a is given twice"},
		{"URLs of no service", "subgraphs:\n  a: {source: local, routing_urls: ['http://b', 'http://a'], schema: {sdl: x}}\n", "subgraphs.a: routing_urls: is for services; source: local is none"},
		{"checks that are too many", "traffic_shaping: {all: {load_balancing: {health_check: {interval: 1ms}}}}\n", "traffic_shaping.all.load_balancing.health_check.interval: 1ms is too often; write at least 10ms"},
		{"a share that is none", "traffic_shaping:\n  all:\n    hedge: {quantile: 95}\n", "ficus.yaml:3:13: traffic_shaping.all.hedge.quantile: 95 must be above 0 and under 1, such as 0.95"},
		{"how to balance", "traffic_shaping: {all: {load_balancing: {strategy: random}}}\n", `traffic_shaping.all.load_balancing.strategy: "random" is none of round_robin, least_under_way`},
		{"two graphs", "supergraph: {file: a}\nsubgraphs: {a: {schema: {sdl: x}}}\n", "keep one"},
		{"log level", "telemetry: {log: {level: loud}}\n", `ficus.yaml:1:19: telemetry.log.level: "loud" is not a level`},
		{"connector", "connectors: {sources: {a.b: {redirects: all}}}\n", "ficus.yaml:1:30: connectors.sources.a.b.redirects: "},
		{"connector's traffic", "traffic_shaping: {connector: {sources: {a.b: {retry: {methods: [POST]}}}}}\n", `ficus.yaml:1:55: traffic_shaping.connector.sources.a.b.retry.methods: "POST" is none of GET, HEAD, PUT, DELETE`},
		{"connector's limit", "limits: {connector: {all: {http_max_response_size: -1}}}\n", "ficus.yaml:1:28: limits.connector.all.http_max_response_size: must not be negative"},
		{"connector's certificate", "tls: {connector: {all: {certificate_authorities: x}}}\n", "ficus.yaml:1:25: tls.connector.all.certificate_authorities: holds no certificate"},
		{"moved", "connectors: {sources: {a.b: {timeout: 1s}}}\n", "ficus.yaml:1:30: connectors.sources.a.b.timeout is not a key here; write it as traffic_shaping.connector.sources.a.b.timeout"},
		{"elsewhere", "traffic_shaping: {connector: {all: {http_max_response_bytes: 1}}}\n", "ficus.yaml:1:37: traffic_shaping.connector.all.http_max_response_bytes is not a key here; write it as limits.connector.all.http_max_response_size"},
		{"sampler", "telemetry: {exporters: {tracing: {common: {sampler: often}}}}\n", `ficus.yaml:1:44: telemetry.exporters.tracing.common.sampler: "often" is no sampler; write a number from 0 to 1`},
		{"collector", "telemetry:\n  exporters:\n    tracing:\n      otlp: {endpoint: 'ftp://a'}\n", `ficus.yaml:4:14: telemetry.exporters.tracing.otlp.endpoint: "ftp://a" is not a collector's URL`},
		{"token", "authentication: {router: {jwt: {mode: sometimes}}}\n", "ficus.yaml:1:33: authentication.router.jwt.mode"},
		{"address", "supergraph: {listen: nowhere}\n", `ficus.yaml:1:14: supergraph.listen: "nowhere" is not an address`},
		{"in a list", "headers:\n  all:\n    request:\n      - remove: {named: a}\n      - propagate: {named: b c}\n", "ficus.yaml:5:9: headers.all.request[1]: propagate.named"},
		{"name with dots", "traffic_shaping:\n  subgraphs:\n    a: {timeout: 1s}\n    a.b: {timeout: 1s, dial_timeout: -1s}\n", "ficus.yaml:4:24: traffic_shaping.subgraphs.a.b.dial_timeout: must not be negative"},
		{"protocol", "traffic_shaping:\n  all:\n    experimental_http2: always\n", `ficus.yaml:3:5: traffic_shaping.all.experimental_http2: "always" is none of enable, disable, http2only`},
		{"a service's retries", "traffic_shaping:\n  all:\n    retry: {methods: [GET]}\n", "ficus.yaml:3:13: traffic_shaping.all.retry.methods: is for connectors; of a service queries are repeated, and mutations are not"},
		{"a service's breaker", "traffic_shaping: {subgraphs: {a: {circuit_breaker: {failure_rate: 2}}}}\n", "traffic_shaping.subgraphs.a.circuit_breaker.failure_rate: 2 must be above 0 and not above 1"},
		{"a service's compression", "traffic_shaping: {all: {compression: zip}}\n", `traffic_shaping.all.compression: "zip" is none of gzip, br, deflate`},
		{"retries as others have them", "traffic_shaping: {all: {experimental_retry: {min_per_sec: 1}}}\n", "ficus.yaml:1:25: traffic_shaping.all.experimental_retry is not a key here; write it as traffic_shaping.all.retry, with max_attempts and budget"},
		{"addresses", "traffic_shaping: {all: {dns_resolution_strategy: v6}}\n", `dns_resolution_strategy: "v6" is none of ipv4_and_ipv6, ipv4_only`},
		{"limit", "limits:\n  max_depth: -1\n", "ficus.yaml:2:3: limits.max_depth: -1 must be a positive number"},
		{"limits' mode", "limits:\n  mode: guess\n", `ficus.yaml:2:3: limits.mode: "guess" is neither measure nor enforce`},
		{"measured limit", "limits:\n  measure: [max_dept]\n", `ficus.yaml:2:3: limits.measure: "max_dept" is no limit that can be measured; those are http_max_request_bytes, `},
		{"demand", "demand_control:\n  enabled: true\n  strategy: {static_estimated: {max: 5}}\n", "ficus.yaml:1:1: demand_control.mode: must be said: measure or enforce"},
		{"unknown demand", "demand_control: {mode: guess}\n", `ficus.yaml:1:18: demand_control.mode: "guess" is neither measure nor enforce`},
		{"no file", "tls:\n  subgraph:\n    all:\n      certificate_authorities: ${file.ca.pem}\n", "ficus.yaml:4:32: open ca.pem: file does not exist; ${file.ca.pem} is looked for beside this file"},
		{"no certificate", "tls:\n  subgraph:\n    subgraphs:\n      a:\n        certificate_authorities: ca.pem\n", "ficus.yaml:5:9: tls.subgraph.subgraphs.a.certificate_authorities: holds no certificate in PEM; write ${file.ca.pem}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse(test.text, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	_, err := parse("supergrph: {}\nsubgraphs:\n  a: {schma: {}}\ncsrf:\n  x: ${env.NONE}\n", nil)
	if err == nil {
		t.Fatal("no error")
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 4 {
		t.Errorf("want four faults, got:\n%s", err)
	}
}

func TestValuesFromTheEnvironmentAreTyped(t *testing.T) {
	cfg, err := parse(`
supergraph:
  listen: ${env.HOST}:${env.PORT:-4000}
  introspection: ${env.INTROSPECTION:-true}
  query_planning: {cache_size: "${env.SIZE}"}
telemetry: {log: {level: "${env.LEVEL:-debug}"}}
`, map[string]string{"HOST": "127.0.0.1", "INTROSPECTION": "false", "SIZE": "7"})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{cfg.Supergraph.Listen, *cfg.Supergraph.Introspection, cfg.Supergraph.QueryPlanning.CacheSize, cfg.Telemetry.Log.Level}
	if diff := cmp.Diff([]any{"127.0.0.1:4000", false, 7, "debug"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestValuesFromFiles(t *testing.T) {
	files := fstest.MapFS{"keys/a.pem": {Data: []byte("-----BEGIN X-----\nabc: {}\n-----END X-----\n")}}
	cfg, err := config.Parse("ficus.yaml", []byte("supergraph: {file: \"${file.keys/a.pem}\"}"), files, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if want := "-----BEGIN X-----\nabc: {}\n-----END X-----"; cfg.Supergraph.File != want {
		t.Errorf("%q", cfg.Supergraph.File)
	}
}

func TestHowManyOperationsAreWarmed(t *testing.T) {
	for text, want := range map[string]int{"{}": 0, "{warmed_up_queries: 0}": -1, "{warmed_up_queries: 7}": 7} {
		cfg, err := parse("supergraph: {file: a, query_planning: "+text+"}", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Engine().Warm; got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
	if _, err := parse("supergraph: {file: a, query_planning: {warmed_up_queries: -1}}", nil); err == nil || !strings.Contains(err.Error(), "warmed_up_queries") {
		t.Errorf("got %v", err)
	}
}

// TestAValueCannotChangeTheStructure: what the environment holds is a value, whatever is in it.
func TestAValueCannotChangeTheStructure(t *testing.T) {
	cfg, err := parse("supergraph:\n  file: ${env.FILE}\n", map[string]string{"FILE": "a: b\nlisten: 0.0.0.0:1"})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Supergraph.File != "a: b\nlisten: 0.0.0.0:1" || cfg.Supergraph.Listen != "" {
		t.Errorf("file %q, listen %q", cfg.Supergraph.File, cfg.Supergraph.Listen)
	}
}

func TestRoversFileIsReadAsItIs(t *testing.T) {
	cfg, err := parse(`federation_version: =2.9.0
subgraphs:
  films:
    routing_url: https://films.example.com
    schema:
      file: ./films.graphql
  people:
    schema:
      subgraph_url: https://people.example.com
      introspection_headers:
        authorization: ${env.TOKEN}
`, map[string]string{"TOKEN": "t"})
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Subgraphs["people"].Schema.IntrospectionHeaders["authorization"]; got != "t" {
		t.Errorf("header %q", got)
	}
}

func TestFilesAreFoundBesideTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"conf/ficus.yaml": "subgraphs: {a: {schema: {file: a.graphql}}}", "conf/a.graphql": "in", "b.graphql": "above"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(filepath.Join(dir, "conf", "ficus.yaml"), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.graphql": "in", "./a.graphql": "in", "../b.graphql": "above", filepath.Join(dir, "b.graphql"): "above"} {
		if got, err := cfg.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestJSONSchemaNamesEachSection(t *testing.T) {
	text, err := config.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Extra      any                        `json:"additionalProperties"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"supergraph", "subgraphs", "authentication", "headers", "traffic_shaping", "connectors", "cors", "limits", "mocks", "telemetry"} {
		if schema.Properties[key] == nil {
			t.Errorf("no %s in the schema; it has %v", key, schema.Properties)
		}
	}
	if schema.Extra != false {
		t.Error("unknown keys are allowed")
	}
}

func TestLimitsAreMeasuredAllOrSome(t *testing.T) {
	for text, want := range map[string]struct{ depth, body bool }{
		"limits: {max_depth: 3}":                                   {},
		"limits: {mode: enforce, max_depth: 3}":                    {},
		"limits: {mode: measure, max_depth: 3}":                    {true, true},
		"limits: {measure: [max_depth], max_depth: 3}":             {true, false},
		"limits: {measure: [http_max_request_bytes, max_aliases]}": {false, true},
	} {
		cfg, err := parse(text+"\n", nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		depth := slices.Contains(cfg.Engine().Limits.Measured, "max_depth")
		body := slices.Contains(cfg.Transport().Limits.Measured, "http_max_request_bytes")
		if depth != want.depth || body != want.body {
			t.Errorf("%s: depth %t, body %t, want %+v", text, depth, body, want)
		}
	}
}
