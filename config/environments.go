package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/subgraph"
)

// Environment is where a gateway runs, which says how far the mock source may go there. "" is production: the
// one in which nothing is made up by mistake.
type Environment string

// The environments.
const (
	Production Environment = "production"
	Staging    Environment = "staging"
	Dev        Environment = "dev"
)

// EnvironmentVariable names the environment where neither the command line nor the file does.
const EnvironmentVariable = "FICUS_ENV"

var environments = []Environment{Production, Staging, Dev}

// Mocking says when the mock source answers a subgraph's fields.
type Mocking string

// The ways to mock. Unsaid is what the environment has for subgraphs that say nothing.
const (
	Unsaid        Mocking = ""
	Never         Mocking = "never"
	Unimplemented Mocking = "unimplemented"
	Always        Mocking = "always"
)

func (m Mocking) validate() error {
	if slices.Contains([]Mocking{Unsaid, Never, Unimplemented, Always}, m) {
		return nil
	}
	return fmt.Errorf("mock: %q is none of never, unimplemented, always", string(m))
}

// Environments are what is otherwise in each of them.
type Environments struct {
	Production Overrides `yaml:"production"`
	Staging    Overrides `yaml:"staging"`
	Dev        Overrides `yaml:"dev"`
}

func (e Environments) of(env Environment) Overrides {
	switch env {
	case Staging:
		return e.Staging
	case Dev:
		return e.Dev
	default:
		return e.Production
	}
}

// Overrides are what one environment has instead of what is said for all.
type Overrides struct {
	// Mock is for all subgraphs that Subgraphs does not name, whatever they say themselves.
	Mock      Mocking             `yaml:"mock" jsonschema:"enum=never,enum=unimplemented,enum=always"`
	Subgraphs map[string]Override `yaml:"subgraphs"`
}

// Override is what one environment has for one subgraph.
type Override struct {
	Mock Mocking `yaml:"mock" jsonschema:"enum=never,enum=unimplemented,enum=always"`
}

// validateEnvironments checks the sections about environments; the errors name their keys in full.
func (c *Config) validateEnvironments() error {
	errs := []error{known("environment", c.Environment), c.Contract.validate()}
	for _, env := range environments {
		at := "environments." + string(env)
		o := c.Environments.of(env)
		if err := o.Mock.validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s.%w", at, err))
		}
		for _, name := range slices.Sorted(maps.Keys(o.Subgraphs)) {
			if _, ok := c.Subgraphs[name]; !ok {
				errs = append(errs, fmt.Errorf("%s.subgraphs.%s: is no subgraph%s", at, name, meant(name, slices.Sorted(maps.Keys(c.Subgraphs)))))
			}
			if err := o.Subgraphs[name].Mock.validate(); err != nil {
				errs = append(errs, fmt.Errorf("%s.subgraphs.%s.%w", at, name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// known says by an error under the key that an environment is none.
func known(key string, env Environment) error {
	if env == "" || slices.Contains(environments, env) {
		return nil
	}
	return fmt.Errorf("%s: %q is none of production, staging, dev", key, string(env))
}

// Decide settles the environment: the one that was asked for goes before the file's, that before the one of
// FICUS_ENV, and otherwise is for where nothing says. It then checks what not every environment allows.
func (c *Config) Decide(asked string, otherwise Environment) error {
	switch {
	case asked != "":
		c.Environment = Environment(asked)
		if err := known("--env", c.Environment); err != nil {
			return err
		}
	case c.Environment == "":
		c.Environment = otherwise
	}
	if c.Environment == Dev {
		c.Traffic.IncludeSubgraphErrors = subgraph.EveryError()
		c.Connectors.Outbound.Errors = subgraph.EveryError()
	}
	return c.Place(c.allowed())
}

// allowed checks that production has no setting that is for development.
func (c *Config) allowed() error {
	if c.Permits() {
		return nil
	}
	var errs []error
	refuse := func(key string, set bool, instead string) {
		if set {
			errs = append(errs, fmt.Errorf("mocks.%s: is not for production; %s, or serve with --env staging or dev", key, instead))
		}
	}
	refuse("scenario", c.Mocks.Scenario != "", "leave it out")
	refuse("per_request", c.Mocks.PerRequest, "leave it out")
	refuse("report", c.Mocks.Report, "leave it out")
	return errors.Join(errs...)
}

// Permits reports whether whoever asks may choose what the mock source does, and see what it did: everywhere but
// in production.
func (c *Config) Permits() bool { return c.Environment == Staging || c.Environment == Dev }

// introspection reports whether clients may ask for the schema: as it is said, or in dev.
func (c *Config) introspection() bool {
	if c.Supergraph.Introspection == nil {
		return c.Environment == Dev
	}
	return *c.Supergraph.Introspection
}

// Mocking says when the mock source answers the fields of a subgraph in the environment. In production it does so
// only for the coordinates that mocks.acknowledged lists; see Acknowledges.
func (c *Config) Mocking(subgraph string) Mocking {
	o := c.Environments.of(c.Environment)
	for _, m := range []Mocking{o.Subgraphs[subgraph].Mock, o.Mock, c.Subgraphs[subgraph].Mock} {
		if m != Unsaid {
			return m
		}
	}
	return Unimplemented
}

// Acknowledges reports whether the environment lets the mock source answer a coordinate, Type.field: in production
// those that are acknowledged by name, elsewhere all.
func (c *Config) Acknowledges(coordinate string) bool {
	return c.Permits() || slices.Contains(c.Mocks.Acknowledged, coordinate)
}

// Place gives each fault that begins with the key it is about the place of that key in the file.
func (c *Config) Place(err error) error {
	if err == nil {
		return nil
	}
	return place(c.Name, c.tree, err)
}
