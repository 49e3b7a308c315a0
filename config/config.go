// Package config reads ficus.yaml.
//
// A configuration is the configurations of the rooms, side by side: each section's type, its default and its
// checks belong to the package that it configures. Here is only what reads the file: values from the
// environment, keys that do not exist, places of faults; and the section that says which subgraphs there are.
// Rover's supergraph.yaml is a ficus.yaml with nothing but that section.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/documents"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/events"
	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/mocks"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/telemetry"
	"github.com/ficusgraph/ficus/transport"
	"github.com/ficusgraph/ficus/usage"
)

// Config is a whole configuration. The zero value is the default of everything but the graph.
type Config struct {
	// FederationVersion is taken from rover's files; the version in each schema's @link is what counts.
	FederationVersion string              `yaml:"federation_version"`
	Supergraph        Supergraph          `yaml:"supergraph"`
	Subgraphs         map[string]Subgraph `yaml:"subgraphs"`
	// Who asks, and what they may.
	Authentication auth.Config        `yaml:"authentication"`
	Authorization  auth.Authorization `yaml:"authorization"`
	Rollout        rollout.Config     `yaml:"rollout"`
	NATS           events.Config      `yaml:"nats"`
	Usage          usage.Config       `yaml:"usage"`
	DemandControl  engine.Demand      `yaml:"demand_control"`
	RateLimits     ratelimit.Config   `yaml:"rate_limits"`
	// Who answers.
	Contract Contract        `yaml:"contract"`
	Traffic  subgraph.Config `yaml:",inline"`
	// TLS is of both sides, clients and services.
	TLS        TLS             `yaml:"tls"`
	Connectors monolith.Config `yaml:"connectors"`
	Mocks      mocks.Config    `yaml:"mocks"`
	// Where the gateway runs, and what is otherwise there.
	Environment  Environment  `yaml:"environment"`
	Environments Environments `yaml:"environments"`
	// How the graph is served.
	Front     Front            `yaml:",inline"`
	Documents documents.Config `yaml:",inline"`
	Telemetry telemetry.Config `yaml:"telemetry"`
	// Facade is what is served beside the graph, by others.
	Facade facade.Config `yaml:"facade"`

	// Files is where the files that the configuration names lie.
	Files fs.FS `yaml:"-"`
	// Name of the file that it was read from, for messages.
	Name string `yaml:"-"`
	// origins are the files that values were taken from, by the value.
	origins map[string]string
	// tree is the file, for the places of faults that show later.
	tree ast.Node
}

// Front is how the graph is served over HTTP, as transport.Config without the endpoint.
type Front struct {
	CORS        transport.CORS        `yaml:"cors"`
	CSRF        transport.CSRF        `yaml:"csrf"`
	Limits      Limits                `yaml:"limits"`
	Batching    transport.Batching    `yaml:"batching"`
	HealthCheck transport.HealthCheck `yaml:"health_check"`
	GraphiQL    transport.GraphiQL    `yaml:"graphiql"`
	WebSocket   transport.WebSocket   `yaml:"websocket"`
	// Subscription is how subscriptions are served, and how services are subscribed to.
	Subscription Subscription          `yaml:"subscription"`
	Admin        transport.Admin       `yaml:"admin"`
	Server       transport.Connections `yaml:"server"`
	Shutdown     transport.Shutdown    `yaml:"shutdown"`
}

// Subscription is the section about subscriptions.
type Subscription struct {
	transport.Subscription `yaml:",inline"`
}

// TLS is TLS to clients and to services: in the file one section, in the house two rooms.
type TLS struct {
	Clients  transport.TLS `yaml:",inline"`
	Services subgraph.TLS  `yaml:",inline"`
}

// Transport is the configuration of the server.
func (c *Config) Transport() transport.Config {
	router := c.Traffic.TrafficShaping.Router
	return transport.Config{
		Supergraph: c.Supergraph.Endpoint, CORS: c.Front.CORS, CSRF: c.Front.CSRF, Limits: c.Front.Limits.http(),
		Batching: c.Front.Batching, HealthCheck: c.Front.HealthCheck, GraphiQL: c.Front.GraphiQL, WebSocket: c.Front.WebSocket, Subscription: c.Front.Subscription.Subscription,
		Admin: c.Front.Admin, TLS: c.TLS.Clients,
		Server: c.Front.Server, Shutdown: c.Front.Shutdown, Dedupe: router.Dedupe.Enabled,
		Admission: transport.Admission{
			Timeout: router.Timeout, Concurrency: router.ConcurrencyLimit, MaxWaiting: router.MaxWaiting, MaxWait: router.MaxWait,
		},
	}
}

// Supergraph is the section about the graph itself.
type Supergraph struct {
	// Endpoint is where the graph is served.
	transport.Endpoint `yaml:",inline"`
	// File holds composed supergraph SDL, to serve instead of composing subgraphs.
	File string `yaml:"file"`
	// Introspection lets clients ask for the schema; by default only in dev.
	Introspection *bool `yaml:"introspection"`
	// QueryPlanning bounds the planner and its cache.
	QueryPlanning QueryPlanning `yaml:"query_planning"`
}

