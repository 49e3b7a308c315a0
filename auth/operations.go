package auth

import (
	"slices"
	"strings"
)

// OperationRule says of some operations whether they need a token. All that is given of Kinds, Names and Fields must
// fit. A name is what the client chose to write: by it a token can be asked for, but only Fields, or documents that
// are known beforehand, make sure that an operation without a token does no more than it is meant to.
type OperationRule struct {
	// Kinds are query, mutation and subscription.
	Kinds []string `yaml:"kinds"`
	// Names of operations.
	Names []string `yaml:"names"`
	// Fields of the root types, such as Mutation.login; every field that the operation asks there must be one of them.
	// __typename need not be named.
	Fields []string `yaml:"fields"`
	// Mode of these operations.
	Mode Mode `yaml:"mode"`
}

// Asked is what of an operation decides whether it needs a token.
type Asked struct {
	// Kind is query, mutation or subscription.
	Kind, Name string
	// Fields are those asked of the root type, as Mutation.login, whatever @skip and @include come to.
	Fields []string
}

// PerOperation says whether it takes the operation to know who has to bring a token.
func (v *Verifier) PerOperation() bool { return len(v.cfg.Operations) > 0 }

// Needs says whether the operation needs a token: the first rule that fits decides, and the mode where none does.
func (v *Verifier) Needs(a Asked) bool {
	for _, r := range v.cfg.Operations {
		if r.fits(a) {
			return r.Mode == ModeRequired
		}
	}
	return v.cfg.Mode == ModeRequired
}

func (r OperationRule) fits(a Asked) bool {
	return among(r.Kinds, a.Kind) && among(r.Names, a.Name) && (len(r.Fields) == 0 || !slices.ContainsFunc(a.Fields, r.lacks))
}

// lacks says that the rule does not name the field.
func (r OperationRule) lacks(field string) bool { return !slices.Contains(r.Fields, field) }

// among says whether the list has the value, or says nothing.
func among(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }

func (r OperationRule) validate(add func(format string, args ...any)) {
	if len(r.Kinds)+len(r.Names)+len(r.Fields) == 0 {
		add(": says of no operation; give kinds, names or fields, or set the mode of all beside it")
	}
	for i, k := range r.Kinds {
		if !slices.Contains([]string{"query", "mutation", "subscription"}, k) {
			add(".kinds[%d]: %q is not one of query, mutation, subscription", i, k)
		}
	}
	for i, f := range r.Fields {
		if typ, field, ok := strings.Cut(f, "."); !ok || typ == "" || field == "" || strings.ContainsAny(f, " \t") {
			add(".fields[%d]: %q is not a field of a root type, such as Mutation.login", i, f)
		}
	}
	if r.Mode != ModeOptional && r.Mode != ModeRequired {
		add(".mode: %q is not a mode; write optional or required", r.Mode)
	}
}
