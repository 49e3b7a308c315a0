package operation

import "fmt"

// Limits bound what a document may cost. A zero is the default.
type Limits struct {
	// MaxTokens in the text, comments among them; 0 means 15,000.
	MaxTokens int
	// MaxRecursion is how deep brackets of all kinds may nest in the text; 0 means 500.
	MaxRecursion int
	// MaxDepth is how deep fields may nest once fragments are inlined; 0 means 500.
	MaxDepth int
	// MaxSelections is how many selections inlining may visit; 0 means 100,000.
	MaxSelections int
	// MaxAliases is how many fields may have an alias once fragments are inlined; 0 means any number.
	MaxAliases int
	// MaxRootFields is how many fields the root may have once fragments are inlined; 0 means any number.
	MaxRootFields int
}

const (
	defaultTokens     = 15_000
	defaultRecursion  = 500
	defaultDepth      = 500
	defaultSelections = 100_000
	// recursionCeiling is where the parser gives up by itself.
	recursionCeiling = 1000
)

// Validate refuses limits that make no sense.
func (l Limits) Validate() error {
	for _, f := range []struct {
		name  string
		value int
	}{
		{"max_tokens", l.MaxTokens},
		{"max_recursion", l.MaxRecursion},
		{"max_depth", l.MaxDepth},
		{"max_selections", l.MaxSelections},
		{"max_aliases", l.MaxAliases},
		{"max_root_fields", l.MaxRootFields},
	} {
		if f.value < 0 {
			return fmt.Errorf("%s is %d: use a positive number, or leave it out for the default", f.name, f.value)
		}
	}
	if l.MaxRecursion > recursionCeiling {
		return fmt.Errorf("max_recursion is %d: it can be at most %d", l.MaxRecursion, recursionCeiling)
	}
	return nil
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
