package monolith

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
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
}

// SourceConfig is how one source is reached.
type SourceConfig struct {
	// OverrideURL takes the place of the schema's baseURL.
	OverrideURL string `yaml:"override_url"`
	// Config is what $config reads.
	Config map[string]any `yaml:"$config"`
	// Timeout of one request, from its start to the last byte of the answer; 30s by default.
	Timeout time.Duration `yaml:"timeout"`
	// MaxConcurrency is how many requests are under way at once, and how many connections are kept; 64 by
	// default. What comes beyond it waits.
	MaxConcurrency int `yaml:"max_concurrency"`
	// MaxResponseBytes is the largest answer, decompressed; 16 MiB by default.
	MaxResponseBytes int64 `yaml:"max_response_bytes"`
	// MaxRequestsPerOperation goes before connectors.max_requests_per_operation_per_source; 0 leaves it to that.
	MaxRequestsPerOperation int `yaml:"max_requests_per_operation"`
}

// The defaults of a source.
const (
	defaultTimeout     = 30 * time.Second
	defaultConcurrency = 64
	defaultMaxResponse = 16 << 20
)

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Sources)) {
		if err := c.Sources[name].validate(); err != nil {
			errs = append(errs, fmt.Errorf("sources.%s: %w", name, err))
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

func (s SourceConfig) validate() error {
	var errs []error
	if s.OverrideURL != "" {
		if u, err := url.Parse(s.OverrideURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			errs = append(errs, fmt.Errorf("override_url: %q must be a URL with http:// or https:// and a host", s.OverrideURL))
		}
	}
	if s.Timeout < 0 {
		errs = append(errs, errors.New("timeout: must not be negative"))
	}
	if s.MaxConcurrency < 0 {
		errs = append(errs, errors.New("max_concurrency: must not be negative"))
	}
	if s.MaxResponseBytes < 0 {
		errs = append(errs, errors.New("max_response_bytes: must not be negative"))
	}
	if s.MaxRequestsPerOperation < 0 {
		errs = append(errs, errors.New("max_requests_per_operation: must not be negative"))
	}
	return errors.Join(errs...)
}

func (s SourceConfig) timeout() time.Duration {
	if s.Timeout == 0 {
		return defaultTimeout
	}
	return s.Timeout
}

func (s SourceConfig) concurrency() int {
	if s.MaxConcurrency == 0 {
		return defaultConcurrency
	}
	return s.MaxConcurrency
}

func (s SourceConfig) maxResponse() int64 {
	if s.MaxResponseBytes == 0 {
		return defaultMaxResponse
	}
	return s.MaxResponseBytes
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
