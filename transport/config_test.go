package transport_test

import (
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ficusgraph/ficus/transport"
)

// TestConfigFromYAML: the keys are Apollo Router's where the thing is the same.
func TestConfigFromYAML(t *testing.T) {
	var c transport.Config
	err := yaml.UnmarshalWithOptions([]byte(`
supergraph: { listen: "0.0.0.0:8080", path: /api }
cors: { origins: ["https://app.example.com"], match_origins: ["^https://x"], allow_credentials: true, allow_headers: [content-type], expose_headers: [x-a], methods: [GET], max_age: 10m }
csrf: { unsafe_disabled: false, required_headers: [x-ours] }
limits: { http_max_request_bytes: 1000, http1_max_request_buf_size: 65536 }
health_check: { enabled: false, path: /hz }
graphiql: { enabled: true }
admin: { listen: "off" }
server: { header_read_timeout: 5s, read_timeout: 6s, write_timeout: 7s, idle_timeout: 8s }
shutdown: { delay: 2s, timeout: 1m30s }
`), &c, yaml.Strict())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	public, admin := c.Addresses()
	if public != "0.0.0.0:8080" || admin != "" || c.Path() != "/api" || c.Shutdown.Timeout != 90*time.Second || *c.HealthCheck.Enabled {
		t.Errorf("config %+v", c)
	}
	public, admin = transport.Config{}.Addresses()
	if public != "127.0.0.1:4000" || admin != "127.0.0.1:9090" || (transport.Config{}).Path() != "/graphql" {
		t.Errorf("defaults %s %s", public, admin)
	}
}

// TestValidate: all that is wrong is said, each with its key and what to do.
func TestValidate(t *testing.T) {
	err := transport.Config{
		Supergraph:  transport.Endpoint{Listen: "4000", Path: "graphql"},
		Admin:       transport.Admin{Listen: "nowhere", Token: "guessed"},
		HealthCheck: transport.HealthCheck{Path: "/a/{b}"},
		Limits:      transport.Limits{HTTPMaxRequestBytes: -1},
		Shutdown:    transport.Shutdown{Delay: -1},
		CSRF:        transport.CSRF{RequiredHeaders: []string{"a b"}},
		CORS: transport.CORS{
			AllowAnyOrigin: true, AllowCredentials: true, Origins: []string{"https://*.x", "app", "https://x/"}, MatchOrigins: []string{"("}, MaxAge: -1,
		},
	}.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`supergraph.listen: "4000" is not an address; write host:port`, `supergraph.path: "graphql" is not a path`, `admin.listen: "nowhere"`, `admin.token: has 7 characters`,
		`health_check.path: "/a/{b}"`, "limits.http_max_request_bytes: must not be negative", "shutdown.delay: must not", `csrf.required_headers[0]: "a b"`,
		"allow_any_origin with allow_credentials", "allow_any_origin makes origins", `cors.origins[0]: "https://*.x" holds a wildcard; use match_origins`,
		`cors.origins[1]: "app" is not an origin`, `cors.origins[2]`, "cors.match_origins[0]", "cors.max_age: must not be negative",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	for name, c := range map[string]transport.Config{
		"cors.origins: null with allow_credentials":           {CORS: transport.CORS{Origins: []string{"null"}, AllowCredentials: true}},
		`cors.match_origins[0]: ".*" with allow_credentials`:  {CORS: transport.CORS{MatchOrigins: []string{".*"}, AllowCredentials: true}},
		"admin.listen: 0.0.0.0:9090 can be asked from other":  {Admin: transport.Admin{Listen: "0.0.0.0:9090"}},
		"admin.listen: :9090 can be asked from other":         {Admin: transport.Admin{Listen: ":9090"}},
		"admin.listen: gateway:9090 can be asked from other":  {Admin: transport.Admin{Listen: "gateway:9090"}},
		"server.max_connections: must not be negative":        {Server: transport.Connections{MaxConnections: -1}},
		`server.strict_transport_security: "yes" is not its `: {Server: transport.Connections{StrictTransportSecurity: "yes"}},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	for _, c := range []transport.Config{
		{Admin: transport.Admin{Listen: "0.0.0.0:9090", Token: "a token of some length"}},
		{Admin: transport.Admin{Listen: "[::1]:9090"}},
		{Admin: transport.Admin{Listen: "localhost:9090"}},
		{CORS: transport.CORS{MatchOrigins: []string{`https://[a-z]+\.test`}, AllowCredentials: true}},
		{Server: transport.Connections{StrictTransportSecurity: "max-age=60; includeSubDomains"}},
		{Server: transport.Connections{StrictTransportSecurity: "off"}},
	} {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
	same := transport.Config{Supergraph: transport.Endpoint{Path: "/health"}}
	if err := same.Validate(); err == nil || !strings.Contains(err.Error(), "give each its own") {
		t.Errorf("same path: %v", err)
	}
	if _, err := transport.New(same, transport.Parts{Engine: small{}}); err == nil {
		t.Error("New took a configuration that is not valid")
	}
}
