package comparison

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rule says what of a coordinate is still the same. One of a list holds for its elements.
type Rule struct {
	// Tolerance is how far numbers may be apart: 0.01, or 2% of the larger one.
	Tolerance Tolerance `yaml:"tolerance"`
	// Window is how far times may be apart.
	Window time.Duration `yaml:"window"`
	// Order of a list: declared, which is the default, ignore, or key: elements meet by their @key.
	Order Ordering `yaml:"order"`
	// Ignore: neither the field nor what is beneath it is compared. It must end.
	Ignore bool `yaml:"ignore"`
	// Until is when the rule ends; the zero time is never.
	Until time.Time `yaml:"until"`
	Why   string    `yaml:"why"`
}

// Ordering says whether the order of a list counts.
type Ordering string

// The orderings; "" is Declared.
const (
	Declared    Ordering = "declared"
	IgnoreOrder Ordering = "ignore"
	ByKey       Ordering = "key"
)

// Tolerance is a number, or a percentage.
type Tolerance string

var toleranceShape = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?%?$`)

// read is the tolerance; 0 for none.
func (t Tolerance) read() (limit float64, relative bool) {
	text, relative := strings.CutSuffix(string(t), "%")
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false
	}
	if relative {
		f /= 100
	}
	return f, relative
}

// Rules by coordinate.
type Rules map[string]Rule

var coordinateShape = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*\.[_A-Za-z][_0-9A-Za-z]*$`)

// Validate returns everything that is wrong, joined; each begins with the key it is about, from the given one on.
func (r Rules) Validate(at string) error {
	var errs []error
	for _, c := range slices.Sorted(maps.Keys(r)) {
		rule, key := r[c], at+"["+c+"]"
		add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(key+format, args...)) }
		if !coordinateShape.MatchString(c) {
			add(": is not a coordinate; write Type.field")
		}
		if rule.Tolerance != "" && !toleranceShape.MatchString(string(rule.Tolerance)) {
			add(".tolerance: %q is neither a number such as 0.01 nor a percentage such as 2%%", rule.Tolerance)
		}
		if rule.Window < 0 {
			add(".window: %s is below 0", rule.Window)
		}
		if o := rule.Order; o != "" && o != Declared && o != IgnoreOrder && o != ByKey {
			add(".order: %q is none of declared, ignore, key", o)
		}
		if rule.Ignore && rule.Until.IsZero() {
			add(".until: is missing; say when the field is to be compared again")
		}
		if rule == (Rule{Why: rule.Why, Until: rule.Until}) {
			add(": says nothing; write tolerance, window, order or ignore")
		}
	}
	return errors.Join(errs...)
}

// At are the rules that hold at a time, and the coordinates of those that have ended, sorted.
func (r Rules) At(now time.Time) (holding Rules, ended []string) {
	holding = Rules{}
	for _, c := range slices.Sorted(maps.Keys(r)) {
		if u := r[c].Until; !u.IsZero() && !now.Before(u) {
			ended = append(ended, c)
			continue
		}
		holding[c] = r[c]
	}
	return holding, ended
}

// of is the rule of a place: that of the first of its coordinates that has one.
func (r Rules) of(f *Field) Rule {
	for _, c := range f.Coordinates {
		if rule, ok := r[c]; ok {
			return rule
		}
	}
	return Rule{}
}

// near reports whether two numbers are within the tolerance. What is just at it is within, also where the difference
// of two decimals is not quite what it is on paper.
func (t Tolerance) near(a, b float64) bool {
	limit, relative := t.read()
	if relative {
		limit *= max(math.Abs(a), math.Abs(b))
	}
	const ulps = 1e-12
	return math.Abs(a-b) <= limit+ulps*max(math.Abs(a), math.Abs(b))
}

// meet reports whether two texts are times within the window.
func (r Rule) meet(a, b string) bool {
	if r.Window == 0 {
		return false
	}
	x, ok := timeOf(a)
	y, fine := timeOf(b)
	return ok && fine && x.Sub(y).Abs() <= r.Window
}

// timeOf reads a time in one of the shapes of ISO 8601 that are used; one without a zone is taken for UTC.
func timeOf(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// order is that of the rule.
func (r Rule) order() Ordering { return cmp.Or(r.Order, Declared) }
