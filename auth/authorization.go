package auth

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Authorization says how the directives @authenticated, @requiresScopes and @policy are enforced; the key is
// "authorization", and those beneath it are Apollo Router's, but for policies.
type Authorization struct {
	Directives Directives `yaml:"directives"`
}

// Directives of authorization. By default what the caller may not read is null, with an error for each path.
type Directives struct {
	// Enabled is on by default; off, the graph is open to everybody.
	Enabled *bool `yaml:"enabled"`
	// RejectUnauthorized refuses operations that ask for anything the caller may not read.
	RejectUnauthorized bool `yaml:"reject_unauthorized"`
	// DryRun reports what would be denied, and answers it.
	DryRun bool `yaml:"dry_run"`
	// Errors says how denials are reported.
	Errors DenialErrors `yaml:"errors"`
	// Policies decide @policy: a name, and a CEL expression over authenticated, subject, issuer, scopes, claims, arguments
	// (of the field) and operation (kind, name). A policy that is not here is for Decisions, and without them never holds.
	Policies map[string]string `yaml:"policies"`
	// Introspection is full (the default) or filtered: callers see of the schema only what they may read.
	Introspection Introspection `yaml:"introspection"`
	// Decisions is an endpoint that decides on the policies that have no expression.
	Decisions *Decisions `yaml:"decisions"`
}

// DenialErrors says how denials are reported.
type DenialErrors struct {
	// Response is errors (the default) or disabled.
	Response DenialResponse `yaml:"response"`
}

// DenialResponse says where clients see denials.
type DenialResponse string

// The places.
const (
	DenialsInErrors DenialResponse = "errors"
	DenialsDisabled DenialResponse = "disabled"
)

// Introspection says what callers see of the schema.
type Introspection string

// What they see.
const (
	IntrospectionFull     Introspection = "full"
	IntrospectionFiltered Introspection = "filtered"
)

// IsEnabled reports whether the directives are enforced.
func (d Directives) IsEnabled() bool { return d.Enabled == nil || *d.Enabled }

// Validate returns everything that is wrong, joined. Keys are named from authorization on.
func (a Authorization) Validate() error {
	var errs []error
	switch r := a.Directives.Errors.Response; r {
	case "", DenialsInErrors, DenialsDisabled:
	default:
		errs = append(errs, fmt.Errorf("authorization.directives.errors.response: %q is not one of errors, disabled", r))
	}
	switch i := a.Directives.Introspection; i {
	case "", IntrospectionFull, IntrospectionFiltered:
	default:
		errs = append(errs, fmt.Errorf("authorization.directives.introspection: %q is not one of full, filtered", i))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Directives.Policies)) {
		if _, _, err := compilePolicy(a.Directives.Policies[name]); err != nil {
			errs = append(errs, fmt.Errorf("authorization.directives.policies.%s: %w", name, err))
		}
	}
	if d := a.Directives.Decisions; d != nil {
		d.validate(func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("authorization.directives.decisions"+format, args...))
		})
	}
	return errors.Join(errs...)
}

// Decides says whether anything decides on the policy.
func (d Directives) Decides(policy string) bool {
	_, ok := d.Policies[policy]
	return ok || d.Decisions != nil
}
