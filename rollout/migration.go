package rollout

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/rollout/comparison"
)

// Migration names what moves together from one owner to another, and how: a file migrations/*.yaml. Its state, how far
// it has moved, changes at run time.
type Migration struct {
	// Name of the migration; the name of its file if none is given. It is the salt of its decision.
	Name string `yaml:"migration"`
	// Description, Owner and Why are for people: what moves, whom to ask, and why the old code did what it did.
	Description string `yaml:"description"`
	Owner       string `yaml:"owner"`
	Why         string `yaml:"why"`
	// Coordinates that move, Type.field; each has @override(from:, label:) in the schema of the subgraph To.
	Coordinates []string `yaml:"coordinates"`
	// Paths that move beside the graph, with the same decision.
	Paths []Path `yaml:"paths"`
	// Cookie that answers to the paths set on the new side; nil for none.
	Cookie *Cookie `yaml:"cookie"`
	// From and To are the subgraphs that answer before and after, and the back ends of the facade.
	From string `yaml:"from"`
	To   string `yaml:"to"`
	// Key is who is kept together, the first that a request has; by default what rollout.key says.
	Key []Key `yaml:"key"`
	// Steps are the percentages that start and set --next go through.
	Steps []float64 `yaml:"steps"`
	// Allow and Deny are keys that are always, or never, on the new side, whatever the percentage.
	Allow []Entry `yaml:"allow"`
	Deny  []Entry `yaml:"deny"`
	// Shadow has the other owner be asked too, to compare; nil has not. Compare says by coordinate what is the same.
	Shadow  *Shadow          `yaml:"shadow"`
	Compare comparison.Rules `yaml:"compare"`
	// Keep are coordinates, and variables such as $id, whose values are kept as they are where the sides differ. Of all
	// others only type, length and a hash are.
	Keep []string `yaml:"keep"`
	// Lowering is what becomes of those on the new side when the percentage is lowered: strict, the default, or keep.
	Lowering Lowering `yaml:"lowering"`
	// ReadYourWrites is how long whoever wrote through a side, by a mutation among the coordinates, reads from that side.
	ReadYourWrites time.Duration `yaml:"read_your_writes"`
	// Fallback has a query asked again of the old owner if the new one failed.
	Fallback bool `yaml:"fallback"`
	// Analysis, if not nil, aborts the migration when the new owner is worse than the old one.
	Analysis *Analysis `yaml:"analysis"`
	// Schedule, if not nil, takes it further by itself.
	Schedule *Schedule `yaml:"schedule"`

	// File it was read from, for messages.
	File string `yaml:"-"`
}

// Entry is one key of a list, with the reason why it is there, and when it leaves.
type Entry struct {
	Key string `yaml:"key" json:"key"`
	Why string `yaml:"why" json:"why,omitempty"`
	// Until is when the entry ends; the zero time is never.
	Until time.Time `yaml:"until" json:"until,omitzero"`
}

// String is the entry in a line.
func (e Entry) String() string {
	out := e.Key
	if !e.Until.IsZero() {
		out += " until " + e.Until.Format(time.RFC3339)
	}
	if e.Why != "" {
		out += ": " + e.Why
	}
	return out
}

// Label is the override label that stands for the migration in the graph.
func (m *Migration) Label() string { return labelPrefix + m.Name }

const labelPrefix = "migration:"

// Of is the name of the migration that an override label stands for; false for other labels.
func Of(label string) (string, bool) { return strings.CutPrefix(label, labelPrefix) }

// nameShape is what a migration may be called: it is part of a label, a key of the store and a URL.
var nameShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

var coordinateShape = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*\.[_A-Za-z][_0-9A-Za-z]*$`)

// Validate returns everything that is wrong that shows without the graph, joined; each begins with the key it is about.
func (m *Migration) Validate() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !nameShape.MatchString(m.Name) {
		add("migration: %q is not a name; write letters, digits, - and _, 64 at most", m.Name)
	}
	if len(m.Coordinates)+len(m.Paths) == 0 {
		add("coordinates: is empty; name what moves, such as [Site.health], or paths")
	}
	for i, c := range m.Coordinates {
		switch {
		case !coordinateShape.MatchString(c):
			add("coordinates[%d]: %q is not a coordinate; write Type.field", i, c)
		case slices.Contains(m.Coordinates[:i], c):
			add("coordinates[%d]: %s is there twice", i, c)
		}
	}
	for _, side := range [][2]string{{"from", m.From}, {"to", m.To}} {
		if side[1] == "" {
			add("%s: is missing; name the subgraph, or the back end", side[0])
		}
	}
	if m.From != "" && m.From == m.To {
		add("to: is where it comes from; name the new one")
	}
	errs = append(errs, m.validPaths()...)
	errs = append(errs, validKeys("key", m.Key)...)
	errs = append(errs, m.Shadow.validate(), m.Compare.Validate("compare"))
	errs = append(errs, validKept(m.Keep)...)
	for i, p := range m.Steps {
		switch {
		case !(p > 0 && p <= 100):
			add("steps[%d]: %v is not between 0 and 100", i, p)
		case i > 0 && p <= m.Steps[i-1]:
			add("steps[%d]: %v does not go beyond %v", i, p, m.Steps[i-1])
		}
	}
	for _, list := range []struct {
		name    string
		entries []Entry
	}{{"allow", m.Allow}, {"deny", m.Deny}} {
		for i, e := range list.entries {
			if strings.TrimSpace(e.Key) == "" {
				add("%s[%d].key: is empty; name the key", list.name, i)
			}
		}
	}
	if m.Lowering != "" && m.Lowering != Strict && m.Lowering != Keep {
		add("lowering: %q is neither strict nor keep", m.Lowering)
	}
	if m.ReadYourWrites < 0 || m.ReadYourWrites > longestWrites {
		add("read_your_writes: %s is not between 0 and %s", m.ReadYourWrites, longestWrites)
	}
	return errors.Join(append(errs, m.measured())...)
}

// longestWrites bounds how long a writer is remembered.
const longestWrites = time.Hour

// validKeys says which of the keys do not name exactly one thing.
func validKeys(at string, keys []Key) []error {
	var errs []error
	for i, k := range keys {
		n := 0
		for _, name := range []string{k.Claim, k.Cookie, k.Header} {
			if name != "" {
				n++
			}
		}
		if n != 1 {
			errs = append(errs, fmt.Errorf("%s[%d]: name exactly one of claim, cookie, header", at, i))
		}
	}
	return errs
}

// next is the step after a percentage; false behind the last.
func (m *Migration) next(p Percent) (Percent, bool) {
	for _, s := range m.steps() {
		if PercentOf(s) > p {
			return PercentOf(s), true
		}
	}
	return 0, false
}

func (m *Migration) steps() []float64 {
	if len(m.Steps) == 0 {
		return defaultSteps
	}
	return m.Steps
}

var defaultSteps = []float64{1, 5, 25, 50, 100}