// QueryPlanning bounds planning.
type QueryPlanning struct {
	// CacheSize is how many plans are kept; 0 is 1024. One with much text counts as several.
	CacheSize int `yaml:"cache_size"`
	// WarmedUpQueries is how many of the operations used most are planned on a new graph before it is served; by
	// default a third of the cache, 0 is none.
	WarmedUpQueries *int `yaml:"warmed_up_queries"`
	// MaxPaths is how many paths the planner considers for one operation before it refuses it; 0 is its default.
	MaxPaths int `yaml:"max_paths"`
}

// Validate checks that no bound is negative.
func (q QueryPlanning) Validate() error {
	var errs []error
	negative := func(key string, n int) {
		if n < 0 {
			errs = append(errs, fmt.Errorf("supergraph.query_planning.%s: must not be negative", key))
		}
	}
	negative("cache_size", q.CacheSize)
	if q.WarmedUpQueries != nil {
		negative("warmed_up_queries", *q.WarmedUpQueries)
	}
	negative("max_paths", q.MaxPaths)
	return errors.Join(errs...)
}

// warm is the number of WarmedUpQueries as the engine takes it.
func (q QueryPlanning) warm() int {
	switch {
	case q.WarmedUpQueries == nil:
		return 0
	case *q.WarmedUpQueries == 0:
		return -1
	}
	return *q.WarmedUpQueries
}

// Subgraph is one subgraph: where it is served, and the contract that it is to implement.
type Subgraph struct {
	// RoutingURL is where the service answers GraphQL.
	RoutingURL string `yaml:"routing_url"`
	// RoutingURLs are those at which the same service answers too; without a routing_url the first of them is it.
	RoutingURLs []string `yaml:"routing_urls"`
	Schema      Schema   `yaml:"schema"`
	// Source says who answers: remote (the service at routing_url), connectors (a schema with @connect), local
	// (Go resolvers of this gateway). "" is connectors or remote, as the schema says.
	Source Source `yaml:"source"`
	// Mock says when the mock source answers instead.
	Mock Mocking `yaml:"mock" jsonschema:"enum=never,enum=unimplemented,enum=always"`
}

// Schema is where a subgraph's SDL comes from: a file, the text itself, or the running service.
type Schema struct {
	File        string `yaml:"file"`
	SDL         string `yaml:"sdl"`
	SubgraphURL string `yaml:"subgraph_url"`
	// IntrospectionHeaders are sent when the schema is asked from the service.
	IntrospectionHeaders map[string]string `yaml:"introspection_headers"`
	// GraphRef is a schema in Apollo's registry, which Ficus does not read; it is here to say so.
	GraphRef string `yaml:"graphref"`
	// Subgraph belongs to graphref.
	Subgraph string `yaml:"subgraph"`
}

// Source is who answers a subgraph's fields.
type Source string

// The sources.
const (
	Remote     Source = "remote"
	Connectors Source = "connectors"
	Local      Source = "local"
)

var sources = []Source{"", Remote, Connectors, Local}

// sourceMock was a source, before environments said what may be made up.
const sourceMock = "mock"

// Load reads a configuration file. All faults are returned, joined, each with file, line and column where it
// has a place.
func Load(file string, env func(string) (string, bool)) (*Config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return Parse(file, data, folder(filepath.Dir(file)), env)
}

// Parse reads a configuration from data; the files that it names are looked up in files, absolute ones on disk.
func Parse(name string, data []byte, files fs.FS, env func(string) (string, bool)) (*Config, error) {
	cfg := &Config{Name: name, Files: files}
	tree, err := decode(name, data, env, cfg.remember, cfg)
	if err != nil {
		return nil, err
	}
	cfg.tree = tree
	if v, ok := env(EnvironmentVariable); ok && cfg.Environment == "" {
		cfg.Environment = Environment(v)
		if err := known(EnvironmentVariable, cfg.Environment); err != nil {
			return nil, err
		}
	}
	cfg.Traffic.TLS = cfg.TLS.Services
	cfg.route()
	cfg.Connectors.Outbound = subgraph.Connectors{
		Traffic: cfg.Traffic.TrafficShaping.Connector, TLS: cfg.Traffic.TLS.Connector, Limits: cfg.Front.Limits.Connector,
		Headers: cfg.Traffic.Headers, Statuses: cfg.Traffic.SubgraphStatus, Errors: cfg.Traffic.IncludeSubgraphErrors,
	}
	if err := cfg.Validate(); err != nil {
		return nil, place(name, tree, err)
	}
	return cfg, nil
}

