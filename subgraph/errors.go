package subgraph

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/invopop/jsonschema"

	"github.com/ficusgraph/ficus/engine/executor"
)

// IncludeErrors says what of the errors that sources report clients see. The keys are Apollo Router's.
type IncludeErrors struct {
	// All holds for every service; none by default.
	All ErrorsShown `yaml:"all"`
	// Subgraphs holds for the subgraphs named, after All. Of connectors all is seen unless they are named.
	Subgraphs map[string]SubgraphErrors `yaml:"subgraphs"`
	// everything: clients see all, as where the graph is developed.
	everything bool
}

// EveryError has clients see all of each error.
func EveryError() IncludeErrors { return IncludeErrors{everything: true} }

// ErrorsShown is true, false, or what is shown.
type ErrorsShown struct {
	// Shown says that errors are seen in full; false is the default.
	Shown *bool `yaml:"-"`
	// RedactMessage has texts replaced by one that says nothing; true by default.
	RedactMessage *bool `yaml:"redact_message"`
	// AllowExtensionsKeys are the members of extensions that are seen; others are not.
	AllowExtensionsKeys []string `yaml:"allow_extensions_keys"`
	// DenyExtensionsKeys are those that are not seen; others are.
	DenyExtensionsKeys []string `yaml:"deny_extensions_keys"`
	// AllowCodes are codes of errors that are meant for clients: their code and text are always seen.
	AllowCodes []string `yaml:"allow_codes"`
}

// SubgraphErrors is ErrorsShown of one subgraph, on top of that of all.
type SubgraphErrors struct {
	ErrorsShown `yaml:",inline"`
	// ExcludeGlobalKeys are taken out of the list of all.
	ExcludeGlobalKeys []string `yaml:"exclude_global_keys"`
}

// UnmarshalYAML takes a Boolean for the whole.
func (e *ErrorsShown) UnmarshalYAML(read func(any) error) error {
	if e.Shown = boolean(read); e.Shown != nil {
		return nil
	}
	type plain ErrorsShown
	return read((*plain)(e))
}

// UnmarshalYAML takes a Boolean for the whole.
func (e *SubgraphErrors) UnmarshalYAML(read func(any) error) error {
	if e.Shown = boolean(read); e.Shown != nil {
		return nil
	}
	type shown ErrorsShown
	type plain struct {
		Shown             shown    `yaml:",inline"`
		ExcludeGlobalKeys []string `yaml:"exclude_global_keys"`
	}
	var p plain
	err := read(&p)
	e.ErrorsShown, e.ExcludeGlobalKeys = ErrorsShown(p.Shown), p.ExcludeGlobalKeys
	return err
}

// boolean is the value, nil if it is something else.
func boolean(read func(any) error) *bool {
	var v any
	if read(&v) != nil {
		return nil
	}
	if b, ok := v.(bool); ok {
		return &b
	}
	return nil
}

// JSONSchemaExtend lets a Boolean stand for the whole.
func (ErrorsShown) JSONSchemaExtend(s *jsonschema.Schema) { orBoolean(s) }

// JSONSchemaExtend lets a Boolean stand for the whole.
func (SubgraphErrors) JSONSchemaExtend(s *jsonschema.Schema) { orBoolean(s) }

func orBoolean(s *jsonschema.Schema) {
	object := *s
	*s = jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "boolean"}, &object}}
}

func (i IncludeErrors) validate() error {
	errs := []error{i.All.validate("include_subgraph_errors.all")}
	for _, name := range slices.Sorted(maps.Keys(i.Subgraphs)) {
		own, key := i.Subgraphs[name], "include_subgraph_errors.subgraphs."+name
		errs = append(errs, own.validate(key))
		if len(own.ExcludeGlobalKeys) > 0 && len(i.All.AllowExtensionsKeys)+len(i.All.DenyExtensionsKeys) == 0 {
			errs = append(errs, fmt.Errorf("%s.exclude_global_keys: all has no list to take them out of", key))
		}
	}
	return flatten(errs)
}

func (e ErrorsShown) validate(key string) error {
	if len(e.AllowExtensionsKeys) > 0 && len(e.DenyExtensionsKeys) > 0 {
		return fmt.Errorf("%s: %w", key, errors.New("give one of allow_extensions_keys and deny_extensions_keys"))
	}
	return nil
}

// ofService is what clients may not see of the errors of a service, nil for nothing.
func (i IncludeErrors) ofService(subgraph string) *executor.Redaction {
	return i.redaction(subgraph, seen{}.refined(i.All, nil))
}

// OfConnectors is what they may not see of the errors of connectors, nil for nothing. Those are written here, or by the
// schema for clients to see: what is said of all services is not for them.
func (i IncludeErrors) OfConnectors(subgraph string) *executor.Redaction {
	return i.redaction(subgraph, seen{message: true, all: true})
}

func (i IncludeErrors) redaction(subgraph string, s seen) *executor.Redaction {
	if i.everything {
		return nil
	}
	own := i.Subgraphs[subgraph]
	return s.refined(own.ErrorsShown, own.ExcludeGlobalKeys).redaction()
}

// seen is what clients see of errors: the text, and of extensions all but some, or only some.
type seen struct {
	message, all      bool
	but, only, always []string
}

// refined is what is seen where more is said, without some keys of the lists before.
func (s seen) refined(by ErrorsShown, without []string) seen {
	if by.Shown != nil {
		return seen{message: *by.Shown, all: *by.Shown}
	}
	rest := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(key string) bool { return slices.Contains(without, key) })
	}
	out := seen{message: s.message, all: s.all, but: rest(s.but), only: rest(s.only), always: slices.Concat(s.always, by.AllowCodes)}
	if by.RedactMessage != nil {
		out.message = !*by.RedactMessage
	}
	switch {
	case len(by.AllowExtensionsKeys) > 0:
		out.all, out.but, out.only = false, nil, append(out.only, by.AllowExtensionsKeys...)
	case len(by.DenyExtensionsKeys) > 0:
		out.all, out.but, out.only = true, append(out.but, by.DenyExtensionsKeys...), nil
	}
	return out
}

func (s seen) redaction() *executor.Redaction {
	if s.message && s.all && len(s.but) == 0 {
		return nil
	}
	return &executor.Redaction{Message: !s.message, Codes: s.always, Shows: func(key string) bool {
		if s.all {
			return !slices.Contains(s.but, key)
		}
		return slices.Contains(s.only, key)
	}}
}
