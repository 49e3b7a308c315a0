package documents

import (
	"errors"
	"fmt"
	"net/http"
)

// Config says which operations are known beforehand. The keys are Apollo Router's.
type Config struct {
	// APQ lets clients send a text once and then its hash.
	APQ APQ `yaml:"apq"`
	// PersistedQueries are trusted documents: what manifests list.
	PersistedQueries PersistedQueries `yaml:"persisted_queries"`
}

// APQ is automatic persisted queries.
type APQ struct {
	// Enabled is off by default.
	Enabled bool `yaml:"enabled"`
	// MaxBytes is how much text is kept, 16,777,216 by default; what was not asked for longest goes first.
	MaxBytes int `yaml:"max_bytes"`
}

// PersistedQueries are the operations that manifests list.
type PersistedQueries struct {
	// Enabled is off by default.
	Enabled bool `yaml:"enabled"`
	// LocalManifests are the files: of Apollo's tools, Relay's compiler or graphql-codegen.
	LocalManifests []string `yaml:"local_manifests"`
	// LogUnknown logs operations that no manifest has.
	LogUnknown bool `yaml:"log_unknown"`
	// Safelist refuses what no manifest has.
	Safelist Safelist `yaml:"safelist"`
	// ClientNameHeader says which client asks, apollographql-client-name by default; a manifest can have operations for
	// one alone.
	ClientNameHeader string `yaml:"client_name_header"`
}

// Safelist refuses what no manifest has.
type Safelist struct {
	// Enabled is off by default.
	Enabled bool `yaml:"enabled"`
	// RequireID refuses texts, even those that a manifest has.
	RequireID bool `yaml:"require_id"`
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	p := c.PersistedQueries
	if c.APQ.MaxBytes < 0 {
		wrong("apq.max_bytes: must not be negative")
	}
	if p.Enabled && len(p.LocalManifests) == 0 {
		wrong("persisted_queries.local_manifests: names no manifest; name the files that list the operations")
	}
	if p.Safelist.Enabled && !p.Enabled {
		wrong("persisted_queries.safelist.enabled: has no effect without persisted_queries.enabled; turn that on too")
	}
	if p.Safelist.RequireID && !p.Safelist.Enabled {
		wrong("persisted_queries.safelist.require_id: has no effect without safelist.enabled; turn that on too")
	}
	if p.Safelist.Enabled && c.APQ.Enabled {
		wrong("apq.enabled: lets clients ask what no manifest has, which persisted_queries.safelist refuses; turn one of them off")
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	if c.APQ.MaxBytes == 0 {
		c.APQ.MaxBytes = 16 << 20
	}
	if c.PersistedQueries.ClientNameHeader == "" {
		c.PersistedQueries.ClientNameHeader = "apollographql-client-name"
	}
	// As net/http keeps it: so it is found without a copy.
	c.PersistedQueries.ClientNameHeader = http.CanonicalHeaderKey(c.PersistedQueries.ClientNameHeader)
	return c
}
