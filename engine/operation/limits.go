package operation

import (
	"errors"
	"fmt"
)

// Limits bound what a document may cost. A zero is the default.
type Limits struct {
	// MaxTokens in the text, comments among them; 0 means 15,000.
	MaxTokens int `yaml:"parser_max_tokens"`
	// MaxRecursion is how deep brackets of all kinds may nest in the text; 0 means 500.
	MaxRecursion int `yaml:"parser_max_recursion"`
	// MaxDepth is how deep fields may nest once fragments are inlined; 0 means 500.
	MaxDepth int `yaml:"max_depth"`
	// MaxSelections is how many selections inlining may visit; 0 means 100,000.
	MaxSelections int `yaml:"max_selections"`
	// MaxHeight is how many different fields there may be once fragments are inlined: one that is selected under
	// several aliases, or more than once, counts once at each place. 0 means any number.
	MaxHeight int `yaml:"max_height"`
	// MaxAliases is how many fields may have an alias once fragments are inlined; 0 means any number.
	MaxAliases int `yaml:"max_aliases"`
	// MaxRootFields is how many fields the root may have once fragments are inlined; 0 means any number.
	MaxRootFields int `yaml:"max_root_fields"`
	// HideNames keeps out of errors what may have been meant: names of the schema that the client did not write.
	HideNames bool `yaml:"-"`
}

const (
	defaultTokens     = 15_000
	defaultRecursion  = 500
	defaultDepth      = 500
	defaultSelections = 100_000
	// recursionCeiling is where the parser gives up by itself.
	recursionCeiling = 1000
)

// Validate reports all limits that make no sense.
func (l Limits) Validate() error {
	var errs []error
	for _, f := range []struct {
		name  string
		value int
	}{
		{"parser_max_tokens", l.MaxTokens},
		{"parser_max_recursion", l.MaxRecursion},
		{"max_depth", l.MaxDepth},
		{"max_selections", l.MaxSelections},
		{"max_height", l.MaxHeight},
		{"max_aliases", l.MaxAliases},
		{"max_root_fields", l.MaxRootFields},
	} {
		if f.value < 0 {
			errs = append(errs, fmt.Errorf("limits.%s: %d must be a positive number; leave it out for the default", f.name, f.value))
		}
	}
	if l.MaxRecursion > recursionCeiling {
		errs = append(errs, fmt.Errorf("limits.parser_max_recursion: %d is more than %d", l.MaxRecursion, recursionCeiling))
	}
	return errors.Join(errs...)
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		value    *int
		fallback int
	}{
		{&l.MaxTokens, defaultTokens},
		{&l.MaxRecursion, defaultRecursion},
		{&l.MaxDepth, defaultDepth},
		{&l.MaxSelections, defaultSelections},
	} {
		if *f.value <= 0 {
			*f.value = f.fallback
		}
	}
	l.MaxRecursion = min(l.MaxRecursion, recursionCeiling)
	return l
}