// Validate checks what can be checked without reading the schemas. All errors are returned, joined.
func (c *Config) Validate() error {
	var errs []error
	add := func(prefix string, err error) {
		for _, e := range split(err) {
			errs = append(errs, fmt.Errorf("%s: %s%w", c.Name, prefix, e))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Subgraphs)) {
		add("subgraphs."+name+": ", c.Subgraphs[name].validate())
	}
	if c.Supergraph.File != "" && len(c.Subgraphs) > 0 {
		add("supergraph.file: ", errors.New("is a composed graph, and there are subgraphs to compose too; keep one"))
	}
	add("connectors.", c.Connectors.Validate())
	// These name their keys in full.
	add("", c.validateEnvironments())
	add("", c.Supergraph.QueryPlanning.Validate())
	add("", c.Front.Limits.Validate())
	add("", c.DemandControl.Validate())
	add("", c.validateRateLimits())
	add("", c.Authentication.Validate())
	add("", c.validateShown())
	add("", c.validateMTLS())
	add("", c.Authorization.Validate())
	add("", c.Rollout.Validate())
	add("", c.NATS.Validate())
	add("", c.Usage.Validate())
	add("", c.Traffic.Validate())
	add("", c.Front.Limits.Connector.Validate())
	add("", c.Transport().Validate())
	add("", c.Telemetry.Validate())
	add("", c.Documents.Validate())
	add("", c.Mocks.Validate())
	add("", c.Facade.Validate())
	return errors.Join(errs...)
}

// validateMTLS checks that who is to be known by a certificate is asked for one.
func (c *Config) validateMTLS() error {
	if c.Authentication.Router.MTLS != nil && c.TLS.Clients.Supergraph.ClientAuthentication == nil {
		return errors.New("authentication.router.mtls: nobody is asked for a certificate; add tls.supergraph.client_authentication")
	}
	return nil
}

func (s Subgraph) validate() error {
	var errs []error
	given := 0
	for _, text := range []string{s.Schema.File, s.Schema.SDL, s.Schema.SubgraphURL} {
		if text != "" {
			given++
		}
	}
	switch {
	case s.Schema.GraphRef != "":
		errs = append(errs, errors.New("schema.graphref reads from Apollo's registry, which Ficus does not; fetch the SDL (rover subgraph fetch) and name it with schema.file"))
	case given == 0:
		errs = append(errs, errors.New("has no schema; name it with schema.file, schema.sdl or schema.subgraph_url"))
	case given > 1:
		errs = append(errs, errors.New("has several schemas; keep one of schema.file, schema.sdl and schema.subgraph_url"))
	}
	switch {
	case s.Source == sourceMock:
		errs = append(errs, errors.New("source: mock is not a source; write mock: always instead, without a source"))
	case !slices.Contains(sources, s.Source):
		errs = append(errs, fmt.Errorf("source: %q is none of remote, connectors, local", s.Source))
	}
	errs = append(errs, s.Mock.validate(), s.validateURLs())
	return errors.Join(errs...)
}

// split takes a joined error apart.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// ReadFile reads a file that the configuration names.
func (c *Config) ReadFile(name string) ([]byte, error) {
	if filepath.IsAbs(name) || c.Files == nil {
		return os.ReadFile(name)
	}
	return fs.ReadFile(c.Files, filepath.ToSlash(filepath.Clean(name)))
}

// remember is ReadFile for what becomes a value.
func (c *Config) remember(name string) ([]byte, error) {
	text, err := c.ReadFile(name)
	if err == nil {
		if c.origins == nil {
			c.origins = map[string]string{}
		}
		c.origins[strings.TrimRight(string(text), "\r\n")] = name
	}
	return text, err
}

// Origin is the file that a value was taken from whole, as ${file.PATH}; "" if it was not.
func (c *Config) Origin(value string) string { return c.origins[value] }

// Stat tells of a file that the configuration names.
func (c *Config) Stat(name string) (fs.FileInfo, error) {
	if filepath.IsAbs(name) || c.Files == nil {
		return os.Stat(name)
	}
	return fs.Stat(c.Files, filepath.ToSlash(filepath.Clean(name)))
}

// folder is the files of a folder on disk, and, unlike os.DirFS, of those around it: schemas often lie in a folder
// beside the configuration's.
type folder string

var _ fs.ReadFileFS = folder("")

// Open implements fs.FS.
func (f folder) Open(name string) (fs.File, error) { return os.Open(filepath.Join(string(f), name)) }

// ReadFile implements fs.ReadFileFS.
func (f folder) ReadFile(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), name))
}

// JSONSchema is the JSON schema of the configuration.
func JSONSchema() ([]byte, error) { return jsonSchema(&Config{}) }

// Engine is the configuration of the engine.
func (c *Config) Engine() engine.Config {
	limits := c.Front.Limits.operations()
	limits.HideNames = c.Environment != Dev
	return engine.Config{
		Introspection: c.introspection(),
		CacheSize:     c.Supergraph.QueryPlanning.CacheSize,
		Warm:          c.Supergraph.QueryPlanning.warm(),
		PlanPaths:     c.Supergraph.QueryPlanning.MaxPaths,
		Limits:        limits,
		Demand:        c.DemandControl,
		Authorization: engine.Authorization{
			Disabled: !c.Authorization.Directives.IsEnabled(),
			Reject:   c.Authorization.Directives.RejectUnauthorized,
			DryRun:   c.Authorization.Directives.DryRun,

			FilterIntrospection: c.Authorization.Directives.Introspection == auth.IntrospectionFiltered,
			Silent:              c.Authorization.Directives.Errors.Response == auth.DenialsDisabled,
		},
	}
}
