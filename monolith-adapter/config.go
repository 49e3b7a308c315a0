package monolith

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/subgraph"
)

// Config is how connectors reach the application. Its zero value is the default; the keys are Apollo Router's
// where the thing is the same.
type Config struct {
	// Sources by <subgraph>.<source>, as the schema names them; <subgraph> alone is for connectors without a source.
	Sources map[string]SourceConfig `yaml:"sources"`
	// AllowEnv lists the environment variables that $env may read; NAME, or PREFIX_* for all that start so.
	// None by default: a schema's author is not to read the gateway's secrets.
	AllowEnv []string `yaml:"allow_env"`
	// MaxRequestsPerOperation is how many requests one operation of a client may cost in all, and
	// MaxRequestsPerOperationPerSource how many of them one source; 0 is no bound.
	MaxRequestsPerOperation          int `yaml:"max_requests_per_operation"`
	MaxRequestsPerOperationPerSource int `yaml:"max_requests_per_operation_per_source"`
	// MappingMismatch is what becomes of a list where an object was expected, and the like: "error", the default, is
	// null with an error; "ignore" is null without, as in versions of the connect spec before v0.5.
	MappingMismatch string `yaml:"mapping_mismatch"`
	// DebugExtensions shows clients that ask for it what an operation's connectors sent, received and mapped, in
	// extensions.connectors. It is for development: responses of the application are not for everybody's eyes.
	DebugExtensions bool `yaml:"debug_extensions"`
	// SharedLimits are limits that sources have in common, as where several draw on one database; by names that
	// the sources' shared_limit refers to.
	SharedLimits map[string]SharedLimit `yaml:"shared_limits"`

	// Outbound stands in the sections traffic_shaping, tls and limits.
	Outbound subgraph.Connectors `yaml:"-"`
}

// SharedLimit bounds what is asked of several sources together.
type SharedLimit struct {
	// MaxConcurrency is how many requests are under way at once.
	MaxConcurrency int `yaml:"max_concurrency"`
}

// SourceConfig is how one source is reached.
type SourceConfig struct {
	// OverrideURL takes the place of the schema's baseURL.
	OverrideURL string `yaml:"override_url"`
	// Config is what $config reads.
	Config map[string]any `yaml:"$config"`
	// MaxRequestsPerOperation goes before connectors.max_requests_per_operation_per_source; 0 leaves it to that.
	MaxRequestsPerOperation int `yaml:"max_requests_per_operation"`
	// SharedLimit is one of shared_limits.
	SharedLimit string `yaml:"shared_limit"`
	// Redirects says which are followed; none by default.
	Redirects Redirects `yaml:"redirects"`
	// AllowedHosts are names (legacy.internal, *.internal), addresses and networks (10.0.0.0/8) that the source may
	// be at. By default all but those of clouds' metadata, and this machine where the URL does not say so.
	AllowedHosts []string `yaml:"allowed_hosts"`
	// Auth is what the source is shown of who asks.
	Auth *Auth `yaml:"auth"`
}

// Redirects says which redirects are followed.
type Redirects string

// The settings of Redirects.
const (
	// RedirectsNone has a redirect be an answer like any other; the default.
	RedirectsNone Redirects = "none"
	// RedirectsSameHost follows those of reads that stay with the same scheme, host and port.
	RedirectsSameHost Redirects = "same_host"
)

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Sources)) {
		for _, err := range c.Sources[name].faults(c) {
			errs = append(errs, fmt.Errorf("sources.%s.%w", name, err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.SharedLimits)) {
		if c.SharedLimits[name].MaxConcurrency <= 0 {
			errs = append(errs, fmt.Errorf("shared_limits.%s.max_concurrency: must be a positive number of requests", name))
		}
	}
	if c.MaxRequestsPerOperation < 0 {
		errs = append(errs, errors.New("max_requests_per_operation: must not be negative"))
	}
	if c.MaxRequestsPerOperationPerSource < 0 {
		errs = append(errs, errors.New("max_requests_per_operation_per_source: must not be negative"))
	}
	if m := c.MappingMismatch; m != "" && m != "error" && m != "ignore" {
		errs = append(errs, fmt.Errorf("mapping_mismatch: %q must be error or ignore", m))
	}
	for _, name := range c.AllowEnv {
		if strings.Contains(strings.TrimSuffix(name, "*"), "*") || name == "" || name == "*" {
			errs = append(errs, fmt.Errorf("allow_env: %q must be a variable's name, or a prefix with * at its end", name))
		}
	}
	return errors.Join(errs...)
}

// faults are what is wrong with a source, each beginning with its key.
func (s SourceConfig) faults(c Config) []error {
	var errs []error
	if s.OverrideURL != "" {
		if u, err := url.Parse(s.OverrideURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			errs = append(errs, fmt.Errorf("override_url: %q must be a URL with http:// or https:// and a host", s.OverrideURL))
		}
	}
	if s.MaxRequestsPerOperation < 0 {
		errs = append(errs, errors.New("max_requests_per_operation: must not be negative"))
	}
	if _, ok := c.SharedLimits[s.SharedLimit]; !ok && s.SharedLimit != "" {
		names := slices.Sorted(maps.Keys(c.SharedLimits))
		errs = append(errs, fmt.Errorf("shared_limit: there is no %q in connectors.shared_limits%s", s.SharedLimit, similar(s.SharedLimit, names)))
	}
	if s.Redirects != "" && s.Redirects != RedirectsNone && s.Redirects != RedirectsSameHost {
		errs = append(errs, fmt.Errorf("redirects: %q is none of %s, %s", s.Redirects, RedirectsNone, RedirectsSameHost))
	}
	if _, err := newHosts(s.AllowedHosts); err != nil {
		errs = append(errs, err)
	}
	return append(errs, s.Auth.faults()...)
}

// budget is how many requests an operation may send to the source.
func (c Config) budget(source string) budget {
	b := budget{all: c.MaxRequestsPerOperation, source: c.MaxRequestsPerOperationPerSource}
	if n := c.Sources[source].MaxRequestsPerOperation; n > 0 {
		b.source = n
	}
	return b
}

// allowed reports whether $env may read the variable.
func (c Config) allowed(name string) bool {
	return slices.ContainsFunc(c.AllowEnv, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return open && strings.HasPrefix(name, prefix) || pattern == name
	})
}
