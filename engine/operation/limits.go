package operation

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Limits bound what a document may cost. A zero is the default.
type Limits struct {
	// MaxTokens in the text, comments among them; 0 means 15,000.
	MaxTokens int `yaml:"parser_max_tokens"`
	// MaxRecursion is how deep brackets of all kinds may nest in the text; 0 means 500.
	MaxRecursion int `yaml:"parser_max_recursion"`
	// MaxDirectives is how many directives the text may have; 0 means any number.
	MaxDirectives int `yaml:"max_directives"`
	// MaxUniqueDirectives is how many directives of different names the text may have; 0 means any number.
	MaxUniqueDirectives int `yaml:"max_unique_directives"`
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
	// MaxInputListSize is how many elements a list may have in an argument or a variable; 0 means any number.
	MaxInputListSize int `yaml:"max_input_list_size"`
	// MaxInputDepth is how deep lists and objects may nest in an argument or a variable; 0 means 500 for variables,
	// and for arguments what MaxRecursion leaves.
	MaxInputDepth int `yaml:"max_input_depth"`

	// HideNames keeps out of errors what may have been meant: names of the schema that the client did not write.
	HideNames bool `yaml:"-"`
	// Measured are the keys of limits that refuse nothing, and whose excesses are only told. What bounds the
	// gateway without any configuration does so nevertheless.
	Measured []string `yaml:"-"`
}

const (
	// recursionCeiling is where the parser gives up by itself.
	recursionCeiling = 1000
	// defaultDepth is how deep fields are followed at least, to say how deep they are.
	defaultDepth = 500
)

// limit is what there is to say of one of the Limits.
type limit struct {
	key, code string
	value     func(*Limits) *int
	// fallback is the bound that is kept where nothing is configured, 0 if there is none.
	fallback int
	// says what there is too much of, with the number that there is and the one that may be.
	says string
}

// limits in the order in which they are told.
var limits = []limit{
	{"parser_max_tokens", CodeParsingLimit, func(l *Limits) *int { return &l.MaxTokens }, 15_000, "The document has %d tokens or more, and may have %d: split it into several requests."},
	{"parser_max_recursion", CodeParsingLimit, func(l *Limits) *int { return &l.MaxRecursion }, 500, "The document nests %d deep or deeper, and may nest %d deep: flatten it, or pass deep values in variables."},
	{"max_directives", CodeMaxDirectives, func(l *Limits) *int { return &l.MaxDirectives }, 0, "The document has %d directives, and may have %d: leave out those that are not needed."},
	{"max_unique_directives", CodeMaxDirectives, func(l *Limits) *int { return &l.MaxUniqueDirectives }, 0, "The document has %d different directives, and may have %d: leave out those that are not needed."},
	{"max_selections", CodeTooLarge, func(l *Limits) *int { return &l.MaxSelections }, 100_000, "The operation has %d selections or more once its fragments are inlined, and may have %d: split it into several requests."},
	{"max_depth", CodeMaxDepth, func(l *Limits) *int { return &l.MaxDepth }, defaultDepth, "The operation's fields nest %d deep once its fragments are inlined, and may nest %d deep: ask for what is deeper by a request of its own."},
	{"max_height", CodeMaxHeight, func(l *Limits) *int { return &l.MaxHeight }, 0, "The operation has %d fields once its fragments are inlined, and may have %d: ask for fewer, or split it."},
	{"max_aliases", CodeMaxAliases, func(l *Limits) *int { return &l.MaxAliases }, 0, "The operation has %d aliases, and may have %d: split it into several requests."},
	{"max_root_fields", CodeMaxRootFields, func(l *Limits) *int { return &l.MaxRootFields }, 0, "The operation has %d root fields, and may have %d: split it into several requests."},
	{"max_input_list_size", CodeMaxInputListSize, func(l *Limits) *int { return &l.MaxInputListSize }, 0, "A list that is given has %d elements, and may have %d: send it in parts."},
	{"max_input_depth", CodeMaxInputDepth, func(l *Limits) *int { return &l.MaxInputDepth }, 0, "A value that is given nests %d deep, and may nest %d deep: flatten it."},
}

// LimitKeys are the keys of all limits, for whoever names some of them.
func LimitKeys() []string {
	var out []string
	for _, l := range limits {
		out = append(out, l.key)
	}
	return out
}

// Excess is a limit that a request passes: its key in the configuration, what may be, and what is. Where counting
// ends at the limit, there may be more.
type Excess struct {
	Limit       string
	Max, Actual int
}

// Validate reports all limits that make no sense.
func (l Limits) Validate() error {
	var errs []error
	for _, f := range limits {
		if v := *f.value(&l); v < 0 {
			errs = append(errs, fmt.Errorf("limits.%s: %d must be a positive number; leave it out for the default", f.key, v))
		}
	}
	if l.MaxRecursion > recursionCeiling {
		errs = append(errs, fmt.Errorf("limits.parser_max_recursion: %d is more than %d", l.MaxRecursion, recursionCeiling))
	}
	if l.MaxInputDepth > maxJSONDepth {
		errs = append(errs, fmt.Errorf("limits.max_input_depth: %d is more than %d", l.MaxInputDepth, maxJSONDepth))
	}
	return errors.Join(errs...)
}

// bounds are limits with what of them is enforced.
type bounds struct {
	// configured are those that an excess is told of, 0 for none.
	configured Limits
	// enforced are those that end the work at once: of what is only measured, the bound that is kept without
	// configuration, or the configured one where that is wider.
	enforced Limits
}

func newBounds(l Limits) *bounds {
	b := &bounds{l, l}
	for _, f := range limits {
		v := f.value(&b.enforced)
		switch measured := slices.Contains(l.Measured, f.key); {
		case measured && f.fallback == 0:
			*v = 0
		case *v <= 0, measured:
			*v = max(*v, f.fallback)
		}
	}
	b.enforced.MaxRecursion = min(b.enforced.MaxRecursion, recursionCeiling)
	return b
}

// reading is how much there is of what a limit bounds, and where it passes the limit.
type reading struct {
	key    string
	actual int
	at     *ast.Position
}

// rise makes the reading n if it is less, and remembers where the limit was passed; 0 is no limit.
func (r *reading) rise(n, limit int, at *ast.Position) {
	r.actual = max(r.actual, n)
	if limit > 0 && n > limit && r.at == nil {
		r.at = at
	}
}

// judge holds readings against their limits: the excesses that are only told, and the errors.
func (b *bounds) judge(readings ...reading) (told []Excess, errs Errors) {
	for _, r := range readings {
		f := limits[slices.IndexFunc(limits, func(f limit) bool { return f.key == r.key })]
		if most := *f.value(&b.enforced); most > 0 && r.actual > most {
			errs = append(errs, f.error(r, most))
		} else if most := *f.value(&b.configured); most > 0 && r.actual > most {
			told = append(told, Excess{"limits." + f.key, most, r.actual})
		}
	}
	return told, errs
}

func (f limit) error(r reading, most int) *Error {
	return &Error{
		Code: f.code, Message: fmt.Sprintf(f.says, r.actual, most), Locations: at(r.at), Excess: &Excess{"limits." + f.key, most, r.actual},
	}
}
